package io.leakguard.internal.track;

import io.leakguard.internal.base.SpinLock;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A part of the registry: a list of open trackers, newest first, and their counts. This list keeps the trackers, which
 * are phantom references, alive.
 *
 * Because of shards, threads don't wait for each other, and the collector follows short lists. The lock is held for a
 * few instructions, and never while other code runs.
 */
public final class Shard extends SpinLock {
    static final int OPENED = 0;
    static final int CLOSED = 1;
    static final int COLLECTED = 2;
    static final int CAPTURED = 3;
    private static final int COLUMNS = 4;

    private static final int BATCH = 256;
    /** A power of two. */
    private static final int ADDS_PER_END = 1_024;

    private static final long[] NOTHING = {};

    public final Registry registry;

    /**
     * Closes the ring: the newest tracker is on its older side, the oldest on its newer one. It is made anew now and
     * then, since with the G1 collector each store into an old object costs a fence.
     */
    private Node end = ring();

    private int adds;
    /**
     * {@link #nextAged} has returned all trackers that are older than this marker. Not in the ring if there are none.
     */
    private final Node aged = new Node();

    private long[] counts = new long[COLUMNS * 32];
    /** Hold durations of closed resources by kind. A kind's row is made at its first close. */
    private long[][] held = new long[0][];

    private boolean closed;

    Shard(Registry registry) {
        this.registry = registry;
    }

    private static Node ring() {
        Node node = new Node();
        node.newer = node;
        node.older = node;
        return node;
    }

    /** Adds a tracker; false if the guard is closed. */
    boolean add(Tracker tracker, int kind, boolean captured) {
        lock();
        try {
            if (closed) {
                return false;
            }
            if ((++adds & (ADDS_PER_END - 1)) == 0) {
                renewEnd();
            }
            int row = row(kind);
            tracker.insertAfter(end);
            counts[row + OPENED]++;
            if (captured) {
                counts[row + CAPTURED]++;
            }
            return true;
        } finally {
            unlock();
        }
    }

    private void renewEnd() {
        Node young = new Node();
        young.insertAfter(end);
        end.unlink();
        end = young;
    }

    /** Removes a tracker that has just ended. {@code column} says how. */
    void remove(Tracker tracker, int kind, int column) {
        lock();
        try {
            tracker.unlink();
            counts[row(kind) + column]++;
        } finally {
            unlock();
        }
    }

    /** Removes a tracker that has just ended, as if it had never been added. */
    void uncount(Tracker tracker, int kind, boolean captured) {
        lock();
        try {
            tracker.unlink();
            int row = row(kind);
            counts[row + OPENED]--;
            if (captured) {
                counts[row + CAPTURED]--;
            }
        } finally {
            unlock();
        }
    }

    /** Removes a tracker that was closed, as {@link #remove} does, and counts how long it was held. */
    void removeClosed(Tracker tracker, int kind, long heldNanos) {
        lock();
        try {
            tracker.unlink();
            counts[row(kind) + CLOSED]++;
            heldRow(kind)[HoldBuckets.index(heldNanos)]++;
        } finally {
            unlock();
        }
    }

    private long[] heldRow(int kind) {
        if (kind < held.length && held[kind].length > 0) {
            return held[kind];
        }
        if (kind >= held.length) {
            int before = held.length;
            held = Arrays.copyOf(held, Math.max(kind + 1, before + 16));
            Arrays.fill(held, before, held.length, NOTHING);
        }
        long[] row = new long[HoldBuckets.COUNT];
        held[kind] = row;
        return row;
    }

    /** Adds this shard's counts of durations to {@code sums}, growing it as needed. */
    long[][] addHeldTo(long[][] sums) {
        lock();
        try {
            long[][] result = sums;
            if (sums.length < held.length) {
                result = Arrays.copyOf(sums, held.length);
                Arrays.fill(result, sums.length, result.length, NOTHING);
            }
            for (int kind = 0; kind < held.length; kind++) {
                long[] row = held[kind];
                if (row.length > 0) {
                    if (result[kind].length == 0) {
                        result[kind] = new long[HoldBuckets.COUNT];
                    }
                    for (int i = 0; i < row.length; i++) {
                        result[kind][i] += row[i];
                    }
                }
            }
            return result;
        } finally {
            unlock();
        }
    }

    /** The guard is closed. A tracker that the application keeps must not keep the others alive. */
    void forget(Tracker tracker) {
        lock();
        try {
            tracker.unlink();
        } finally {
            unlock();
        }
    }

    /** A collected resource turned out to have been closed directly. */
    void collectedWasClosed(int kind) {
        lock();
        try {
            int row = row(kind);
            counts[row + COLLECTED]--;
            counts[row + CLOSED]++;
        } finally {
            unlock();
        }
    }

    private int row(int kind) {
        int row = kind * COLUMNS;
        if (row >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(row + COLUMNS, counts.length * 2));
        }
        return row;
    }

    /** Adds this shard's counts to {@code sums}, growing it as needed. */
    long[] addCountsTo(long[] sums) {
        lock();
        try {
            long[] result = sums.length < counts.length ? Arrays.copyOf(sums, counts.length) : sums;
            for (int i = 0; i < counts.length; i++) {
                result[i] += counts[i];
            }
            return result;
        } finally {
            unlock();
        }
    }

    static long count(long[] sums, int kind, int column) {
        int index = kind * COLUMNS + column;
        return index < sums.length ? sums[index] : 0; // no resource of this kind was opened yet
    }

    /**
     * Walks the open trackers, newest first, while others open and close. Each tracker that is open throughout is seen
     * once. A marker in the list keeps the place, so that the lock is held for {@value #BATCH} entries at a time.
     */
    void forEach(Consumer<Tracker> action) {
        Node marker = new Node();
        Tracker[] batch = new Tracker[BATCH];
        enter(marker, true);
        try {
            int n;
            do {
                n = nextBatch(marker, batch);
                for (int i = 0; i < n; i++) {
                    action.accept(batch[i]);
                }
            } while (n == BATCH);
        } finally {
            leave(marker);
        }
    }

    /** Walks the trackers opened before a time, oldest first, while others open and close. */
    public void forEachOpenedBefore(long openedBefore, Consumer<Tracker> action) {
        Node marker = new Node();
        Tracker[] batch = new Tracker[BATCH];
        enter(marker, false);
        try {
            int n;
            do {
                n = nextOld(marker, batch, openedBefore);
                for (int i = 0; i < n; i++) {
                    action.accept(batch[i]);
                }
            } while (n == BATCH);
        } finally {
            leave(marker);
        }
    }

    private void enter(Node marker, boolean asNewest) {
        lock();
        try {
            if (asNewest) {
                marker.insertAfter(end);
            } else {
                marker.insertBefore(end);
            }
        } finally {
            unlock();
        }
    }

    private void leave(Node marker) {
        lock();
        try {
            marker.unlink();
        } finally {
            unlock();
        }
    }

    private int nextOld(Node marker, Tracker[] batch, long openedBefore) {
        lock();
        try {
            return takeOld(marker, batch, openedBefore);
        } finally {
            unlock();
        }
    }

    /** Under the lock. */
    private int takeOld(Node marker, Tracker[] batch, long openedBefore) {
        int n = 0;
        Node last = marker;
        Node at = marker.newer;
        while (n < batch.length && at != null && at != end) {
            if (at instanceof Tracker tracker) {
                if (tracker.openedNanos - openedBefore >= 0) {
                    break;
                }
                batch[n++] = tracker;
            }
            last = at;
            at = at.newer;
        }
        if (last != marker) {
            marker.unlink();
            marker.insertBefore(last);
        }
        return n;
    }

    private int nextBatch(Node marker, Tracker[] batch) {
        lock();
        try {
            int n = 0;
            Node at = marker.older;
            while (n < batch.length && at != null && at != end) {
                if (at instanceof Tracker tracker) {
                    batch[n++] = tracker;
                }
                at = at.older;
            }
            if (at != null) {
                marker.unlink();
                marker.insertBefore(at);
            }
            return n;
        } finally {
            unlock();
        }
    }

    /**
     * Takes up to {@code batch.length} trackers that were opened before {@code openedBefore} and were not returned yet.
     */
    public int nextAged(Tracker[] batch, long openedBefore) {
        lock();
        try {
            if (aged.newer == null) {
                aged.insertBefore(end);
            }
            int n = takeOld(aged, batch, openedBefore);
            if (aged.older == end) {
                aged.unlink();
            }
            return n;
        } finally {
            unlock();
        }
    }

    /** Refuses new resources from now on. */
    void shut() {
        lock();
        try {
            closed = true;
        } finally {
            unlock();
        }
    }
}
