package io.leakguard.report;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** What this process uses of what it may. The modules {@code java.management} and {@code jdk.management} may be missing. */
final class ProcessLimits {

    private ProcessLimits() {}

    static HtmlReport.Limit descriptors() {
        OptionalLong used = OptionalLong.empty();
        OptionalLong limit = OptionalLong.empty();
        try {
            if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean) {
                used = known(bean.getOpenFileDescriptorCount());
                limit = known(bean.getMaxFileDescriptorCount());
            }
        } catch (LinkageError | RuntimeException e) {
            // unknown, as the page then says
        }
        return new HtmlReport.Limit("file descriptors", used, limit, "");
    }

    static HtmlReport.Limit heap() {
        Runtime runtime = Runtime.getRuntime();
        return new HtmlReport.Limit(
                "heap",
                OptionalLong.of((runtime.totalMemory() - runtime.freeMemory()) >> 20),
                OptionalLong.of(runtime.maxMemory() >> 20),
                "MiB");
    }

    private static OptionalLong known(long n) {
        return n >= 0 ? OptionalLong.of(n) : OptionalLong.empty();
    }
}
