package io.leakguard.internal.track;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Finds the record of a polled object by its identity. A hash table with linear probing. Finding takes no lock;
 * everything else takes the table's. It holds the records but not the objects.
 */
final class RecordTable {

    private static final int FIRST = 64;
    private static final AtomicReferenceArray<@Nullable Object> EMPTY = new AtomicReferenceArray<>(0);
    /** A record was here. A search goes on. */
    private static final Object REMOVED = new Object();

    private volatile AtomicReferenceArray<@Nullable Object> slots = EMPTY;
    /** The number of slots that are not null, and of slots with a record. */
    private int used;

    private int records;

    static int hash(Object object) {
        return System.identityHashCode(object) * 0x9E3779B9;
    }

    private static int index(int hash, int length) {
        return hash >>> (Integer.numberOfLeadingZeros(length) + 1);
    }

    /** Without records no object gets an identity hash code, which would cost more than all the rest. */
    @Nullable
    PolledRecord find(Object object) {
        AtomicReferenceArray<@Nullable Object> all = slots;
        int length = all.length();
        if (length == 0) {
            return null;
        }
        for (int i = index(hash(object), length); ; i = (i + 1) & (length - 1)) {
            Object there = all.get(i);
            if (there == null) {
                return null;
            }
            if (there instanceof PolledRecord record && record.isOf(object)) {
                return record;
            }
        }
    }

    synchronized void add(PolledRecord record) {
        if (2 * (used + 1) > slots.length()) {
            rebuild();
        }
        put(slots, record);
        used++;
        records++;
    }

    private void rebuild() {
        int length = FIRST;
        while (length < 4 * (records + 1)) {
            length *= 2;
        }
        AtomicReferenceArray<@Nullable Object> next = new AtomicReferenceArray<>(length);
        for (PolledRecord record : all()) {
            put(next, record);
        }
        used = records;
        slots = next;
    }

    private static void put(AtomicReferenceArray<@Nullable Object> into, PolledRecord record) {
        int length = into.length();
        int i = index(record.hash, length);
        while (into.get(i) != null) {
            i = (i + 1) & (length - 1);
        }
        into.set(i, record);
    }

    synchronized void remove(PolledRecord record) {
        AtomicReferenceArray<@Nullable Object> all = slots;
        int length = all.length();
        if (length == 0) {
            return;
        }
        int i = index(record.hash, length);
        for (Object there = all.get(i); there != null; there = all.get(i)) {
            if (there == record) {
                all.set(i, REMOVED);
                if (--records == 0) {
                    slots = EMPTY;
                    used = 0;
                }
                return;
            }
            i = (i + 1) & (length - 1);
        }
    }

    synchronized List<PolledRecord> all() {
        AtomicReferenceArray<@Nullable Object> all = slots;
        List<PolledRecord> found = new ArrayList<>(records);
        for (int i = 0; i < all.length(); i++) {
            if (all.get(i) instanceof PolledRecord record) {
                found.add(record);
            }
        }
        return found;
    }
}
