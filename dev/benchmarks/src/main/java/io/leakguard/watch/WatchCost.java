package io.leakguard.watch;

import io.leakguard.LeakGuard;
import io.leakguard.internal.WatchLink;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The processor time of the watch's thread: hours of looks in a row, by a virtual clock, with all checks on and default
 * settings. In the watch's package, since only there a clock can be set.
 */
@SuppressWarnings("SystemOut") // a program
public final class WatchCost {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private WatchCost() {}

    /** Prints the share of one core, in percent, and the KiB allocated a second, of each hour. */
    public static void measure(int descriptors, int hours) throws IOException {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<InputStream> open = new ArrayList<>();
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            while (FileDescriptors.ofThisProcess().used().orElseThrow() < descriptors) {
                open.add(new FileInputStream("/dev/null"));
            }
            WatchLink link = Objects.requireNonNull(WatchLink.to(guard));
            ResourceWatch.Loop loop = new ResourceWatch.Loop(
                    guard, link, WatchOptions.defaults(), ProcFs.SELF, FileDescriptors.watching(ProcFs.SELF));
            long start = link.nanos();
            long thread = Thread.currentThread().getId();
            for (int hour = 0; hour < hours; hour++) {
                long cpu = threads.getCurrentThreadCpuTime();
                long bytes = threads.getThreadAllocatedBytes(thread);
                for (int second = 0; second < 3_600; second++) {
                    loop.tick(start + (hour * 3_600L + second) * SECOND);
                }
                System.out.printf(
                        Locale.ROOT,
                        "%.4f %.1f%n",
                        100.0 * (threads.getCurrentThreadCpuTime() - cpu) / (3_600 * SECOND),
                        (threads.getThreadAllocatedBytes(thread) - bytes) / 3_600.0 / 1_024);
            }
            loop.close();
        } finally {
            for (InputStream in : open) {
                in.close();
            }
        }
    }
}
