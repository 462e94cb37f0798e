package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of one data source that are in use, and the explanation when it has none left. Thread-safe. */
final class LiveConnections {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.jdbc");

    /** The largest number of collected connections: a data source without a pool could leak any number. */
    private static final int MAX_COLLECTED = 1_000;

    private static final long MOST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LEAST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Reading the stacks of the holders' threads stops each for a moment: a storm of failures shares one snapshot. */
    private static final long SNAPSHOT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LeakGuard guard;
    private final PoolBeneath pool;
    private final long slowNanos;
    private final ConnectionSlots slots = new ConnectionSlots();
    /** Failures and waits have limits of their own, so that neither hides the other. */
    private final LogLimit failures = new LogLimit();

    private final LogLimit slowOnes = new LogLimit();

    /** A caller has borrowed since the last sweep. */
    private volatile boolean busy;

    private long busyNanos;

    /** Without a sweep, the time of a wait must be known at its end. */
    private volatile boolean notWatched;

    /** The connections of the guarded data source to which this one led, if it did. */
    private volatile @Nullable LiveConnections beneath;

    private volatile @Nullable Shared shared;

    private record Shared(long nanos, BorrowExplanation exception) {}

    LiveConnections(JdbcOptions options, LeakGuard guard, PoolBeneath pool) {
        this.guard = guard;
        this.pool = pool;
        this.slowNanos = options.slowBorrow().toNanos();
    }

    /** Called when the handle is closed, which happens once. */
    void closed(ConnectionState state) {
        slots.leaveOnce(state);
    }

    void remove(ConnectionState state) {
        slots.leave(state);
    }

    private List<ConnectionState> held() {
        List<ConnectionState> held = new ArrayList<>();
        slots.forEach(state -> {
            if (state.tracker != null) {
                held.add(state);
            }
        });
        return held;
    }

    boolean anyHeld(Predicate<ConnectionState> which) {
        return held().stream().anyMatch(which);
    }

    /**
     * Counts one more connection that was collected without close. It stays listed, since its pool never gets it back,
     * but their number is bounded.
     */
    void collected() {
        List<ConnectionState> collected =
                held().stream().filter(ConnectionState::isCollected).toList();
        if (collected.size() > MAX_COLLECTED) {
            slots.leave(Collections.max(collected, Comparator.comparing(ConnectionState::age)));
        }
    }

    // --------------------------------------------------------------------------------------------- telling

    /** Called when a connection came from a data source that is guarded itself. */
    void leadTo(LiveConnections other) {
        if (other != this && beneath != other) {
            beneath = other;
        }
    }

    /** Returns the connections in use, except the one that was just given to the caller. */
    private List<ConnectionState> heldBesides(ConnectionState mine) {
        List<ConnectionState> held = held();
        held.remove(mine);
        return held;
    }

    /** Returns the holders of the connections, its own or those of a guarded data source beneath. */
    ConnectionHolders told() {
        ConnectionHolders own = HoldersSnapshot.of(held());
        LiveConnections other = beneath;
        return own.total() == 0 && other != null ? HoldersSnapshot.of(other.held()) : own;
    }

    /** Returns the time between two sweeps over the waiting callers. */
    long sweepNanos() {
        return Math.min(MOST_SWEEP_NANOS, Math.max(LEAST_SWEEP_NANOS, slowNanos / 8));
    }

    /** Tells whether the time of each borrow must be known: no sweep sees a slow one while it waits. */
    boolean readsClock() {
        return notWatched || slowNanos < 4 * LEAST_SWEEP_NANOS;
    }

    /** Called when a caller begins to wait for a connection. It is listed as waited for until it has a tracker. */
    void startWaiting(ConnectionState state) {
        if (!busy && !pool.isPhysical()) {
            busy = true;
            notWatched = !WaitSweep.watch(this);
        }
        slots.enter(state);
    }

    /** Called after a successful borrow. If it waited for a pool, the other holders of connections are the cause. */
    void borrowed(ConnectionState mine) {
        if (mine.startNanos == 0) {
            return;
        }
        long waitedNanos = System.nanoTime() - mine.startNanos;
        if (waitedNanos <= slowNanos || !pool.isPossible()) {
            return;
        }
        List<ConnectionState> others = heldBesides(mine);
        if (!others.isEmpty() && slowOnes.mayLog()) {
            LOG.warn(
                    "getConnection took {}{} · {}",
                    HoldersText.text(Duration.ofNanos(waitedNanos)),
                    slowOnes.others(),
                    HoldersSnapshot.of(others).toText());
        }
    }

    /** Called by the sweep alone. */
    boolean isIdle(long now, long idleNanos) {
        if (busy || waiting(now).callers > 0) {
            busy = false;
            busyNanos = now;
        }
        return now - busyNanos > idleNanos || !guard.isEnabled();
    }

    /** The number of waiting callers, the number of those that wait for long, and the longest wait. */
    private record Waiting(int callers, int slow, long longestNanos) {}

    private Waiting waiting(long now) {
        int[] callers = new int[2];
        long[] longest = new long[1];
        slots.forEach(state -> {
            if (state.tracker == null) {
                callers[0]++;
                if (state.startNanos == 0) {
                    state.startNanos = now | 1; // it began since the last sweep
                }
                long waited = now - state.startNanos;
                callers[1] += waited > slowNanos ? 1 : 0;
                longest[0] = Math.max(longest[0], waited);
            } else {
                state.lookAtUse(now);
            }
        });
        return new Waiting(callers[0], callers[1], longest[0]);
    }

    /** Called by the sweep: logs who holds the connections while others wait. */
    void tellWaiting(long now) {
        Waiting waiting = waiting(now);
        if (waiting.slow == 0 || !slowOnes.isDue() || !pool.isPossible()) {
            return;
        }
        List<ConnectionState> held = held();
        if (!held.isEmpty() && slowOnes.mayLog()) {
            LOG.warn(
                    "{} for a connection, the longest for {}{} · {}",
                    waiting.slow == 1 ? "1 caller waits" : waiting.slow + " callers wait",
                    HoldersText.text(Duration.ofNanos(waiting.longestNanos)),
                    slowOnes.others(),
                    HoldersSnapshot.of(held).toText());
        }
    }

    /**
     * Called after a failed borrow: says who holds the connections, in the log and as a suppressed exception. It is
     * suppressed, since programs and their retries check the exception's type, message and SQL state, and every logging
     * framework prints suppressed exceptions. It says nothing if nobody holds a connection, or if the failure has
     * nothing to do with the holders.
     */
    void failed(Throwable failure, ConnectionState waited) {
        long start = waited.startNanos;
        long waitedNanos = start == 0 ? 0 : System.nanoTime() - start;
        if (!(pool.isPossible() || ConnectionLimit.isReached(failure)) || held().isEmpty()) {
            return;
        }
        boolean there = false;
        for (Throwable t : failure.getSuppressed()) {
            there |= t instanceof BorrowExplanation;
        }
        BorrowExplanation explanation = explanation();
        if (!there) {
            failure.addSuppressed(explanation);
        }
        if (failures.mayLog()) {
            // Without its message: drivers put URLs into messages.
            String state = failure instanceof SQLException e && e.getSQLState() != null ? " " + e.getSQLState() : "";
            LOG.warn(
                    "getConnection failed{} ({}{}){} · {}",
                    start == 0 ? "" : " after " + HoldersText.text(Duration.ofNanos(waitedNanos)),
                    failure.getClass().getName(),
                    state,
                    failures.others(),
                    explanation.getMessage());
        }
    }

    /** At most one line in a while. The others are counted. */
    private static final class LogLimit {
        private final AtomicLong last = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NANOS);
        private final AtomicLong notLogged = new AtomicLong();

        boolean mayLog() {
            long now = System.nanoTime();
            long before = last.get();
            boolean may = now - before >= LOG_INTERVAL_NANOS && last.compareAndSet(before, now);
            if (!may) {
                notLogged.incrementAndGet();
            }
            return may;
        }

        boolean isDue() {
            return System.nanoTime() - last.get() >= LOG_INTERVAL_NANOS;
        }

        String others() {
            long n = notLogged.getAndSet(0);
            return n == 0 ? "" : " (and " + n + " more since the last line)";
        }
    }

    private BorrowExplanation explanation() {
        long now = System.nanoTime();
        Shared s = shared;
        if (s == null || now - s.nanos > SNAPSHOT_NANOS) {
            s = new Shared(now, new BorrowExplanation(HoldersSnapshot.of(held()).toText()));
            shared = s;
        }
        return s.exception;
    }
}
