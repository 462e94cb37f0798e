package io.leakguard.netty;

import io.leakguard.LeakReport;
import java.time.Duration;

/**
 * Decides when a guard records accesses of buffers. It always records those of a few buffers a second, which are all buffers of
 * a quiet daemon. It records more after a buffer leaked and no record said who had it. Each guard has its own, so the next
 * guard starts with the full budget. Thread-safe.
 */
final class AccessRecording {

    /** Every access is recorded for this long once buffers leaked. {@code ALL_EVERY} limits how often. */
    private static final long ALL_FOR = Duration.ofSeconds(30).toNanos();

    private static final long ALL_EVERY = Duration.ofMinutes(10).toNanos();

    /** For a rarer leak, accesses are recorded for this long, with a small budget. */
    private static final long SOME_FOR = Duration.ofHours(24).toNanos();

    private volatile boolean all;
    private volatile long allUntil;
    private volatile boolean some;
    private volatile long someUntil;

    void leaked(LeakReport report) {
        if (report.kind() == NettyGuard.BYTEBUF) {
            leaked(report.touches().stream().anyMatch(AccessRecording::isOfApplication), System.nanoTime());
        }
    }

    private static boolean isOfApplication(LeakReport.Touch touch) {
        return touch.stack().isEmpty()
                || touch.stack().stream().anyMatch(frame -> !Frameworks.has(frame.getClassName()));
    }

    void leaked(boolean isExplained, long now) {
        if (isExplained) {
            some = false;
            return;
        }
        if (!all && (allUntil == 0 || now - allUntil > ALL_EVERY)) {
            allUntil = now + ALL_FOR;
            all = true;
        }
        someUntil = now + SOME_FOR;
        some = true;
    }

    /** The accesses to record of a buffer that is allocated now. */
    Accesses accesses() {
        return all || some ? accesses(System.nanoTime()) : Accesses.FEW_OF_APPLICATION;
    }

    Accesses accesses(long now) {
        if (all && now - allUntil >= 0) {
            all = false;
        }
        if (some && now - someUntil >= 0) {
            some = false;
        }
        return all ? Accesses.OF_APPLICATION : some ? Accesses.SOME_OF_APPLICATION : Accesses.FEW_OF_APPLICATION;
    }
}
