package io.leakguard.junit;

import io.leakguard.LeakGuard;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs the garbage collector until it finds nothing new, or says why its result can't be relied on. */
final class Collector {

    private static final int MAX_ROUNDS = 8;

    private static final List<GarbageCollectorMXBean> COLLECTORS = ManagementFactory.getGarbageCollectorMXBeans();

    /** What collections between tests may take of the processors: so much at the begin of a run, and then so much of its time. */
    private static final long FIRST_NANOS = 2_000_000_000L;

    private static final int SHARE_PERCENT = 8;

    /** With the agent a leak that is found later is told of the same test and line: less will do. */
    private static final long FIRST_NANOS_WITH_AGENT = 1_000_000_000L;

    private static final int SHARE_PERCENT_WITH_AGENT = 4;

    private static final long CLEANER_NANOS = 5_000_000_000L;

    private static final String PROBE = "/oom_score";

    private final LeakGuard guard;
    private final Duration timeout;
    private final boolean withAgent;
    private final long startCpu = CpuTime.nanos();
    private volatile @Nullable ProcessWatch watch;
    private long nanos;
    private long cpuForTests;
    private int rounds;
    private @Nullable String inconclusive;

    Collector(LeakGuard guard, Duration timeout, boolean withAgent) {
        this.guard = guard;
        this.timeout = timeout;
        this.withAgent = withAgent;
    }

    /** The number of collections that this JVM has had, for any reason. */
    static long collectionsOfTheJvm() {
        long sum = 0;
        for (GarbageCollectorMXBean collector : COLLECTORS) {
            sum += collector.getCollectionCount();
        }
        return sum;
    }

    /** Lets a watch compare the process before and after each collection. */
    void watch(ProcessWatch processWatch) {
        watch = processWatch;
    }

    /** Tells whether one more collection between tests keeps within their share of the run's time. */
    synchronized boolean hasTimeForTests() {
        long first = withAgent ? FIRST_NANOS_WITH_AGENT : FIRST_NANOS;
        int share = withAgent ? SHARE_PERCENT_WITH_AGENT : SHARE_PERCENT;
        return cpuForTests < first + (CpuTime.nanos() - startCpu) / 100 * share;
    }

    /** Counts the time spent between tests. */
    synchronized void addTimeForTests(long time) {
        cpuForTests += time;
    }

    /**
     * Collects until a round finds nothing new, since a collection can make more objects unreachable.
     *
     * @return true if the last round found nothing new
     */
    synchronized boolean collect() {
        return collect(MAX_ROUNDS);
    }

    /** Collects once: what a test has dropped itself is found, and what only that has kept alive is found later. */
    synchronized boolean collectOnce() {
        return collect(1);
    }

    private boolean collect(int atMost) {
        if (inconclusive == null && explicitGcIsDisabled()) {
            inconclusive = "the JVM runs with -XX:+DisableExplicitGC";
        }
        if (inconclusive != null) {
            // Leaks that were detected earlier must be delivered first.
            guard.flush(timeout);
            return false;
        }
        long began = System.nanoTime();
        ProcessWatch processes = watch;
        try {
            if (processes != null) {
                processes.beforeCollection();
                dropProbe();
            }
            for (int round = 1; round <= atMost; round++) {
                long before = guard.stats().collected();
                rounds++;
                if (!guard.awaitCollection(timeout)) {
                    inconclusive = Thread.currentThread().isInterrupted()
                            ? "the thread was interrupted"
                            : "no collection was seen within " + LeakText.duration(timeout);
                    return false;
                }
                if (guard.stats().collected() == before) {
                    return true;
                }
            }
            return false; // other threads go on opening and dropping
        } finally {
            if (processes != null) {
                awaitCleaner();
                processes.afterCollection();
            }
            nanos += System.nanoTime() - began;
        }
    }

    /** Opens a file and forgets it. Its descriptor shows whether the JDK has closed the unreachable files. */
    private static void dropProbe() {
        try {
            if (new FileInputStream("/proc/self" + PROBE).read() < 0) {
                return; // an empty file works too
            }
        } catch (IOException e) {
            // No such file here: descriptors are not compared then.
        }
    }

    /**
     * A descriptor is closed a moment after its object was found unreachable: one thread of the JVM passes it on, and
     * one of the JDK's threads closes it. Waits until the first thread has nothing left, the probe is closed, and the
     * second thread is idle.
     */
    private static void awaitCleaner() {
        Thread handler = thread("Reference Handler");
        Thread cleaner = thread("Common-Cleaner");
        long deadline = System.nanoTime() + CLEANER_NANOS;
        boolean handed = handler == null;
        boolean closed = false;
        while (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted()) {
            handed |= handler != null && isIdle(handler.getStackTrace());
            closed |= handed && Descriptors.list().values().stream().noneMatch(t -> t.endsWith(PROBE));
            if (closed && (cleaner == null || cleaner.getState() == Thread.State.TIMED_WAITING)) {
                return;
            }
            LockSupport.parkNanos(500_000);
        }
    }

    private static boolean isIdle(StackTraceElement[] handler) {
        return handler.length > 0 && handler[0].getMethodName().equals("waitForReferencePendingList");
    }

    private static @Nullable Thread thread(String name) {
        return Descriptors.threads().stream()
                .filter(t -> t.getName().equals(name))
                .findAny()
                .orElse(null);
    }

    /** The last of the JVM's options counts. */
    private static boolean explicitGcIsDisabled() {
        boolean disabled = false;
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (option.endsWith("DisableExplicitGC") && option.startsWith("-XX:")) {
                disabled = option.charAt(4) == '+';
            }
        }
        return disabled;
    }

    synchronized long nanos() {
        return nanos;
    }

    synchronized int rounds() {
        return rounds;
    }

    /** The reason why the collector's result can't be relied on; null if it can. */
    synchronized @Nullable String inconclusive() {
        return inconclusive;
    }
}
