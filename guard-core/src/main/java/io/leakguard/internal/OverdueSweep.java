package io.leakguard.internal;

import io.leakguard.ScopeOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Finds what is open for too long: one walk from the oldest on, as often as the shortest limit asks for; no timers. */
final class OverdueSweep {

    private static final long SHORTEST_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final Engine engine;
    private final Reporter reporter;
    private volatile long shortest;
    private long last;

    OverdueSweep(Engine engine, Reporter reporter, Limits limits) {
        this.engine = engine;
        this.reporter = reporter;
        this.shortest = limits.shortestNanos();
        this.last = engine.clock.nanos();
    }

    /** A scope with limits of its own was opened. */
    void use(ScopeOptions options) {
        long limit = options.shortestLimitNanos();
        if (limit < shortest) {
            lower(limit);
        }
    }

    private synchronized void lower(long limit) {
        shortest = Math.min(shortest, limit);
    }

    /** On the reporter's thread. */
    void sweep(long now) {
        long minimum = shortest;
        if (now - last < 0) {
            last = now; // the clock went back
        }
        if (minimum == Long.MAX_VALUE
                || now - last < Math.max(SHORTEST_INTERVAL, Math.min(LONGEST_INTERVAL, minimum / 10))) {
            return;
        }
        last = now;
        Map<Long, List<StackTraceElement>> threads = new HashMap<>();
        List<Tracker> wholes = new ArrayList<>();
        for (Shard shard : engine.shards()) {
            shard.forEachOpenedBefore(now - minimum, tracker -> {
                if (Probes.hasParts(tracker)) {
                    wholes.add(tracker);
                }
            });
        }
        // What has taken others over comes before them: they are part of its report.
        wholes.forEach(tracker -> tryCheck(tracker, now, threads));
        for (Shard shard : engine.shards()) {
            shard.forEachOpenedBefore(now - minimum, tracker -> tryCheck(tracker, now, threads));
        }
    }

    private void tryCheck(Tracker tracker, long now, Map<Long, List<StackTraceElement>> threads) {
        try {
            check(tracker, now, threads);
        } catch (Throwable t) {
            engine.failures.internal("a resource that may be overdue", t); // the others shall be looked at
        }
    }

    private void check(Tracker tracker, long now, Map<Long, List<StackTraceElement>> threads) {
        if (tracker.has(Tracker.OVERDUE | Tracker.ESCAPED) || !engine.isOverdue(tracker, now)) {
            return;
        }
        // A connection and its statement that are overdue together are one report, at the connection.
        Tracker outermost = tracker;
        for (Tracker t = tracker.parent; t != null; t = t.parent) {
            if (!t.has(Tracker.OVERDUE | Tracker.ESCAPED) && engine.isOverdue(t, now)) {
                outermost = t;
            }
        }
        reporter.overdue(outermost, now, threads);
        if (outermost != tracker && !tracker.has(Tracker.OVERDUE)) {
            reporter.overdue(tracker, now, threads); // there is one between them that isn't
        }
    }
}
