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

/** The connections of one data source that are in use, and what is said when it has none left. Thread-safe. */
final class LiveConnections {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.jdbc");

    /** Of those that were collected: a data source without a pool could leak any number. */
    private static final int MAX_COLLECTED = 1_000;

    private static final long MOST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LEAST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Looking at the holders' threads stops each for a moment: a storm of failures shares one look. */
    private static final long SNAPSHOT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LeakGuard guard;
    private final PoolBeneath pool;
    private final long slowNanos;
    private final ConnectionSlots slots = new ConnectionSlots();
    /** Failures and waits are told apart from each other, so that neither hides the other. */
    private final LogLimit failures = new LogLimit();

    private final LogLimit slowOnes = new LogLimit();

    /** Somebody has borrowed since the sweep looked last. */
    private volatile boolean busy;

    private long busyNanos;

    /** What nobody looks at while it waits must be known at its end. */
    private volatile boolean notWatched;

    /** Of the guarded data source that this one led to, if it did: those of what came from there. */
    private volatile @Nullable LiveConnections beneath;

    private volatile @Nullable Shared shared;

    private record Shared(long nanos, BorrowExplanation exception) {}

    LiveConnections(JdbcOptions options, LeakGuard guard, PoolBeneath pool) {
        this.guard = guard;
        this.pool = pool;
        this.slowNanos = options.slowBorrow().toNanos();
    }

    /** Its handle was closed, which happens once. */
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

    /** One more was collected without close: it stays listed, since its pool never gets it back, but not without end. */
    void collected() {
        List<ConnectionState> collected =
                held().stream().filter(ConnectionState::isCollected).toList();
        if (collected.size() > MAX_COLLECTED) {
            slots.leave(Collections.max(collected, Comparator.comparing(ConnectionState::age)));
        }
    }

    // --------------------------------------------------------------------------------------------- telling

    /** A connection came from a data source that is guarded itself. */
    void leadTo(LiveConnections other) {
        if (other != this && beneath != other) {
            beneath = other;
        }
    }

    /** Those that are in use, apart from one that was given to the caller just now. */
    private List<ConnectionState> heldBesides(ConnectionState mine) {
        List<ConnectionState> held = held();
        held.remove(mine);
        return held;
    }

    /** Who holds the connections, be they its own or of a guarded data source beneath. */
    ConnectionHolders told() {
        ConnectionHolders own = HoldersSnapshot.of(held());
        LiveConnections other = beneath;
        return own.total() == 0 && other != null ? HoldersSnapshot.of(other.held()) : own;
    }

    /** How often those who wait are looked at. */
    long sweepNanos() {
        return Math.min(MOST_SWEEP_NANOS, Math.max(LEAST_SWEEP_NANOS, slowNanos / 8));
    }

    /** Whether it must be known of each borrow how long it took: what is slow isn't seen while it waits. */
    boolean readsClock() {
        return notWatched || slowNanos < 4 * LEAST_SWEEP_NANOS;
    }

    /** Somebody begins to wait for a connection, which is listed as waited for until it has a tracker. */
    void startWaiting(ConnectionState state) {
        if (!busy && !pool.isPhysical()) {
            busy = true;
            notWatched = !WaitSweep.watch(this);
        }
        slots.enter(state);
    }

    /** A borrow that succeeded. What made it wait are the others that hold connections, if it waited for a pool. */
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

    /** How many wait, how many of them for long, and how long the one does that has waited longest. */
    private record Waiting(int callers, int slow, long longestNanos) {}

    private Waiting waiting(long now) {
        int[] callers = new int[2];
        long[] longest = new long[1];
        slots.forEach(state -> {
            if (state.tracker == null) {
                callers[0]++;
                if (state.startNanos == 0) {
                    state.startNanos = now | 1; // has begun since the last look
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

    /** Called by the sweep: says who holds the connections while others wait. */
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
     * A borrow that failed: says who holds the connections, in the log and as a suppressed exception. Suppressed, since
     * the exception's type, message and SQL state are what programs and their retries look at, and every logging
     * framework prints what is suppressed. Nothing is said where nobody holds one, or where the failure has nothing to do
     * with who does.
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
            // Not its message: drivers put URLs into theirs.
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

    /** At most one line in a while; the others are counted. */
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
