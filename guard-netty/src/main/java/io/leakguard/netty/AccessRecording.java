package io.leakguard.netty;

import io.leakguard.LeakReport;
import java.time.Duration;

/**
 * When accesses of buffers are recorded for a guard: always those of a few buffers, which are all of a daemon with little to
 * do, and more once a buffer leaked and nothing said who had it. Each guard has its own: where one has had its time, the next
 * one has all of its own. Thread-safe.
 */
final class AccessRecording {

    /** For how long every access is recorded once buffers leaked, and how seldom. */
    private static final long ALL_FOR = Duration.ofSeconds(30).toNanos();

    private static final long ALL_EVERY = Duration.ofMinutes(10).toNanos();

    /** For how long a leak that is rarer than that is waited for, with what a small budget pays for. */
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

    /** What to record of a buffer that is allocated now. */
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
