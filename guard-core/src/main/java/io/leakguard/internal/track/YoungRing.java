package io.leakguard.internal.track;

import io.leakguard.internal.base.Failures;
import io.leakguard.internal.stack.CreationStack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The polled objects that one thread opened a moment ago, in two blocks: the one being filled and the one before. Only
 * the thread adds, without a lock. Readers take this object's monitor.
 *
 * Each block is new and never used again, so that it is young: with the G1 collector, storing a reference into an old
 * object costs a fence.
 */
class YoungRing {

    /** Size of a block. An object is held until 32 to 64 others were opened. */
    static final int SIZE = 32;

    private static final VarHandle ADDED;

    static {
        try {
            ADDED = MethodHandles.lookup().findVarHandle(Block.class, "added", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final class Block {
        /** Null once it was looked at, or if something else tracks it. */
        final @Nullable Object[] handles = new @Nullable Object[SIZE];

        /** The tick of all its openings; 0 if each has its own time. */
        final long tick;

        long @Nullable [] times;
        /** The origin of each object that has one, or its whole {@link OpenEvent} if it has a stack. */
        @Nullable
        Object @Nullable [] origins;

        volatile int added;
        /**
         * The number of objects that were looked at, and have a record if they need one. Written with the ring's
         * monitor.
         */
        volatile int settled;

        Block(long tick) {
            this.tick = tick;
        }

        boolean isSettled() {
            return settled == added;
        }

        void timeOf(int i, long now) {
            long[] all = times;
            if (all == null) {
                all = times = new long[SIZE];
            }
            all[i] = now;
        }

        void originOf(int i, Object origin) {
            @Nullable Object[] all = origins;
            if (all == null) {
                all = origins = new @Nullable Object[SIZE];
            }
            all[i] = origin;
        }

        OpenEvent opening(int i, @Nullable Thread thread) {
            Object origin = origins == null ? null : origins[i];
            return origin instanceof OpenEvent all
                    ? all
                    : new OpenEvent(times == null ? tick : times[i], Objects.requireNonNull(thread), origin, null);
        }

        /**
         * Tells whether an object is at this place or a later one. It was then opened again, so the earlier opening has
         * ended.
         */
        boolean has(Object handle, int from) {
            int n = added;
            for (int i = from; i < n; i++) {
                if (handles[i] == handle) {
                    return true;
                }
            }
            return false;
        }

        void drop(Object handle) {
            int n = added;
            for (int i = settled; i < n; i++) {
                if (handles[i] == handle) {
                    handles[i] = null;
                }
            }
        }
    }

    private final PolledResources<?> all;
    private final Admission admission;
    private final Failures failures;
    private final OpeningClock clock;
    private final Scopes scopes;
    private final KindState kind;
    /** Null if several threads share this ring. */
    final @Nullable Thread thread;

    /** The tick of the last slow-path checks. Only for the thread. */
    private long asked;

    // The thread replaces these with the monitor, the older one first. So it can read them without.
    private volatile Block current = new Block(0);
    private volatile Block before = new Block(0);

    // Counts of the objects that were looked at. Guarded by this.
    private long opened;
    private long closed;

    YoungRing(PolledResources<?> all, @Nullable Thread thread) {
        this.all = all;
        this.admission = all.admission;
        this.failures = all.admission.registry.failures;
        this.clock = all.admission.registry.openingClock;
        this.scopes = all.admission.scopes;
        this.kind = all.kind;
        this.thread = thread;
    }

    /** See {@link PolledResources#openedAtPeak}. */
    boolean openedAtPeak(Object handle) {
        try {
            long tick = clock.tick();
            if (tick == 0 || tick != asked || scopes.current() != null) {
                return false;
            }
            add(handle, tick, tick, origin(tick, admission.span()));
            return true;
        } catch (Throwable t) {
            failures.internal("tracking a polled object", t);
            return false;
        }
    }

    /**
     * The slow path. It makes the checks once in a tick, or each time if there are no ticks. It captures the stack
     * here, as near to the application as possible.
     */
    boolean openedAfterChecks(Object handle) {
        try {
            long tick = clock.tick();
            long now = tick != 0 ? tick : admission.openingNanos();
            boolean peak = admission.isPeak();
            if (admission.wantsTrackers() || kind.needsTracker(now, peak)) {
                return false;
            }
            Object span = admission.span();
            if (kind.admit(now, peak)) {
                kind.capturedPolled.incrementAndGet();
                add(handle, tick, now, new OpenEvent(now, Thread.currentThread(), span, new CreationStack()));
            } else {
                add(handle, tick, now, origin(now, span));
            }
            asked = tick;
            return true;
        } catch (Throwable t) {
            failures.internal("tracking a polled object", t);
            return false;
        }
    }

    /** The origin of an object without a stack. */
    @Nullable
    Object origin(long now, @Nullable Object span) {
        return span;
    }

    /** {@code origin} is a span, or an {@link OpenEvent}. */
    private void add(Object handle, long tick, long now, @Nullable Object origin) {
        Block block = current;
        int n = block.added;
        if (n == SIZE || block.tick != tick) {
            block = next(tick);
            n = 0;
        }
        block.handles[n] = handle;
        if (tick == 0) {
            block.timeOf(n, now);
        }
        if (origin != null) {
            block.originOf(n, origin);
        }
        ADDED.setRelease(block, n + 1);
    }

    private synchronized Block next(long tick) {
        Block block = new Block(tick);
        settle(before, current);
        before = current;
        current = block;
        return block;
    }

    /** On any thread. */
    synchronized void settle() {
        settle(before, current);
        settle(current, null);
    }

    private void settle(Block block, @Nullable Block next) {
        int n = block.added;
        for (int i = block.settled; i < n; i++) {
            Object handle = block.handles[i];
            boolean kept = false;
            try {
                kept = isOpen(handle, block, i, next) && all.keep(handle, block.opening(i, thread));
            } catch (Throwable t) {
                failures.internal("a polled object that was opened a moment ago", t);
            } finally {
                opened++;
                closed += kept ? 0 : 1;
                block.handles[i] = null;
                block.settled = i + 1; // last: from now on it is looked for elsewhere
            }
        }
    }

    private boolean isOpen(@Nullable Object handle, Block block, int i, @Nullable Block next) throws Exception {
        return handle != null
                && all.isOpen(handle)
                && !block.has(handle, i + 1)
                && (next == null || !next.has(handle, 0));
    }

    /** Something else tracks an object now. On any thread. */
    void trackedElsewhere(Object handle) {
        if (current.isSettled() && before.isSettled()) { // in this order: current may become before meanwhile
            return;
        }
        synchronized (this) {
            before.drop(handle);
            current.drop(handle);
        }
    }

    /** The last settling. Objects that are added later are not counted. */
    synchronized void settleInto(PolledRecords records) {
        settle();
        records.add(kind.index, opened, closed);
    }

    /** Adds the number of openings, and of closes that are known now. */
    synchronized void addTo(PolledSums sums) {
        sums.add(kind.index, opened, closed, 0);
        addTo(sums, before, current);
        addTo(sums, current, null);
    }

    private void addTo(PolledSums sums, Block block, @Nullable Block next) {
        int n = block.added;
        int open = 0;
        for (int i = block.settled; i < n; i++) {
            try {
                open += isOpen(block.handles[i], block, i, next) ? 1 : 0;
            } catch (Throwable t) {
                failures.internal("a polled object that was opened a moment ago", t);
            }
        }
        sums.add(kind.index, n - block.settled, n - block.settled - open, 0);
    }
}
