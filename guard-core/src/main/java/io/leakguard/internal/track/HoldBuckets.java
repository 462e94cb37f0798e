package io.leakguard.internal.track;

import java.time.Duration;

/** Counts of durations in buckets, four for each power of two. */
public final class HoldBuckets {

    /** All durations below 2^10 ns share one bucket. */
    private static final int LOWEST_POWER = 10;
    /** All durations from 2^52 ns (52 days) on share one bucket. */
    private static final int HIGHEST_POWER = 52;

    static final int COUNT = 2 + (HIGHEST_POWER - LOWEST_POWER) * 4;

    private HoldBuckets() {}

    public static int index(long nanos) {
        if (nanos < 1L << LOWEST_POWER) {
            return 0;
        }
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        if (power >= HIGHEST_POWER) {
            return COUNT - 1;
        }
        return 1 + (power - LOWEST_POWER) * 4 + (int) (nanos >>> (power - 2) & 3);
    }

    static Duration from(int index) {
        return Duration.ofNanos(index == 0 ? 0 : bound(index));
    }

    /** The last bucket has no end. It is shown as wide as the one before. */
    static Duration to(int index) {
        return Duration.ofNanos(bound(index + 1));
    }

    private static long bound(int index) {
        int quarters = index - 1;
        return (4L + (quarters & 3)) << (LOWEST_POWER - 2 + (quarters >> 2));
    }
}
