package io.leakguard.internal.track;

import java.util.List;

/**
 * Marks in a heap dump of this process which trackers are asked about. It is found there by its class and its fields' names,
 * and leads to no handle.
 */
public final class HeapMark {

    final Tracker[] trackers;
    /** When, by the guard's clock. */
    final long nanos;

    public HeapMark(List<Tracker> trackers, long nanos) {
        this.trackers = trackers.toArray(new Tracker[0]);
        this.nanos = nanos;
    }

    public Tracker tracker(int index) {
        return trackers[index];
    }

    public int size() {
        return trackers.length;
    }

    @Override
    public String toString() {
        return trackers.length + " trackers at " + nanos;
    }
}
