package io.leakguard.junit;

import io.leakguard.LeakGuard;
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

    /** What collections between tests may take: so much at the begin of a run, and then so much of its time. */
    private static final long FIRST_NANOS = 2_000_000_000L;

    private static final int SHARE_PERCENT = 8;

    private static final long CLEANER_NANOS = 1_000_000_000L;

    private final LeakGuard guard;
    private final Duration timeout;
    private final long startNanos = System.nanoTime();
    private volatile @Nullable ProcessWatch watch;
    private long nanos;
    private long nanosForTests;
    private int rounds;
    private @Nullable String inconclusive;

    Collector(LeakGuard guard, Duration timeout) {
        this.guard = guard;
        this.timeout = timeout;
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
        return nanosForTests < FIRST_NANOS + (System.nanoTime() - startNanos) / 100 * SHARE_PERCENT;
    }

    /** Counts what was spent between tests. */
    synchronized void addTimeForTests(long time) {
        nanosForTests += time;
    }

    /**
     * Collects until a round finds nothing new: what is collected can make more unreachable.
     *
     * @return true if the last round found nothing new
     */
    synchronized boolean collect() {
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
            }
            for (int round = 1; round <= MAX_ROUNDS; round++) {
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

    /** A descriptor is closed a moment after its object was found unreachable, by a thread of the JDK: until it rests. */
    private static void awaitCleaner() {
        Thread cleaner = Descriptors.threads().stream()
                .filter(t -> t.getName().equals("Common-Cleaner"))
                .findAny()
                .orElse(null);
        long deadline = System.nanoTime() + CLEANER_NANOS;
        int resting = 0;
        while (resting < 3
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(1_000_000);
            resting = cleaner == null || cleaner.getState() == Thread.State.TIMED_WAITING ? resting + 1 : 0;
        }
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
