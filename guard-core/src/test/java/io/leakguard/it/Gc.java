package io.leakguard.it;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Forces collections, in a loop with a bound, until what was waited for has happened. */
public final class Gc {

    /** Dropped to see that a collection has taken place and was noticed; {@link Recorder} leaves it out. */
    public static final ResourceKind SENTINEL = ResourceKind.of("test.sentinel");

    private static final Duration BOUND = Duration.ofSeconds(30);

    private Gc() {}

    public static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    System.gc();
                    return condition.call();
                });
    }

    /** Waits until whatever was unreachable before this call has been collected, noticed and reported. */
    public static void settle(LeakGuard guard) {
        // Twice: what was promoted in the middle of the first may need the second.
        for (int i = 0; i < 2; i++) {
            long before = guard.stats().of(SENTINEL).collected();
            guard.track(new Object(), SENTINEL);
            until(() -> guard.stats().of(SENTINEL).collected() > before);
            if (!guard.flush(BOUND)) {
                throw new AssertionError("the guard did not become quiet in " + BOUND);
            }
        }
    }
}
