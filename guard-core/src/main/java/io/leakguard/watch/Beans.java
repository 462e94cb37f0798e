package io.leakguard.watch;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** Reads the JDK's own beans. Without the modules java.management and jdk.management the values are unknown. */
final class Beans {
    private Beans() {}

    private interface Question {
        long ask();
    }

    private static OptionalLong ask(Question question) {
        try {
            long answer = question.ask();
            return answer < 0 ? OptionalLong.empty() : OptionalLong.of(answer);
        } catch (LinkageError e) {
            return OptionalLong.empty(); // the module is absent
        } catch (InternalError | RuntimeException e) {
            return OptionalLong.empty(); // at EMFILE the count throws InternalError
        }
    }

    /** Opens {@code /proc/self/fd} to count. Takes milliseconds if there are many descriptors, and fails at EMFILE. */
    static OptionalLong openDescriptors() {
        return ask(Os::open);
    }

    static OptionalLong maxDescriptors() {
        return ask(Os::max);
    }

    /** The processor time of this thread. On a busy machine a look lasts much longer than it costs. */
    static long cpuNanos() {
        return ask(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())
                .orElseGet(System::nanoTime);
    }

    static OptionalLong threads() {
        return ask(() -> ManagementFactory.getThreadMXBean().getThreadCount());
    }

    static OptionalLong loadedClasses() {
        return ask(() -> ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }

    static OptionalLong directBuffers() {
        return ask(Pools::directUsed);
    }

    static OptionalLong maxDirectMemory() {
        return ask(HotSpot::maxDirectMemory);
    }

    /** The bytes left in the old generation after its last collection; unknown before the first collection. */
    static OptionalLong liveSet() {
        return ask(Pools::liveSet);
    }

    static OptionalLong liveSetMax() {
        return ask(Pools::liveSetMax);
    }

    static OptionalLong metaspaceCommitted() {
        return ask(() -> Pools.committed("Metaspace"));
    }

    /** Compiled code, in one or three pools. */
    static OptionalLong codeCommitted() {
        return ask(() -> Pools.committed("Code"));
    }

    static long heapCommitted() {
        return Runtime.getRuntime().totalMemory();
    }

    /** The answer of a diagnostic command, as {@code jcmd} shows it. Empty on another JVM or without the module. */
    static Optional<String> diagnostic(String operation, String... arguments) {
        try {
            return Commands.invoke(operation, arguments);
        } catch (LinkageError e) {
            return Optional.empty(); // without java.management
        }
    }

    /** A flag of the JVM. Empty if it is unknown. */
    static Optional<String> flag(String name) {
        try {
            return Optional.of(HotSpot.bean().getVMOption(name).getValue());
        } catch (LinkageError | RuntimeException e) {
            return Optional.empty(); // no such flag, another JVM, or no module
        }
    }

    /** Writes a heap dump. */
    static void dumpHeap(String file, boolean live) throws IOException {
        HotSpot.bean().dumpHeap(file, live);
    }

    // One class for each bean: if one can't be linked, the others still work.

    private static final class Os {
        static @Nullable UnixOperatingSystemMXBean bean() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix ? unix : null;
        }

        static long open() {
            UnixOperatingSystemMXBean unix = bean();
            return unix == null ? -1 : unix.getOpenFileDescriptorCount();
        }

        static long max() {
            UnixOperatingSystemMXBean unix = bean();
            return unix == null ? -1 : unix.getMaxFileDescriptorCount();
        }
    }

    private static final class HotSpot {
        static HotSpotDiagnosticMXBean bean() {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        }

        static long maxDirectMemory() {
            long set = Long.parseLong(bean().getVMOption("MaxDirectMemorySize").getValue());
            return set > 0 ? set : Runtime.getRuntime().maxMemory();
        }
    }

    private static final class Pools {
        private static final @Nullable MemoryPoolMXBean OLD = old();

        /** The largest heap pool that isn't young: the old generation, or all of an undivided heap. */
        private static @Nullable MemoryPoolMXBean old() {
            MemoryPoolMXBean best = null;
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                String name = pool.getName();
                if (pool.getType() != MemoryType.HEAP || !pool.isCollectionUsageThresholdSupported()) {
                    continue;
                }
                if (name.contains("Eden") || name.contains("Survivor") || name.contains("Young")) {
                    continue;
                }
                if (best == null || max(pool) > max(best)) {
                    best = pool;
                }
            }
            return best;
        }

        private static long max(MemoryPoolMXBean pool) {
            MemoryUsage usage = pool.getUsage();
            return usage == null ? -1 : usage.getMax();
        }

        static long liveSet() {
            MemoryUsage after = OLD == null ? null : OLD.getCollectionUsage();
            // Before the first collection it is all zero.
            return after == null || after.getUsed() == 0 ? -1 : after.getUsed();
        }

        static long liveSetMax() {
            long max = OLD == null ? -1 : max(OLD);
            return max > 0 ? max : Runtime.getRuntime().maxMemory();
        }

        static long directUsed() {
            for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
                if (pool.getName().equals("direct")) {
                    return pool.getMemoryUsed();
                }
            }
            return -1;
        }

        /** Committed bytes of the pools outside of the heap whose names begin with the prefix. */
        static long committed(String prefix) {
            long sum = -1;
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                MemoryUsage usage = pool.getName().startsWith(prefix) ? pool.getUsage() : null;
                if (usage != null) {
                    sum = Math.max(0, sum) + usage.getCommitted();
                }
            }
            return sum;
        }
    }

    private static final class Commands {
        static Optional<String> invoke(String operation, String... arguments) {
            try {
                boolean none = arguments.length == 0;
                Object text = ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                operation,
                                none ? new Object[0] : new Object[] {arguments},
                                none ? new String[0] : new String[] {String[].class.getName()});
                return Optional.of(String.valueOf(text));
            } catch (MalformedObjectNameException e) {
                throw new IllegalStateException(e); // a constant
            } catch (JMException | SecurityException e) {
                return Optional.empty(); // not HotSpot, or an unknown command
            }
        }
    }
}
