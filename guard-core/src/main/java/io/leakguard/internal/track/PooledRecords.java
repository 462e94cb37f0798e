package io.leakguard.internal.track;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of objects of pools, which are kept alive here, and the counts of those that are no more. Few are added or
 * removed, since the objects stay: so one lock for all of them, which handing out doesn't take.
 */
public final class PooledRecords {

    private static final int FIRST = 64;
    private static final PooledRecord[] NONE = {};

    private @Nullable PooledRecord[] records = NONE;
    private int size;

    /** Of those that were removed, and of what was {@linkplain YoungResources opened lately} by threads that have ended. */
    private final PooledSums counts = new PooledSums();

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
            record.addTo(counts, leaked ? 1 : 0, leaked ? 1 : 0);
        }
    }

    /** The guard is closed: what is out stays counted as open. */
    synchronized void forget(PooledRecord record, boolean out) {
        if (take(record)) {
            record.addTo(counts, out ? 1 : 0, 0);
        }
    }

    /** Counts what has no record. */
    synchronized void add(int kind, long opened, long closed) {
        counts.add(kind, opened, closed, 0);
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

    @SuppressWarnings("NullAway") // none is null below the size
    synchronized PooledRecord[] all() {
        return size == 0 ? NONE : Arrays.copyOf(records, size);
    }

    /** What of it is out of its pool; asking may take a while, and is done without the lock. */
    public PooledRecord[] out() {
        PooledRecord[] all = all();
        int n = 0;
        for (PooledRecord record : all) {
            if (record.isOpen()) {
                all[n++] = record;
            }
        }
        return n == all.length ? all : Arrays.copyOf(all, n);
    }

    PooledSums sums() {
        PooledSums sums;
        PooledRecord[] all;
        synchronized (this) {
            sums = counts.copy();
            all = all();
        }
        for (PooledRecord record : all) {
            record.addTo(sums, record.isOut() ? 1 : 0, 0);
        }
        return sums;
    }

    /** Refuses what comes from now on. */
    synchronized void shut() {
        shut = true;
    }
}
