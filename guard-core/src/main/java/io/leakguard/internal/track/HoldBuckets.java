package io.leakguard.internal.track;

import java.time.Duration;

/** Counts of durations in buckets, four to each power of two. */
public final class HoldBuckets {

    /** Everything below 2^10 ns is one bucket. */
    private static final int LOWEST_POWER = 10;
    /** From 2^52 ns on, 52 days, everything is one bucket. */
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

    /** The last bucket has no end; it is shown as wide as the one before. */
    static Duration to(int index) {
        return Duration.ofNanos(bound(index + 1));
    }

    private static long bound(int index) {
        int quarters = index - 1;
        return (4L + (quarters & 3)) << (LOWEST_POWER - 2 + (quarters >> 2));
    }
}
