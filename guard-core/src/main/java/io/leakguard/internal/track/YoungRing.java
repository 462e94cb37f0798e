package io.leakguard.internal.track;

import io.leakguard.internal.base.Failures;
import io.leakguard.internal.stack.CreationStack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The polled objects that one thread opened a moment ago: two blocks of them, the one that is being filled and the one before.
 * Only the thread adds, without a lock; whoever looks at what was added has this object's monitor.
 *
 * <p>A block is made anew each time and not used again, so that it is young: with the G1 collector, storing a reference into
 * an old object costs a fence.
 */
class YoungRing {

    /** Of each block. So an object is held until between as many and twice as many others were opened. */
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

        /** At which tick all of it was opened; 0 if each at its own time. */
        final long tick;

        long @Nullable [] times;
        /** Of those that have one: where each comes from, or all of it if it has a stack. */
        @Nullable
        Object @Nullable [] origins;

        volatile int added;
        /** How many were looked at, and have their records if they need one. Written with the ring's monitor. */
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

        /** Tells whether an object is there, from a place on: opened again, so the time before has ended. */
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
    /** Null if several share this. */
    final @Nullable Thread thread;

    /** The tick in which it was last asked whether what is opened may be told here; only the thread's. */
    private long asked;

    // Replaced by the thread, with the monitor, the older one first: so it reads them without.
    private volatile Block current = new Block(0);
    private volatile Block before = new Block(0);

    // Of what was looked at; guarded by this.
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

    /** As {@link PolledResources#openedAtPeak}. */
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
     * The slow path: what may have changed is asked once in a tick, and each time if there are none. So is whether a stack is
     * captured: here, as near to the application as can be.
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

    /** What is kept of where an object was opened, if there is no stack. */
    @Nullable
    Object origin(long now, @Nullable Object span) {
        return span;
    }

    /** {@code origin} is a span, or all of it. */
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

    /** On any thread: something else tracks an object now. */
    void trackedElsewhere(Object handle) {
        if (current.isSettled() && before.isSettled()) { // in this order: the one may become the other meanwhile
            return;
        }
        synchronized (this) {
            before.drop(handle);
            current.drop(handle);
        }
    }

    /** For the last time: what is added from now on is not counted. */
    synchronized void settleInto(PolledRecords records) {
        settle();
        records.add(kind.index, opened, closed);
    }

    /** Adds what was opened, and closed as far as can be told now. */
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
