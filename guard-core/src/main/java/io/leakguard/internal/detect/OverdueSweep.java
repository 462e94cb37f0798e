package io.leakguard.internal.detect;

import io.leakguard.ScopeOptions;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.config.Limits;
import io.leakguard.internal.track.Probes;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Shard;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds overdue resources: one walk from the oldest on, as often as the shortest limit needs; no timers. */
public final class OverdueSweep {

    private static final long SHORTEST_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    /** Called for a resource that has been open longer than its limit. */
    interface Alarm {
        void overdue(Tracker tracker, Duration limit, long now, Map<Long, List<StackTraceElement>> threads);
    }

    private final Limits limits;
    private volatile long shortest;
    private long last;

    public OverdueSweep(Limits limits, Clock clock) {
        this.limits = limits;
        this.shortest = limits.shortestNanos();
        this.last = clock.nanos();
    }

    /** Called when a scope with limits of its own was opened. */
    public void use(ScopeOptions options) {
        long limit = options.shortestLimitNanos();
        if (limit < shortest) {
            lower(limit);
        }
    }

    private synchronized void lower(long limit) {
        shortest = Math.min(shortest, limit);
    }

    /** Walks the resources that are older than the shortest limit, if a walk is due. On the reporter's thread. */
    void sweep(long now, Registry registry, Alarm alarm) {
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
        for (Shard shard : registry.shards()) {
            shard.forEachOpenedBefore(now - minimum, tracker -> {
                if (Probes.mayHaveParts(tracker)) {
                    wholes.add(tracker);
                }
            });
        }
        // Resources with parts come before their parts, which belong to their report.
        wholes.removeIf(tracker -> Probes.parts(tracker).isEmpty());
        wholes.forEach(tracker -> tryCheck(tracker, now, threads, registry.failures, alarm));
        for (Shard shard : registry.shards()) {
            shard.forEachOpenedBefore(
                    now - minimum, tracker -> tryCheck(tracker, now, threads, registry.failures, alarm));
        }
    }

    private void tryCheck(
            Tracker tracker, long now, Map<Long, List<StackTraceElement>> threads, Failures failures, Alarm alarm) {
        try {
            check(tracker, now, threads, alarm);
        } catch (Throwable t) {
            failures.internal("a resource that may be overdue", t); // the others must still be checked
        }
    }

    private void check(Tracker tracker, long now, Map<Long, List<StackTraceElement>> threads, Alarm alarm) {
        if (tracker.has(Tracker.OVERDUE | Tracker.ESCAPED) || !isOverdue(tracker, now)) {
            return;
        }
        // A connection and its statement that are overdue together are one report, at the connection.
        Tracker outermost = tracker;
        for (Tracker t = tracker.parent; t != null; t = t.parent) {
            if (!t.has(Tracker.OVERDUE | Tracker.ESCAPED) && isOverdue(t, now)) {
                outermost = t;
            }
        }
        tell(outermost, now, threads, alarm);
        if (outermost != tracker && !tracker.has(Tracker.OVERDUE)) {
            tell(tracker, now, threads, alarm); // a resource between them isn't overdue
        }
    }

    private void tell(Tracker tracker, long now, Map<Long, List<StackTraceElement>> threads, Alarm alarm) {
        Duration limit = limit(tracker);
        if (limit != null) { // else it was just handed off
            alarm.overdue(tracker, limit, now, threads);
        }
    }

    /** Tells whether the limit of a resource comes from its scope. */
    static boolean isLimitedByScope(Tracker tracker) {
        return limitOfScope(tracker) != null;
    }

    private static @Nullable Duration limitOfScope(Tracker tracker) {
        ScopeImpl scope = tracker.delegate instanceof ScopeImpl itself ? itself : tracker.scope;
        return scope == null ? null : scope.limit(tracker.kind.kind);
    }

    /** Returns the time for which a resource may stay open; null for no limit. */
    private @Nullable Duration limit(Tracker tracker) {
        Duration own = limitOfScope(tracker);
        return own != null ? own : limits.of(tracker.kind.kind);
    }

    /** Tells whether a resource has been open longer than its limit. */
    boolean isOverdue(Tracker tracker, long now) {
        Duration limit = tracker.isOpen() && !tracker.has(Tracker.KEPT) ? limit(tracker) : null;
        return limit != null && now - tracker.openedNanos > limit.toNanos();
    }
}
