package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Looking at the holders' threads stops each for a moment: a storm of failures shares one look. */
    private static final long SNAPSHOT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LeakGuard guard;
    private final long slowNanos;
    private final Waits waits = new Waits();
    private final Set<ConnectionState> held = ConcurrentHashMap.newKeySet();
    /** Failures and waits are told apart from each other, so that neither hides the other. */
    private final LogLimit failures = new LogLimit();

    private final LogLimit slowOnes = new LogLimit();

    /** Somebody has borrowed since the sweep looked last. */
    private volatile boolean busy;

    private long busyNanos;

    private volatile @Nullable Shared shared;

    private record Shared(long nanos, ConnectionsHeld exception) {}

    Holders(JdbcOptions options, LeakGuard guard) {
        this.guard = guard;
        this.slowNanos = options.slowBorrow().toNanos();
    }

    void add(ConnectionState state) {
        held.add(state);
    }

    void remove(ConnectionState state) {
        held.remove(state);
    }

    /** One more was collected without close: it stays listed, since its pool never gets it back, but not without end. */
    void collected() {
        int collected = 0;
        ConnectionState oldest = null;
        if (held.size() <= MAX_COLLECTED) {
            return;
        }
        for (ConnectionState state : held) {
            if (state.isCollected()) {
                collected++;
                if (oldest == null || state.openedNanos - oldest.openedNanos < 0) {
                    oldest = state;
                }
            }
        }
        if (collected > MAX_COLLECTED && oldest != null) {
            held.remove(oldest);
        }
    }

    // --------------------------------------------------------------------------------------------- telling

    long slowNanos() {
        return slowNanos;
    }

    /** Somebody begins to wait for a connection. */
    int startWaiting(long startNanos) {
        if (!guard.isEnabled()) {
            return -1;
        }
        if (!busy) {
            busy = true;
            WaitSweep.watch(this);
        }
        return waits.enter(startNanos);
    }

    void stopWaiting(int slot) {
        waits.leave(slot);
    }

    /** A borrow that succeeded. */
    void borrowed(long waitedNanos) {
        if (waitedNanos > slowNanos && slowOnes.mayLog()) {
            LOG.warn(
                    "getConnection took {}{} · {}",
                    HoldersText.text(Duration.ofNanos(waitedNanos)),
                    slowOnes.others(),
                    snapshot().toText());
        }
    }

    /** Called by the sweep alone. */
    boolean isIdle(long now, long idleNanos) {
        if (busy || waits.longerThan(0, now).callers() > 0) {
            busy = false;
            busyNanos = now;
        }
        return now - busyNanos > idleNanos || !guard.isEnabled();
    }

    /** Called by the sweep: says who holds the connections while others wait. */
    void tellWaiting(long now) {
        Waits.Waiting waiting = waits.longerThan(slowNanos, now);
        if (waiting.callers() > 0 && slowOnes.isDue() && slowOnes.mayLog()) {
            LOG.warn(
                    "{} for a connection, the longest for {}{} · {}",
                    waiting.callers() == 1 ? "1 caller waits" : waiting.callers() + " callers wait",
                    HoldersText.text(Duration.ofNanos(waiting.longestNanos())),
                    slowOnes.others(),
                    snapshot().toText());
        }
    }

    /**
     * A borrow that failed: says who holds the connections, in the log and as a suppressed exception. Suppressed, since
     * the exception's type, message and SQL state are what programs and their retries look at, and every logging
     * framework prints what is suppressed.
     */
    void failed(Throwable failure, long waitedNanos) {
        if (held.isEmpty() && waitedNanos <= slowNanos) {
            return;
        }
        ConnectionsHeld explanation = explanation();
        boolean there = false;
        for (Throwable t : failure.getSuppressed()) {
            there |= t instanceof ConnectionsHeld;
        }
        if (!there) {
            failure.addSuppressed(explanation);
        }
        if (failures.mayLog()) {
            // Not its message: drivers put URLs into theirs.
            String state = failure instanceof SQLException e && e.getSQLState() != null ? " " + e.getSQLState() : "";
            LOG.warn(
                    "getConnection failed after {} ({}{}){} · {}",
                    HoldersText.text(Duration.ofNanos(waitedNanos)),
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

    ConnectionHolders snapshot() {
        long now = System.nanoTime();
        Map<String, List<ConnectionState>> bySite = new LinkedHashMap<>();
        int total = 0;
        for (ConnectionState state : held) {
            total++;
            bySite.computeIfAbsent(site(state), key -> new ArrayList<>()).add(state);
        }
        List<ConnectionHolders.Group> groups = new ArrayList<>();
        bySite.forEach((site, states) -> {
            states.sort(Comparator.comparingLong((ConnectionState s) -> now - s.openedNanos)
                    .reversed());
            groups.add(new ConnectionHolders.Group(
                    site,
                    stack(states.get(0)),
                    states.stream().map(s -> holder(s, now)).toList()));
        });
        groups.sort(Comparator.comparingInt(
                        (ConnectionHolders.Group g) -> g.holders().size())
                .reversed()
                .thenComparing(
                        g -> g.holders().get(0).age(),
                        Comparator.<Duration>naturalOrder().reversed()));
        return new ConnectionHolders(Instant.now(), total, groups);
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

    private static ConnectionHolders.Holder holder(ConnectionState state, long now) {
        Thread thread = state.user.get();
        LeakTracker tracker = state.tracker;
        boolean collected = state.isCollected() || (tracker != null && !tracker.isOpen());
        return new ConnectionHolders.Holder(
                Duration.ofNanos(Math.max(0, now - state.openedNanos)),
                state.lastSqlText(),
                state.transaction(),
                state.threadName,
                thread == null || !thread.isAlive() ? List.of() : List.of(thread.getStackTrace()),
                collected);
    }
}
