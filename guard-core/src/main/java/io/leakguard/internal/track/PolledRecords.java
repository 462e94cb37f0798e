package io.leakguard.internal.track;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the records of polled objects alive, and counts the removed ones. One lock is enough: most objects are closed
 * before they get a record, so few are added or removed.
 */
public final class PolledRecords {

    private static final int FIRST = 64;
    private static final PolledRecord[] NONE = {};

    private @Nullable PolledRecord[] records = NONE;
    private int size;

    /** Counts of removed records, and of the {@linkplain YoungRing rings} of threads that have ended. */
    private final PolledSums counts = new PolledSums();

    private boolean shut;

    /** False if the guard is closed. */
    synchronized boolean add(PolledRecord record) {
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

    /** Counts the last opening as leaked, or as closed. */
    synchronized void remove(PolledRecord record, boolean leaked) {
        if (take(record)) {
            record.addTo(counts, leaked ? 1 : 0, leaked ? 1 : 0);
        }
    }

    /** The guard is closed. An open object stays counted as open. */
    synchronized void forget(PolledRecord record, boolean open) {
        if (take(record)) {
            record.addTo(counts, open ? 1 : 0, 0);
        }
    }

    /** Counts objects without a record. */
    synchronized void add(int kind, long opened, long closed) {
        counts.add(kind, opened, closed, 0);
    }

    private boolean take(PolledRecord record) {
        int place = record.place;
        if (place < 0) {
            return false;
        }
        record.place = -1;
        PolledRecord last = records[--size];
        records[size] = null;
        if (last != null && last != record) {
            records[place] = last;
            last.place = place;
        }
        return true;
    }

    @SuppressWarnings("NullAway") // none is null below the size
    synchronized PolledRecord[] all() {
        return size == 0 ? NONE : Arrays.copyOf(records, size);
    }

    /** The records of open objects. Asks the objects without the lock, since that may take a while. */
    public PolledRecord[] open() {
        PolledRecord[] all = all();
        int n = 0;
        for (PolledRecord record : all) {
            if (record.isOpen()) {
                all[n++] = record;
            }
        }
        return n == all.length ? all : Arrays.copyOf(all, n);
    }

    PolledSums sums() {
        PolledSums sums;
        PolledRecord[] all;
        synchronized (this) {
            sums = counts.copy();
            all = all();
        }
        for (PolledRecord record : all) {
            record.addTo(sums, record.isPolledOpen() ? 1 : 0, 0);
        }
        return sums;
    }

    /** Refuses new records from now on. */
    synchronized void shut() {
        shut = true;
    }
}
