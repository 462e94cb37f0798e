package io.leakguard.internal.track;

import io.leakguard.internal.base.Threads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ring of a thread by three reads. A thread local needs more, and would stay in threads that outlive the
 * guard. A new array replaces the old one whenever a thread comes or goes, which is rare.
 */
final class RingTable {

    private static final int FIRST = 8;

    private volatile @Nullable YoungRing[] slots = new @Nullable YoungRing[FIRST];

    @Nullable
    YoungRing find(Thread thread) {
        @Nullable YoungRing[] all = slots;
        int i = index(thread, all);
        while (true) {
            YoungRing ring = all[i];
            if (ring == null || ring.thread == thread) {
                return ring;
            }
            i = (i + 1) & (all.length - 1);
        }
    }

    /** Ids count up, so their lower bits differ. */
    private static int index(Thread thread, @Nullable YoungRing[] in) {
        return (int) Threads.id(thread) & (in.length - 1);
    }

    /** At most half of the slots are in use, so that each search ends soon. */
    void set(List<YoungRing> rings) {
        int size = FIRST;
        while (size < 2 * rings.size()) {
            size *= 2;
        }
        @Nullable YoungRing[] all = new @Nullable YoungRing[size];
        for (YoungRing ring : rings) {
            Thread thread = ring.thread;
            if (thread == null) {
                continue; // the ring that several threads share
            }
            int i = index(thread, all);
            while (all[i] != null) {
                i = (i + 1) & (size - 1);
            }
            all[i] = ring;
        }
        slots = all;
    }
}
