package io.leakguard.heap;

import java.util.ArrayDeque;
import java.util.Queue;

/** A queue of numbers in pieces, which are freed as they are read. Not thread-safe. */
final class IntQueue {

    private static final int PIECE = 1 << 14;

    private final Queue<int[]> pieces = new ArrayDeque<>();
    private int[] reading = new int[PIECE];
    private int[] writing = reading;
    private int read;
    private int written;

    void add(int value) {
        if (written == PIECE) {
            writing = new int[PIECE];
            pieces.add(writing);
            written = 0;
        }
        writing[written++] = value;
    }

    boolean isEmpty() {
        return reading == writing && read == written;
    }

    int next() {
        if (read == PIECE) {
            reading = pieces.remove();
            read = 0;
        }
        return reading[read++];
    }
}
