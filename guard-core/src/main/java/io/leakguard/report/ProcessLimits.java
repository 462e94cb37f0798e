package io.leakguard.report;

import io.leakguard.watch.FileDescriptors;
import java.util.OptionalLong;

/** The usage of this process, and its limits. */
final class ProcessLimits {

    private ProcessLimits() {}

    static HtmlReport.Limit descriptors() {
        FileDescriptors descriptors = FileDescriptors.ofThisProcess();
        return new HtmlReport.Limit("file descriptors", descriptors.used(), descriptors.limit(), "");
    }

    static HtmlReport.Limit heap() {
        Runtime runtime = Runtime.getRuntime();
        return new HtmlReport.Limit(
                "heap",
                OptionalLong.of((runtime.totalMemory() - runtime.freeMemory()) >> 20),
                OptionalLong.of(runtime.maxMemory() >> 20),
                "MiB");
    }
}
