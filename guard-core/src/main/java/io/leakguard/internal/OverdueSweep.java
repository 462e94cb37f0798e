package io.leakguard.internal;

import io.leakguard.ScopeOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Finds what is open for too long: one walk from the oldest on, as often as the shortest limit asks for; no timers. */
final class OverdueSweep {

    private static final long SHORTEST_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final Engine engine;
    private final Reporter reporter;
    private final long guardLimit;
    private volatile long shortest;
    private volatile boolean any;
    private long next;

    OverdueSweep(Engine engine, Reporter reporter, Limits limits) {
        this.engine = engine;
        this.reporter = reporter;
        this.guardLimit = limits.shortestNanos();
        this.shortest = guardLimit;
        this.any = !limits.isEmpty();
        this.next = engine.clock.nanos();
    }

    /** A scope with limits of its own was opened. */
    void use(ScopeOptions options) {
        long limit = options.shortestLimitNanos();
        if (limit < shortest || !any) {
            shortest = Math.min(shortest, limit);
            any = true;
        }
    }

    /** On the reporter's thread. */
    void sweep(long now) {
        if (!any || now - next < 0) {
            return;
        }
        long minimum = shortest;
        next = now + Math.max(SHORTEST_INTERVAL, Math.min(LONGEST_INTERVAL, minimum / 10));
        if (minimum == Long.MAX_VALUE) {
            return;
        }
        for (Shard shard : engine.shards()) {
            shard.forEachOpenedBefore(now - minimum, tracker -> check(tracker, now));
        }
    }

    private void check(Tracker tracker, long now) {
        if (tracker.isOpen() && !tracker.has(Tracker.OVERDUE | Tracker.ESCAPED | Tracker.KEPT)) {
            Duration limit = engine.limit(tracker);
            if (limit != null && now - tracker.openedNanos > limit.toNanos()) {
                reporter.overdue(tracker, limit);
            }
        }
    }
}
