package io.leakguard.jdbc;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one data source that a caller waits for or uses. Each thread looks for a free slot in a cache line
 * of its own, so that entering and leaving cost a few nanoseconds and threads don't contend. If there is no free slot,
 * a map takes the connection. Thread-safe.
 */
final class ConnectionSlots {

    private static final int LINES = 32;
    /** References usually have four bytes each. */
    private static final int PER_LINE = 16;

    /** Value of {@link ConnectionState#slot}: in the map. Slots are counted from one, so zero means not entered. */
    private static final int IN_MAP = -1;

    private final AtomicReferenceArray<@Nullable ConnectionState> slots = new AtomicReferenceArray<>(LINES * PER_LINE);
    private final Set<ConnectionState> more = ConcurrentHashMap.newKeySet();

    void enter(ConnectionState state) {
        @SuppressWarnings("deprecation") // threadId() needs 19
        int h = Long.hashCode(Thread.currentThread().getId()) * 0x9E3779B9;
        int first = ((h ^ (h >>> 16)) & (LINES - 1)) * PER_LINE;
        for (int i = first; i < first + PER_LINE; i++) {
            if (slots.getPlain(i) == null && slots.compareAndSet(i, null, state)) {
                state.slot = i + 1;
                return;
            }
        }
        state.slot = IN_MAP;
        more.add(state);
    }

    /** For a caller that alone makes the connection leave. */
    void leaveOnce(ConnectionState state) {
        int slot = state.slot;
        if (slot > 0) {
            slots.setRelease(slot - 1, null);
        } else {
            leave(state);
        }
    }

    /** Does nothing if the connection has left before. */
    void leave(ConnectionState state) {
        int slot = state.slot;
        if (slot > 0) {
            // The connection may have left before, and the slot may have another one.
            slots.compareAndSet(slot - 1, state, null);
        } else if (slot == IN_MAP) {
            more.remove(state);
        } else {
            leaveFromAnywhere(state);
        }
    }

    /** For a thread that got the connection by a data race, and doesn't see its slot. */
    private void leaveFromAnywhere(ConnectionState state) {
        for (int i = 0; i < slots.length(); i++) {
            if (slots.compareAndSet(i, state, null)) {
                return;
            }
        }
        more.remove(state);
    }

    void forEach(Consumer<ConnectionState> action) {
        for (int i = 0; i < slots.length(); i++) {
            ConnectionState state = slots.get(i);
            if (state != null) {
                action.accept(state);
            }
        }
        more.forEach(action);
    }
}
