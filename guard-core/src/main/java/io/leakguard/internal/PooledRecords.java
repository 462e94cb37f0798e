package io.leakguard.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of objects of pools, which are kept alive here, and the counts of those that are no more. Few are added or
 * removed, since the objects stay: so one lock for all of them, which handing out doesn't take.
 */
final class PooledRecords {

    private static final int FIRST = 64;
    private static final int COLUMNS = 3;
    private static final PooledRecord[] NONE = {};

    private @Nullable PooledRecord[] records = NONE;
    private int size;

    /** Opened, closed and collected, by kind, of those that were removed. */
    private long[] counts = new long[COLUMNS * 8];

    private boolean shut;

    /** False if the guard is closed. */
    synchronized boolean add(PooledRecord record) {
        if (shut) {
            return false;
        }
        if (size == records.length) {
            records = Arrays.copyOf(records, Math.max(FIRST, 2 * size));
        }
        record.place = size;
        records[size++] = record;
        return true;
    }

    /** Counts the last time as leaked, or as given back. */
    synchronized void remove(PooledRecord record, boolean leaked) {
        if (take(record)) {
            int row = row(record);
            counts[row] += record.outs();
            counts[row + 1] += leaked ? record.outs() - 1 : record.outs();
            counts[row + 2] += leaked ? 1 : 0;
        }
    }

    /** The guard is closed: what is out stays counted as open. */
    synchronized void forget(PooledRecord record, boolean out) {
        if (take(record)) {
            int row = row(record);
            counts[row] += record.outs();
            counts[row + 1] += out ? record.outs() - 1 : record.outs();
        }
    }

    private boolean take(PooledRecord record) {
        int place = record.place;
        if (place < 0) {
            return false;
        }
        record.place = -1;
        PooledRecord last = records[--size];
        records[size] = null;
        if (last != null && last != record) {
            records[place] = last;
            last.place = place;
        }
        return true;
    }

    private int row(PooledRecord record) {
        int row = record.kind.index * COLUMNS;
        if (row >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(row + COLUMNS, 2 * counts.length));
        }
        return row;
    }

    @SuppressWarnings("NullAway") // none is null below the size
    synchronized PooledRecord[] all() {
        return size == 0 ? NONE : Arrays.copyOf(records, size);
    }

    /** What of it is out of its pool; asking may take a while, and is done without the lock. */
    PooledRecord[] out() {
        PooledRecord[] all = all();
        int n = 0;
        for (PooledRecord record : all) {
            if (record.isOpen()) {
                all[n++] = record;
            }
        }
        return n == all.length ? all : Arrays.copyOf(all, n);
    }

    /** Opened, closed and collected of each kind, by {@code kind * 3}. */
    long[] sums() {
        long[] sums;
        PooledRecord[] all;
        synchronized (this) {
            sums = counts.clone();
            all = all();
        }
        for (PooledRecord record : all) {
            long outs = record.outs();
            int row = record.kind.index * COLUMNS;
            if (row >= sums.length) {
                sums = Arrays.copyOf(sums, Math.max(row + COLUMNS, 2 * sums.length));
            }
            sums[row] += outs;
            sums[row + 1] += record.isOut() ? outs - 1 : outs;
        }
        return sums;
    }

    static long opened(long[] sums, int kind) {
        return get(sums, kind * COLUMNS);
    }

    static long closed(long[] sums, int kind) {
        return get(sums, kind * COLUMNS + 1);
    }

    static long collected(long[] sums, int kind) {
        return get(sums, kind * COLUMNS + 2);
    }

    private static long get(long[] sums, int index) {
        return index < sums.length ? sums[index] : 0;
    }

    /** Refuses what comes from now on. */
    synchronized void shut() {
        shut = true;
    }
}
