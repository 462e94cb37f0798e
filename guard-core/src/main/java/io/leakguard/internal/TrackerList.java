package io.leakguard.internal;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Trackers that somebody (a scope, a parent) must still look at. Closing one doesn't remove it here, which would cost
 * every close; the ended ones are dropped when the array is full. Guarded by its owner's lock.
 */
final class TrackerList {
    private Tracker[] items = new Tracker[4];
    private int size;

    void add(Tracker tracker, Predicate<Tracker> stillOurs) {
        if (size == items.length) {
            prune(stillOurs);
            if (size > items.length / 2) {
                items = Arrays.copyOf(items, items.length * 2);
            }
        }
        items[size++] = tracker;
    }

    void prune(Predicate<Tracker> stillOurs) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Tracker t = items[i];
            if (stillOurs.test(t)) {
                items[kept++] = t;
            }
        }
        Arrays.fill(items, kept, size, null);
        size = kept;
    }

    int size() {
        return size;
    }

    Tracker[] toArray() {
        return Arrays.copyOf(items, size);
    }
}
