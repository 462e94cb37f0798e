package io.leakguard.junit;

import io.leakguard.LeakGuard;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Runs the garbage collector until it finds nothing new, or says why it can't be relied on. */
final class Collector {

    private static final int MAX_ROUNDS = 8;

    private final LeakGuard guard;
    private final Duration timeout;
    private long nanos;
    private int rounds;
    private @Nullable String inconclusive;

    Collector(LeakGuard guard, Duration timeout) {
        this.guard = guard;
        this.timeout = timeout;
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
        try {
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
            nanos += System.nanoTime() - began;
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
