package io.leakguard.heap;

import java.util.ArrayList;
import java.util.List;

/**
 * Numbers the objects of a dump from 0 on, in the order of their addresses: a bit for each place where an object may
 * begin. It takes a thirtieth of the memory of a table of addresses. Not thread-safe while ids are added.
 */
final class ObjectIds {

    private static final int PAGE_BITS = 16;
    private static final int WORDS = 1 << (PAGE_BITS - 6);

    private static final class Page {
        final long[] bits = new long[WORDS];
        final short[] before = new short[WORDS];
        int first;
    }

    private final int shift;
    private final LongMap pageOf = new LongMap();
    private final List<Page> pages = new ArrayList<>();
    private long lastKey = -1;
    private Page last = new Page();
    private int count;

    ObjectIds(int idSize) {
        this.shift = idSize == 4 ? 2 : 3;
    }

    /** Adds an object. False if its address is none that HotSpot gives. */
    boolean add(long id) {
        long place = id >>> shift;
        if (id == 0 || place << shift != id) {
            return false;
        }
        long key = (place >>> PAGE_BITS) + 1;
        if (key != lastKey) {
            long at = pageOf.get(key, -1);
            if (at < 0) {
                at = pages.size();
                pages.add(new Page());
                pageOf.put(key, at);
            }
            last = pages.get((int) at);
            lastKey = key;
        }
        int in = (int) place & ((1 << PAGE_BITS) - 1);
        last.bits[in >>> 6] |= 1L << in;
        return true;
    }

    /** Gives the numbers, when all objects are added. */
    void number() {
        for (long key : pageOf.sortedKeys()) {
            Page page = pages.get((int) pageOf.get(key, -1));
            page.first = count;
            int n = 0;
            for (int i = 0; i < WORDS; i++) {
                page.before[i] = (short) n;
                n += Long.bitCount(page.bits[i]);
            }
            count += n;
        }
        lastKey = -1;
    }

    int count() {
        return count;
    }

    /** The number of an object; -1 if the dump has none with this id. */
    int of(long id) {
        if (id == 0) {
            return -1;
        }
        long place = id >>> shift;
        long key = (place >>> PAGE_BITS) + 1;
        if (key != lastKey) {
            long at = pageOf.get(key, -1);
            if (at < 0) {
                return -1;
            }
            last = pages.get((int) at);
            lastKey = key;
        }
        int in = (int) place & ((1 << PAGE_BITS) - 1);
        long word = last.bits[in >>> 6];
        long bit = 1L << in;
        if ((word & bit) == 0 || place << shift != id) {
            return -1;
        }
        return last.first + (last.before[in >>> 6] & 0xffff) + Long.bitCount(word & (bit - 1));
    }
}
