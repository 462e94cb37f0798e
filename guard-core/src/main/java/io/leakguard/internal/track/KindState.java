package io.leakguard.internal.track;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakCause;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.TokenBucket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What one guard knows of one kind: its share of the capture budget, and its leaks. */
public final class KindState {

    /** While a kind is escalated: full capture for any kind that opens less than this, a bounded cost for the others. */
    public static final int ESCALATED_PER_SECOND = 50_000;

    /**
     * Of how many a second all is recorded, where that needs a handle around each and the others go without. The handles
     * themselves are cheap; but the compiler then no more takes those without one for the rule, which costs all of them.
     */
    static final int RECORDED_PER_SECOND = 250;

    /**
     * By how much the rate of stacks is lower while very many resources are opened. A stack then costs several times as much,
     * since all it needs has left the processor's caches, and one in a thousand tells no less than one in a hundred.
     */
    private static final int AT_PEAK = 8;

    public final ResourceKind kind;
    final int index;
    /** These counters allocate nothing when threads meet at them, so that a full heap loses no count. */
    final AtomicLong leaked = new AtomicLong();
    /** Stacks of {@linkplain PolledResources polled objects}. */
    final AtomicLong capturedPolled = new AtomicLong();

    private final Map<LeakCause, AtomicLong> causes = new EnumMap<>(LeakCause.class);

    private volatile boolean unlimited;
    /** Scopes are many and short: they must not use up what resources need. */
    private final boolean mayShare;

    private final TokenBucket shared;
    private final TokenBucket reserved;
    /** What is left of the budget for this kind after its burst, while very many resources are opened. */
    private final TokenBucket atPeak;

    private final TokenBucket escalated;
    private final long escalationNanos;

    /** Until when there is nothing to take from either, so that most are refused by one comparison. */
    private volatile long refusedUntil;

    private final TokenBucket recorded;
    /** As {@link #refusedUntil}. */
    private volatile long unrecordedUntil;
    /** It may be overdue, which only who is told of its end can tell. */
    private final boolean limited;

    private volatile boolean full;
    private volatile long fullUntil;

    KindState(
            ResourceKind kind,
            CaptureBudget budget,
            TokenBucket shared,
            long escalationNanos,
            boolean limited,
            long now) {
        this.kind = kind;
        this.index = kind.index();
        this.mayShare = kind != ResourceKind.SCOPE;
        this.shared = shared;
        this.escalationNanos = escalationNanos;
        long second = TimeUnit.SECONDS.toNanos(1);
        this.reserved = new TokenBucket(0, second, now);
        this.atPeak = new TokenBucket(0, second, now);
        this.escalated = new TokenBucket(ESCALATED_PER_SECOND, second, now);
        this.recorded = new TokenBucket(RECORDED_PER_SECOND, second, now);
        this.limited = limited;
        for (LeakCause cause : LeakCause.values()) {
            causes.put(cause, new AtomicLong());
        }
        capture(budget, now);
    }

    /** Sets what may be captured from now on. */
    void capture(CaptureBudget budget, long now) {
        reserved.rate(
                budget.stacksPerSecond() == 0 ? 0 : CaptureBudget.RESERVED_PER_KIND, TimeUnit.SECONDS.toNanos(1), now);
        atPeak.rate(budget.stacksPerSecond(), TimeUnit.SECONDS.toNanos(AT_PEAK), now);
        unlimited = budget.isUnlimited();
        refusedUntil = now - TimeUnit.MINUTES.toNanos(1); // who asks may have read the clock a moment before
        unrecordedUntil = refusedUntil;
    }

    /** A leak was found, be it reported or not. */
    public void count(LeakCause cause) {
        Objects.requireNonNull(causes.get(cause)).incrementAndGet();
    }

    /** A leak that was counted turned out to be suppressed. */
    public void uncount(LeakCause cause) {
        leaked.decrementAndGet();
        Objects.requireNonNull(causes.get(cause)).decrementAndGet();
    }

    Map<LeakCause, Long> byCause() {
        Map<LeakCause, Long> result = new EnumMap<>(LeakCause.class);
        causes.forEach((cause, count) -> {
            if (count.get() > 0) {
                result.put(cause, count.get());
            }
        });
        return result;
    }

    /** Tells whether the stack of a resource that is opened now is to be captured; at a peak very many are. */
    public boolean admit(long now, boolean peak) {
        if (unlimited) {
            return true;
        }
        if (full) {
            if (now - fullUntil < 0) {
                return escalated.tryTake(now);
            }
            full = false;
        }
        if (now - refusedUntil < 0) {
            return false;
        }
        if ((!peak || atPeak.has(now)) && ((mayShare && shared.tryTake(now)) || reserved.tryTake(now))) {
            if (peak) {
                atPeak.tryTake(now);
            }
            return true;
        }
        refuse(now, peak);
        return false;
    }

    private void refuse(long now, boolean peak) {
        long shortest = reserved.nanosUntilNext(now);
        if (mayShare) {
            shortest = Math.min(shortest, shared.nanosUntilNext(now));
        }
        refusedUntil = now + (peak ? Math.max(shortest, atPeak.nanosUntilNext(now)) : shortest);
    }

    /** Tells whether a polled object that is opened now needs a tracker that is closed explicitly. */
    boolean needsTracker(long now, boolean peak) {
        return unlimited || limited || isEscalated(now) || isAmongRecorded(now, peak);
    }

    private boolean isAmongRecorded(long now, boolean peak) {
        if (peak || now - unrecordedUntil < 0) {
            return false;
        }
        if (recorded.tryTake(now)) {
            return true;
        }
        unrecordedUntil = now + recorded.nanosUntilNext(now);
        return false;
    }

    /** A leak of this kind had no stack: the next one shall. */
    public void escalate(long now) {
        if (!unlimited && escalationNanos > 0) {
            fullUntil = now + escalationNanos;
            full = true;
        }
    }

    public boolean isEscalated(long now) {
        return full && now - fullUntil < 0;
    }

    public long escalationNanos() {
        return escalationNanos;
    }
}
