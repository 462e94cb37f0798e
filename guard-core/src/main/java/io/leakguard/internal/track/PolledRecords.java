package io.leakguard.internal.track;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of polled objects, which are kept alive here, and the counts of those that are no more. Few are added or
 * removed, since most objects are closed before they get one: so one lock for all of them.
 */
public final class PolledRecords {

    private static final int FIRST = 64;
    private static final PolledRecord[] NONE = {};

    private @Nullable PolledRecord[] records = NONE;
    private int size;

    /** Of those that were removed, and of the {@linkplain YoungRing rings} of threads that have ended. */
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

    /** Counts the last time as leaked, or as closed. */
    synchronized void remove(PolledRecord record, boolean leaked) {
        if (take(record)) {
            record.addTo(counts, leaked ? 1 : 0, leaked ? 1 : 0);
        }
    }

    /** The guard is closed: what is open stays counted so. */
    synchronized void forget(PolledRecord record, boolean open) {
        if (take(record)) {
            record.addTo(counts, open ? 1 : 0, 0);
        }
    }

    /** Counts what has no record. */
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

    /** Those of open objects. Asking may take a while, and is done without the lock. */
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

    /** Refuses what comes from now on. */
    synchronized void shut() {
        shut = true;
    }
}
