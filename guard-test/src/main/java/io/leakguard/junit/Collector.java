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

/** Runs the garbage collector until it finds nothing new, or says why it can't be relied on. */
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

    /** How many collections this JVM has had, whoever asked for them. */
    static long collectionsOfTheJvm() {
        long sum = 0;
        for (GarbageCollectorMXBean collector : COLLECTORS) {
            sum += collector.getCollectionCount();
        }
        return sum;
    }

    /** Has a watch see what is there before and after each collection. */
    void watch(ProcessWatch processWatch) {
        watch = processWatch;
    }

    /** Tells whether one more collection between tests would keep within their share of the run's time. */
    synchronized boolean hasTimeForTests() {
        long first = withAgent ? FIRST_NANOS_WITH_AGENT : FIRST_NANOS;
        int share = withAgent ? SHARE_PERCENT_WITH_AGENT : SHARE_PERCENT;
        return cpuForTests < first + (CpuTime.nanos() - startCpu) / 100 * share;
    }

    /** Counts what was spent between tests. */
    synchronized void addTimeForTests(long time) {
        cpuForTests += time;
    }

    /**
     * Collects until a round finds nothing new: what is collected can make more unreachable.
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
            // What was detected without help is still to be delivered.
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
            return false; // others go on opening and dropping
        } finally {
            if (processes != null) {
                awaitCleaner();
                processes.afterCollection();
            }
            nanos += System.nanoTime() - began;
        }
    }

    /** Opens a file and forgets it: its descriptor says how far the JDK is with closing what nobody refers to. */
    private static void dropProbe() {
        try {
            if (new FileInputStream("/proc/self" + PROBE).read() < 0) {
                return; // an empty file does as well
            }
        } catch (IOException e) {
            // There is no such file here, and so no descriptors are compared.
        }
    }

    /**
     * A descriptor is closed a moment after its object was found unreachable: one thread of the JVM hands it on, another one of
     * the JDK closes it. Waits until the first has nothing left, the probe is closed, and the second rests.
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

    /** The last one of the JVM's options counts. */
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

    /** Why the collector's answer can't be relied on; null if it can. */
    synchronized @Nullable String inconclusive() {
        return inconclusive;
    }
}
