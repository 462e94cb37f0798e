package io.leakguard.heap;

import java.util.Arrays;

/** A map from numbers other than 0 to numbers, in two arrays. Not thread-safe. */
final class LongMap {

    private long[] keys = new long[1 << 10];
    private long[] values = new long[1 << 10];
    private int size;

    void put(long key, long value) {
        if (key == 0) {
            return;
        }
        if (size * 3 > keys.length * 2) {
            grow();
        }
        int at = slot(keys, key);
        if (keys[at] == 0) {
            keys[at] = key;
            size++;
        }
        values[at] = value;
    }

    long get(long key, long otherwise) {
        int at = slot(keys, key);
        return key != 0 && keys[at] == key ? values[at] : otherwise;
    }

    int size() {
        return size;
    }

    /** The keys, in ascending order. */
    long[] sortedKeys() {
        long[] result = new long[size];
        int n = 0;
        for (long key : keys) {
            if (key != 0) {
                result[n++] = key;
            }
        }
        Arrays.sort(result);
        return result;
    }

    private void grow() {
        long[] before = keys;
        long[] old = values;
        keys = new long[before.length * 2];
        values = new long[before.length * 2];
        for (int i = 0; i < before.length; i++) {
            if (before[i] != 0) {
                int at = slot(keys, before[i]);
                keys[at] = before[i];
                values[at] = old[i];
            }
        }
    }

    private static int slot(long[] keys, long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        int mask = keys.length - 1;
        int at = (int) (h >>> 32) & mask;
        while (keys[at] != 0 && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
