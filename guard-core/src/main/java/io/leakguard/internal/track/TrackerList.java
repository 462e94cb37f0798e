package io.leakguard.internal.track;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Trackers that a scope must still check. Closing one doesn't remove it here, which would slow every close. The ended
 * ones are dropped when the array is full. Guarded by its owner's lock. A tracker's children don't use this list: they
 * link to each other, since most parents have one or two, and a resource can be in several scopes' lists.
 */
public final class TrackerList {
    private static final int LARGE = 1_024;

    private Tracker[] items = new Tracker[4];
    private int size;
    private int ended;

    public void add(Tracker tracker, Predicate<Tracker> stillOurs) {
        if (size == items.length) {
            prune(stillOurs);
            if (size > items.length / 2) {
                items = Arrays.copyOf(items, items.length * 2);
            }
        }
        items[size++] = tracker;
    }

    public void prune(Predicate<Tracker> stillOurs) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Tracker t = items[i];
            if (stillOurs.test(t)) {
                items[kept++] = t;
            }
        }
        Arrays.fill(items, kept, size, null);
        size = kept;
        ended = 0;
        if (items.length >= LARGE && size < items.length / 8) {
            items = Arrays.copyOf(items, items.length / 4);
        }
    }

    /** One of these has ended. After half of many have, the ended ones are dropped; for each tracker that is cheap. */
    public void ended(Predicate<Tracker> stillOurs) {
        if (items.length >= LARGE && ++ended > size / 2) {
            prune(stillOurs);
        }
    }

    /** Tells whether {@link #ended} should be called. Needs no lock. */
    public boolean isLarge() {
        return items.length >= LARGE;
    }

    public boolean contains(Tracker tracker) {
        for (int i = 0; i < size; i++) {
            if (items[i] == tracker) {
                return true;
            }
        }
        return false;
    }

    public Tracker get(int i) {
        return items[i];
    }

    public int size() {
        return size;
    }

    public Tracker[] toArray() {
        return Arrays.copyOf(items, size);
    }
}
