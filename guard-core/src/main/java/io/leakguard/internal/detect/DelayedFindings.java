package io.leakguard.internal.detect;

import io.leakguard.internal.base.Clock;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Findings that wait: for a scope's grace, or for a parent that may be collected too. Only the loop's thread uses it.
 */
public final class DelayedFindings {

    private static final int CAPACITY = 65_536;

    private record Timed(long due, Finding finding) {}

    private final Clock clock;
    private final PriorityQueue<Timed> waiting = new PriorityQueue<>((a, b) -> Long.signum(a.due - b.due));
    private long lastNow;
    private volatile boolean stopping;

    public DelayedFindings(Clock clock) {
        this.clock = clock;
        this.lastNow = clock.nanos();
    }

    /** Ends all waiting from now on. Any thread. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Tells whether no more findings can wait. */
    boolean isFull() {
        return waiting.size() >= CAPACITY;
    }

    /**
     * Keeps a finding for a while; false if it can't wait, since there is no delay, no room, or the guard is stopping.
     */
    public boolean add(long delayNanos, Finding finding) {
        if (stopping || delayNanos <= 0 || isFull()) {
            return false;
        }
        waiting.add(new Timed(clock.nanos() + delayNanos, finding));
        return true;
    }

    /** Returns the time. If the clock went back, the due times of all waiting findings go back too. */
    long now() {
        long now = clock.nanos();
        long back = lastNow - now;
        lastNow = now;
        if (back > 0 && !waiting.isEmpty()) {
            List<Timed> all = List.copyOf(waiting);
            waiting.clear();
            for (Timed timed : all) {
                waiting.add(new Timed(timed.due - back, timed.finding));
            }
        }
        return now;
    }

    /** Returns the time until the next finding is due, at most {@code atMost}. */
    long nanosUntilNext(long now, long atMost) {
        Timed next = waiting.peek();
        return next == null ? atMost : Math.min(atMost, next.due - now);
    }

    /** Takes the next due finding; null if there is none. */
    @Nullable
    Finding pollDue(long now) {
        Timed next = waiting.peek();
        if (next == null || next.due - now > 0) {
            return null;
        }
        waiting.poll();
        return next.finding;
    }

    /** Takes the next finding, due or not; null if there is none. */
    @Nullable
    public Finding poll() {
        Timed next = waiting.poll();
        return next == null ? null : next.finding;
    }
}
