package io.leakguard.junit;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The processor time of this JVM: a share of it stays the same however busy the machine is. */
final class CpuTime {

    private CpuTime() {}

    /** In nanoseconds; the clock's time where the JVM doesn't know. */
    static long nanos() {
        try {
            return OfHotSpot.nanos();
        } catch (LinkageError e) {
            return System.nanoTime(); // without the module jdk.management
        }
    }

    private static final class OfHotSpot {

        static long nanos() {
            if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
                long time = system.getProcessCpuTime();
                if (time >= 0) {
                    return time;
                }
            }
            return System.nanoTime();
        }
    }
}
