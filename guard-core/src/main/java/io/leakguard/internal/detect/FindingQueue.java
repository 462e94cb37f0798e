package io.leakguard.internal.detect;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.ScopeUsage;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.track.Findings;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The bounded queue between the finders and the reporter's thread. It counts findings that it has no room for. */
public final class FindingQueue implements Findings {

    /** Trackers that were collected, and {@link Finding}s. */
    private final LinkedBlockingQueue<Object> queue;

    private final Growth growth;
    private final TopScopes topScopes;
    private final Drops drops;
    /** Makes sure that a thread takes offered events. */
    private volatile Runnable consumer = () -> {};

    private volatile boolean closed;

    public FindingQueue(int capacity, Growth growth, TopScopes topScopes, Drops drops) {
        this.queue = new LinkedBlockingQueue<>(capacity);
        this.growth = growth;
        this.topScopes = topScopes;
        this.drops = drops;
    }

    /** Sets the action that runs after each offer. */
    void consumer(Runnable wake) {
        consumer = wake;
    }

    // ------------------------------------------------------------------------------------------------- from any thread

    @Override
    public void collected(Tracker tracker) {
        boolean offered = false;
        try {
            growth.ended(tracker);
            if (tracker.delegate instanceof ScopeImpl scope) {
                scope.abandon();
            }
        } finally {
            try {
                offered = enqueue(tracker);
            } finally {
                if (!offered) {
                    dropped(tracker);
                }
            }
        }
    }

    private void dropped(Tracker tracker) {
        tracker.countLeak(LeakCause.COLLECTED);
        drops.add(DropReason.QUEUE_FULL, 1);
        tracker.clearDetails();
    }

    @Override
    public void brokenOff(Tracker tracker) {
        if (tracker.isCollected() && !tracker.has(Tracker.SETTLED | Tracker.NO_LEAK)) {
            tracker.countLeak(LeakCause.COLLECTED);
            drops.add(DropReason.FAILED, 1);
            tracker.set(Tracker.SETTLED);
            tracker.clearDetails();
        }
    }

    @Override
    public void ended(Tracker tracker) {
        growth.ended(tracker);
    }

    @Override
    public void closedLate(Tracker tracker, String why) {
        if (!offer(new Finding.ClosedLate(tracker, why))) {
            tracker.clearDetails();
        }
    }

    @Override
    public void releasedLate(LeakReport report, Duration openFor) {
        offer(new Finding.ReleasedLate((ReportImpl) report, openFor));
    }

    @Override
    public void escaped(Tracker[] trackers, ScopeImpl scope) {
        offer(new Finding.Escaped(List.of(trackers), scope, false));
    }

    @Override
    public void forgotten(Tracker scopeTracker, ScopeImpl scope) {
        offer(new Finding.Forgotten(scopeTracker, scope, false));
    }

    @Override
    public void measured(ScopeImpl scope, long allocated) {
        topScopes.ended(scope, allocated);
        long limit = scope.options.maxAllocated();
        if (limit > 0 && allocated > limit) {
            ScopeUsage usage = scope.usage();
            offer(new Finding.OverAllocated(usage, limit));
        }
    }

    /**
     * Passes a finding to the reporter's thread. If there is no room, returns false and counts its reports as dropped.
     */
    public boolean offer(Finding finding) {
        boolean offered = false;
        try {
            offered = enqueue(finding);
        } finally {
            if (!offered) {
                drops.add(DropReason.QUEUE_FULL, finding.reports());
            }
        }
        return offered;
    }

    /** Runs a task on the reporter's thread; false if there is no room. */
    public boolean run(Runnable task) {
        return offer(new Finding.Job(task));
    }

    private boolean enqueue(Object event) {
        if (!queue.offer(event)) {
            return false;
        }
        if (closed) {
            return !queue.remove(event); // true if another thread has just taken it; otherwise nobody will
        }
        consumer.run();
        return true;
    }

    /** Takes no more events from now on. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Counts the events that nobody takes any more. */
    void dropWhatIsLeft() {
        for (Object event = queue.poll(); event != null; event = queue.poll()) {
            if (event instanceof Tracker tracker) {
                dropped(tracker);
            } else if (event instanceof Finding finding) {
                drops.add(DropReason.QUEUE_FULL, finding.reports());
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- from the
    // reporter's

    @Nullable
    Object poll() {
        return queue.poll();
    }

    @Nullable
    Object poll(long nanos) throws InterruptedException {
        return queue.poll(nanos, TimeUnit.NANOSECONDS);
    }

    /** Wakes the waiting thread. A full queue needs no waking. */
    void wake() {
        queue.offer(new Finding.Job(() -> {}));
    }
}
