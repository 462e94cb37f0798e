package io.leakguard.jdbc;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Since when callers wait for a connection of one data source. Each has a slot of its own while it waits, so that
 * entering and leaving costs a few nanoseconds and threads don't meet. Beyond that many callers, some are not seen.
 */
final class Waits {

    private static final int SLOTS = 64;
    /** A cache line for each. */
    private static final int STRIDE = 8;

    private static final int TRIES = 4;

    private final AtomicLongArray since = new AtomicLongArray(SLOTS * STRIDE);

    /** Returns a slot for {@link #leave}, below zero if there was none. */
    int enter(long startNanos) {
        @SuppressWarnings("deprecation") // threadId() needs 19
        int h = Long.hashCode(Thread.currentThread().getId()) * 0x9E3779B9;
        int first = (h ^ (h >>> 16)) & (SLOTS - 1);
        for (int i = 0; i < TRIES; i++) {
            int slot = ((first + i) & (SLOTS - 1)) * STRIDE;
            if (since.compareAndSet(slot, 0, startNanos | 1)) {
                return slot;
            }
        }
        return -1;
    }

    void leave(int slot) {
        if (slot >= 0) {
            since.setRelease(slot, 0);
        }
    }

    /** How many wait for longer than a time, and how long the one does that has waited longest. */
    record Waiting(int callers, long longestNanos) {}

    Waiting longerThan(long nanos, long now) {
        int callers = 0;
        long longest = 0;
        for (int i = 0; i < SLOTS; i++) {
            long start = since.get(i * STRIDE);
            if (start != 0 && now - start > nanos) {
                callers++;
                longest = Math.max(longest, now - start);
            }
        }
        return new Waiting(callers, longest);
    }
}
