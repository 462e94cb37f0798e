package io.leakguard.watch;

import io.leakguard.internal.base.Slopes;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The present rate of growth: the slope of the last minute's samples or of the last hour's minutes. The larger of the
 * two counts, and only if it surely rises.
 */
final class RecentSlope {

    private static final int KEPT = 60;
    private static final long MINUTE = TimeUnit.SECONDS.toNanos(60);
    private static final double SURE = 2.33;

    private final Ring samples = new Ring();
    private final Ring minutes = new Ring();
    private long minuteStart;
    private double minuteMin = Double.NaN;

    private static final class Ring {
        final long[] times = new long[KEPT];
        final double[] values = new double[KEPT];
        int size;

        void add(long time, double value) {
            if (size == KEPT) {
                System.arraycopy(times, 1, times, 0, KEPT - 1);
                System.arraycopy(values, 1, values, 0, KEPT - 1);
                size--;
            }
            times[size] = time;
            values[size++] = value;
        }

        double slope() {
            if (size < 6 || !(Slopes.mannKendall(values, 0, size) > SURE)) {
                return 0;
            }
            double[] seconds = new double[size];
            for (int i = 0; i < size; i++) {
                seconds[i] = (times[i] - times[0]) / 1e9;
            }
            return Slopes.theilSen(seconds, Arrays.copyOf(values, size), 0, size);
        }
    }

    void add(long now, double value) {
        samples.add(now, value);
        if (Double.isNaN(minuteMin)) {
            minuteStart = now;
            minuteMin = value;
        } else {
            minuteMin = Math.min(minuteMin, value);
        }
        if (now - minuteStart >= MINUTE) {
            minutes.add(now, minuteMin);
            minuteMin = Double.NaN;
        }
    }

    /** Per second; empty if it doesn't surely grow. */
    OptionalDouble perSecond() {
        double slope = Math.max(samples.slope(), minutes.slope());
        return slope > 0 ? OptionalDouble.of(slope) : OptionalDouble.empty();
    }

    /** Nanoseconds until the limit; empty if it doesn't surely grow or there is no limit. */
    OptionalLong timeLeftNanos(double used, double limit) {
        OptionalDouble slope = perSecond();
        if (slope.isEmpty() || limit >= (double) Long.MAX_VALUE) {
            return OptionalLong.empty();
        }
        return OptionalLong.of((long) (Math.max(0, limit - used) / slope.getAsDouble() * 1e9));
    }
}
