package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of one data source that are in use, and what is said when it has none left. Thread-safe. */
final class Holders {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.jdbc");

    /** Of those that were collected: a data source without a pool could leak any number. */
    private static final int MAX_COLLECTED = 1_000;

    private static final long MOST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LEAST_SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Looking at the holders' threads stops each for a moment: a storm of failures shares one look. */
    private static final long SNAPSHOT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LeakGuard guard;
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
    private volatile @Nullable Holders beneath;

    private volatile @Nullable Shared shared;

    private record Shared(long nanos, ConnectionsHeld exception) {}

    Holders(JdbcOptions options, LeakGuard guard) {
        this.guard = guard;
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
    void leadTo(Holders other) {
        if (other != this && beneath != other) {
            beneath = other;
        }
    }

    /** What waits here waits for a guarded data source beneath, which tells it. */
    private boolean isSilent() {
        return beneath != null && held().isEmpty();
    }

    /** Who holds the connections, be they its own or of a guarded data source beneath. */
    ConnectionHolders told() {
        ConnectionHolders own = snapshot();
        Holders other = beneath;
        return own.total() == 0 && other != null ? other.snapshot() : own;
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
        if (!busy) {
            busy = true;
            notWatched = !WaitSweep.watch(this);
        }
        slots.enter(state);
    }

    /** A borrow that succeeded. */
    void borrowed(ConnectionState state) {
        if (state.startNanos != 0) {
            borrowed(System.nanoTime() - state.startNanos);
        }
    }

    private void borrowed(long waitedNanos) {
        if (waitedNanos > slowNanos && !isSilent() && slowOnes.mayLog()) {
            LOG.warn(
                    "getConnection took {}{} · {}",
                    HoldersText.text(Duration.ofNanos(waitedNanos)),
                    slowOnes.others(),
                    snapshot().toText());
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
            }
        });
        return new Waiting(callers[0], callers[1], longest[0]);
    }

    /** Called by the sweep: says who holds the connections while others wait. */
    void tellWaiting(long now) {
        Waiting waiting = waiting(now);
        if (waiting.slow > 0 && !isSilent() && slowOnes.isDue() && slowOnes.mayLog()) {
            LOG.warn(
                    "{} for a connection, the longest for {}{} · {}",
                    waiting.slow == 1 ? "1 caller waits" : waiting.slow + " callers wait",
                    HoldersText.text(Duration.ofNanos(waiting.longestNanos)),
                    slowOnes.others(),
                    snapshot().toText());
        }
    }

    /**
     * A borrow that failed: says who holds the connections, in the log and as a suppressed exception. Suppressed, since
     * the exception's type, message and SQL state are what programs and their retries look at, and every logging
     * framework prints what is suppressed.
     */
    void failed(Throwable failure, ConnectionState waited) {
        long start = waited.startNanos;
        long waitedNanos = start == 0 ? 0 : System.nanoTime() - start;
        if (waitedNanos <= slowNanos && held().isEmpty()) {
            return;
        }
        boolean there = false;
        for (Throwable t : failure.getSuppressed()) {
            there |= t instanceof ConnectionsHeld;
        }
        if (there && held().isEmpty()) {
            return; // said by a guarded data source beneath
        }
        ConnectionsHeld explanation = explanation();
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

    private ConnectionsHeld explanation() {
        long now = System.nanoTime();
        Shared s = shared;
        if (s == null || now - s.nanos > SNAPSHOT_NANOS) {
            s = new Shared(now, new ConnectionsHeld(snapshot().toText()));
            shared = s;
        }
        return s.exception;
    }

    /** Its age as it was once, since they are sorted by it. */
    private record Aged(ConnectionState state, Duration age) {}

    private ConnectionHolders snapshot() {
        Map<String, List<Aged>> bySite = new LinkedHashMap<>();
        List<ConnectionState> held = held();
        for (ConnectionState state : held) {
            bySite.computeIfAbsent(site(state), key -> new ArrayList<>()).add(new Aged(state, state.age()));
        }
        List<ConnectionHolders.Group> groups = new ArrayList<>();
        bySite.forEach((site, holders) -> {
            holders.sort(Comparator.comparing(Aged::age).reversed());
            groups.add(new ConnectionHolders.Group(
                    site,
                    stack(holders.get(0).state),
                    holders.stream().map(Holders::holder).toList()));
        });
        groups.sort(Comparator.comparingInt(
                        (ConnectionHolders.Group g) -> g.holders().size())
                .reversed()
                .thenComparing(
                        g -> g.holders().get(0).age(),
                        Comparator.<Duration>naturalOrder().reversed()));
        return new ConnectionHolders(Instant.now(), held.size(), groups);
    }

    private static String site(ConnectionState state) {
        ConnectionState.Frozen frozen = state.frozen;
        LeakTracker tracker = state.tracker;
        String site = frozen != null ? frozen.siteText() : tracker != null ? tracker.siteText() : "";
        return site.isEmpty() ? "an unknown line (no creation stack was captured)" : site;
    }

    private static List<StackTraceElement> stack(ConnectionState state) {
        ConnectionState.Frozen frozen = state.frozen;
        LeakTracker tracker = state.tracker;
        return frozen != null ? frozen.stack() : tracker != null ? tracker.stack() : List.of();
    }

    private static ConnectionHolders.Holder holder(Aged aged) {
        ConnectionState state = aged.state;
        Thread thread = state.user.get();
        LeakTracker tracker = state.tracker;
        boolean collected = state.isCollected() || (tracker != null && !tracker.isOpen());
        return new ConnectionHolders.Holder(
                aged.age,
                state.lastSqlText(),
                state.transaction(),
                state.threadName,
                thread == null || !thread.isAlive() ? List.of() : List.of(thread.getStackTrace()),
                collected);
    }
}
