package io.leakguard.watch;

import io.leakguard.PressureReport.Level;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns a share into a level, with hysteresis: up at a threshold, down only once it is {@value #GAP} below it. Returns
 * the levels to report: each at most once a minute, and the return to normal.
 */
final class Levels {

    static final double GAP = 0.05;
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final double[] thresholds;
    private final Map<Level, Long> reportedAt = new EnumMap<>(Level.class);
    private volatile Level level = Level.NORMAL;
    private Level told = Level.NORMAL;

    /** @param thresholds for WARNING, HIGH and CRITICAL */
    Levels(double[] thresholds) {
        this.thresholds = thresholds.clone();
    }

    private Level of(double share) {
        if (share >= 1) {
            return Level.EXHAUSTED;
        }
        if (share >= thresholds[2]) {
            return Level.CRITICAL;
        }
        if (share >= thresholds[1]) {
            return Level.HIGH;
        }
        return share >= thresholds[0] ? Level.WARNING : Level.NORMAL;
    }

    /** Returns the level to report; null if there is none. */
    @Nullable
    Level update(double share, long now) {
        Level up = of(share);
        Level down = of(share + GAP);
        if (up.compareTo(level) > 0) {
            level = up;
        } else if (down.compareTo(level) < 0) {
            level = down;
        }
        if (level.compareTo(told) > 0) {
            Long last = reportedAt.get(level);
            if (last != null && now - last < REPEAT_NANOS) {
                return null; // reported later if it persists
            }
            reportedAt.put(level, now);
            told = level;
            return told;
        }
        boolean relieved = level == Level.NORMAL && told != Level.NORMAL;
        told = level;
        return relieved ? told : null;
    }

    Level level() {
        return level;
    }
}
