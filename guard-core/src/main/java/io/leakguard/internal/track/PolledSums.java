package io.leakguard.internal.track;

import java.util.Arrays;

/** Numbers of opened, closed and collected polled objects by kind, from {@link PolledRecords} and {@link YoungRing}. */
final class PolledSums {
    private static final int COLUMNS = 3;

    private long[] counts;

    PolledSums() {
        this(new long[COLUMNS * 8]);
    }

    private PolledSums(long[] counts) {
        this.counts = counts;
    }

    PolledSums copy() {
        return new PolledSums(counts.clone());
    }

    void add(int kind, long opened, long closed, long collected) {
        int row = kind * COLUMNS;
        if (row >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(row + COLUMNS, 2 * counts.length));
        }
        counts[row] += opened;
        counts[row + 1] += closed;
        counts[row + 2] += collected;
    }

    long opened(int kind) {
        return get(kind * COLUMNS);
    }

    long closed(int kind) {
        return get(kind * COLUMNS + 1);
    }

    long collected(int kind) {
        return get(kind * COLUMNS + 2);
    }

    private long get(int index) {
        return index < counts.length ? counts[index] : 0;
    }
}
