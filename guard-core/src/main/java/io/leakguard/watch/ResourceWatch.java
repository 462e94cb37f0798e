package io.leakguard.watch;

import io.leakguard.LeakGuard;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the resources that this process can run out of, and reports to the listeners of a guard: file descriptors,
 * sockets that the peer closed, ephemeral ports, accept queues, heap, direct memory, threads, classes and class
 * loaders, the memory of the process against the limit of its container, and the disk that deleted and temporary files
 * take.
 *
 * <p>One daemon thread does all of it, with less than 0.1 % of one core. A look that takes long is taken less often.
 * The files of {@code /proc} that it reads stay open (up to fourteen descriptors), so that it works when none is left.
 * Values that the platform doesn't provide are unknown and not reported. The watch ends when it or its guard is closed.
 * Thread-safe.
 *
 * {@snippet :
 * try (LeakGuard guard = LeakGuard.create();
 *         ResourceWatch watch = ResourceWatch.start(guard)) {
 *     serve();
 * }
 * }
 */
public final class ResourceWatch implements AutoCloseable {

    /**
     * The time until the next look is the duration of this one times this factor, at most {@link #MAX_STRETCH}
     * intervals.
     */
    private static final int COST_FACTOR = 2_500;

    private static final int MAX_STRETCH = 10;
    /** The same for a look at sockets, which takes at most 0.3 % of a core: 120 ms for 10,000 sockets, each 40 s. */
    private static final int SOCKET_COST_FACTOR = 333;
    /** The interval at which the count of refused connections is read, which is cheap. */
    private static final long PULSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** The user of a file that was written a moment ago may close and open it again. */
    private static final Duration TEMPORARY_LEFT_AFTER = Duration.ofMinutes(10);

    private final @Nullable Loop loop;

    /**
     * The state as of the last looks.
     *
     * @param level the worst of all levels
     * @param descriptorsUsed open descriptors, empty if unknown
     * @param descriptorsLimit the limit, empty if unknown
     * @param descriptorsTimeLeft time until none is left at the present rate; empty if the count doesn't surely grow
     * @param closeWait sockets of this process that have been in CLOSE_WAIT for too long; empty if unknown
     * @param timeWait sockets in TIME_WAIT in this network namespace; empty if unknown
     * @param portUtilization the used share of the ephemeral ports to the busiest of this process's destinations; empty
     *     if unknown
     * @param heapUsed bytes left in the old generation after its last collection; empty if there was none
     * @param heapLimit the old generation's limit; empty if unknown
     * @param directUsed bytes of direct buffers; empty if unknown
     * @param directLimit their limit; empty if unknown
     * @param threads threads; empty if unknown
     * @param classes loaded classes; empty if unknown
     * @param classLoaders class loaders that have loaded a class, as of the last sample for the trends; empty if unknown
     * @param memory the memory of the process against the limit at which the kernel kills; all unknown without {@code /proc}
     * @param stalls how long the process's control group, or the machine, waited in the last minute for processor,
     *     memory and disk
     * @param deletedFiles deleted files that this process has open or mapped, as of the last sample for the trends;
     *     empty if unknown
     * @param temporaryFiles temporary files that this process made and left, as of the last sample for the trends;
     *     empty if unknown
     */
    public record Status(
            Level level,
            OptionalLong descriptorsUsed,
            OptionalLong descriptorsLimit,
            Optional<Duration> descriptorsTimeLeft,
            OptionalLong closeWait,
            OptionalLong timeWait,
            OptionalDouble portUtilization,
            OptionalLong heapUsed,
            OptionalLong heapLimit,
            OptionalLong directUsed,
            OptionalLong directLimit,
            OptionalLong threads,
            OptionalLong classes,
            OptionalLong classLoaders,
            ProcessMemory memory,
            Stalls stalls,
            Optional<FileUse> deletedFiles,
            Optional<FileUse> temporaryFiles) {

        /** Nothing is known. */
        static final Status UNKNOWN = new Status(
                Level.NORMAL,
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                ProcessMemory.UNKNOWN,
                Stalls.UNKNOWN,
                Optional.empty(),
                Optional.empty());
    }

    private ResourceWatch(@Nullable Loop loop) {
        this.loop = loop;
    }

    /**
     * Starts a watch with the default settings and the system properties {@code leakguard.watch.*}.
     *
     * @param guard whose listeners get the reports, and whose open resources they show
     * @return the watch, to be closed; one that does nothing if the guard is disabled or closed
     * @throws IllegalArgumentException if a property is unknown or has a bad value; the message names it and the fix
     */
    public static ResourceWatch start(LeakGuard guard) {
        return start(guard, WatchOptions.defaults());
    }

    /**
     * Starts a watch.
     *
     * @param guard whose listeners get the reports, and whose open resources they show
     * @param options the settings
     * @return the watch, to be closed; one that does nothing if the guard is disabled or closed
     */
    public static ResourceWatch start(LeakGuard guard, WatchOptions options) {
        WatchLink link = WatchLink.to(guard);
        if (link == null || link.isClosed()) {
            return new ResourceWatch(null);
        }
        Loop loop = new Loop(guard, link, options, ProcFs.SELF, FileDescriptors.watching(ProcFs.SELF));
        ResourceWatch watch = new ResourceWatch(loop);
        loop.start();
        return watch;
    }

    /**
     * Returns the state as of the last looks.
     *
     * @return the state; all unknown if this watch does nothing
     */
    public Status status() {
        Loop l = loop;
        return l == null ? Status.UNKNOWN : l.status();
    }

    /** Ends the watch and its thread, and closes its files. Closing again does nothing. */
    @Override
    public void close() {
        Loop l = loop;
        if (l != null) {
            l.close();
        }
    }

    /** The thread and the parts that it watches. */
    static final class Loop implements Runnable {
        private final WatchLink link;
        private final WatchOptions options;
        private final Sockets sockets;
        private final FileDescriptors counts;
        final DescriptorWatch descriptors;
        final SocketWatch socketWatch;
        final MemoryWatch memory;
        final ProcessMemoryWatch processMemory;
        final FileWatch files;
        private final StallReader stallReader;
        private volatile Stalls stalls = Stalls.UNKNOWN;
        private final Thread thread;
        private final Runnable onGuardClose = this::close;

        private final Object lock = new Object();
        private volatile boolean closed;

        private long nextSockets;
        private long nextPulse;
        private long nextMemory;
        private long nextTrend;

        Loop(LeakGuard guard, WatchLink link, WatchOptions options, ProcFs proc, FileDescriptors counts) {
            this.link = link;
            this.options = options;
            this.counts = counts;
            this.sockets = new Sockets(proc);
            this.descriptors = new DescriptorWatch(counts, sockets, link, options.thresholds());
            this.socketWatch = new SocketWatch(counts, sockets, link, options.thresholds(), options.closeWaitAfter());
            this.memory = new MemoryWatch(link, guard, proc, options.thresholds());
            this.processMemory = new ProcessMemoryWatch(link, proc);
            this.files = new FileWatch(link, proc, TemporaryFiles.ofThisProcess(TEMPORARY_LEFT_AFTER), options);
            this.stallReader = new StallReader(proc);
            this.thread = link.newThread(this, "leakguard-watch-" + link.name());
            preload();
        }

        /** Runs everything that a report needs, since without a descriptor no class can be loaded. */
        private void preload() {
            long now = link.nanos();
            descriptors.look(now);
            for (Level level : Level.values()) {
                PressureReport sample = descriptors.report(level, 200, 256);
                sample.toText();
                sample.utilization();
            }
            RecentSlope slope = new RecentSlope();
            for (int i = 0; i < 10; i++) {
                slope.add(i * 1_000_000_000L, i);
            }
            Reports.usage(OptionalLong.of(1), OptionalLong.of(2), slope.perSecond(), slope.timeLeftNanos(1, 2), false);
            socketWatch.look(now);
            memory.look(now);
            memory.series(Area.HEAP);
            processMemory.look(now);
            processMemory.preload(now);
            files.look(now, 1, processMemory.mappedDeleted());
            stalls = stallReader.read();
            status();
            nextSockets = now + options.socketInterval().toNanos();
            nextPulse = now + PULSE_NANOS;
            nextMemory = now + MEMORY_NANOS;
            nextTrend = now;
        }

        void start() {
            thread.start();
            link.onClose(onGuardClose);
        }

        @Override
        public void run() {
            long interval = options.interval().toNanos();
            long next = System.nanoTime();
            while (!closed && !link.isClosed()) {
                long started = System.nanoTime();
                try {
                    tick(link.nanos());
                } catch (Throwable t) {
                    link.failed("the resource watch", t);
                }
                next = Math.max(next + interval, started);
                await(next - System.nanoTime());
            }
            release();
        }

        private void release() {
            sockets.close();
            memory.close();
            processMemory.close();
            counts.close();
        }

        private void await(long nanos) {
            long deadline = System.nanoTime() + nanos;
            boolean interrupted = false;
            synchronized (lock) {
                long left = nanos;
                while (!closed && left > 0) {
                    try {
                        TimeUnit.NANOSECONDS.timedWait(lock, Math.max(100_000, left));
                    } catch (InterruptedException e) {
                        interrupted = true; // an interrupt must not stop the watch
                    }
                    left = deadline - System.nanoTime();
                }
            }
            if (interrupted && closed) {
                Thread.currentThread().interrupt();
            }
        }

        /** One round: looks at everything that is due. */
        void tick(long now) {
            descriptors.look(now);
            if (now - nextSockets >= 0 || (now - nextPulse >= 0 && socketWatch.isUrgent())) {
                long started = Beans.cpuNanos();
                socketWatch.look(now);
                long cost = Beans.cpuNanos() - started;
                long after = Math.min(untilNextSockets(options.socketInterval(), cost), socketWatch.nextDue(now));
                nextPulse = now + Math.max(PULSE_NANOS, cost * SOCKET_COST_FACTOR);
                nextSockets =
                        now + Math.max(after, Math.min(options.socketInterval().toNanos(), PULSE_NANOS));
            } else if (now - nextPulse >= 0) {
                nextPulse = now + PULSE_NANOS;
            }
            if (now - nextMemory >= 0) {
                memory.look(now);
                processMemory.look(now);
                stalls = stallReader.read();
                descriptors.forecast();
                nextMemory = now + MEMORY_NANOS;
            }
            if (now - nextTrend >= 0) {
                long started = System.nanoTime();
                int stride = descriptors.trend(now, files::descriptor);
                memory.trend(now);
                processMemory.trend(now);
                if (stride > 0) {
                    files.look(now, stride, processMemory.mappedDeleted());
                }
                long cost = System.nanoTime() - started;
                nextTrend = now + stretched(options.trendInterval(), cost, COST_FACTOR);
            }
        }

        static long untilNextSockets(Duration interval, long cost) {
            return stretched(interval, cost, SOCKET_COST_FACTOR);
        }

        private static long stretched(Duration interval, long cost, int factor) {
            long nanos = interval.toNanos();
            return Math.max(nanos, Math.min(cost * factor, nanos * MAX_STRETCH));
        }

        Status status() {
            Level worst = descriptors.level();
            if (descriptors.isGrowing() && worst == Level.NORMAL) {
                worst = Level.WARNING;
            }
            for (Level other :
                    new Level[] {socketWatch.level(), memory.level(), processMemory.level(), files.level()}) {
                worst = other.compareTo(worst) > 0 ? other : worst;
            }
            OptionalLong left = descriptors.timeLeftNanos();
            double ports = socketWatch.portUtilization();
            MemoryWatch.Series heap = memory.series(Area.HEAP);
            MemoryWatch.Series direct = memory.series(Area.DIRECT_MEMORY);
            return new Status(
                    worst,
                    descriptors.used(),
                    descriptors.limit(),
                    left.isPresent() ? Optional.of(Duration.ofNanos(left.getAsLong())) : Optional.empty(),
                    known(socketWatch.persistentCloseWait()),
                    known(socketWatch.timeWait()),
                    Double.isNaN(ports) ? OptionalDouble.empty() : OptionalDouble.of(ports),
                    heap.lastUsed,
                    heap.lastLimit,
                    direct.lastUsed,
                    direct.lastLimit,
                    memory.series(Area.THREADS).lastUsed,
                    memory.series(Area.CLASSES).lastUsed,
                    memory.series(Area.CLASS_LOADERS).lastUsed,
                    processMemory.memory(),
                    stalls,
                    files.heldUse(),
                    files.leftUse());
        }

        private static OptionalLong known(long n) {
            return n < 0 ? OptionalLong.empty() : OptionalLong.of(n);
        }

        void close() {
            synchronized (lock) {
                closed = true;
                lock.notifyAll();
            }
            link.forgetOnClose(onGuardClose);
            if (thread.getState() == Thread.State.NEW) {
                release(); // it never ran
                return;
            }
            if (Thread.currentThread() != thread) {
                try {
                    thread.join(TimeUnit.SECONDS.toMillis(2));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
