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

/** State of one kind in one guard: its share of the capture budget, and its leaks. */
public final class KindState {

    /**
     * Stacks a second while a kind is escalated. Kinds that open fewer are captured in full; the cost of others is
     * bounded.
     */
    public static final int ESCALATED_PER_SECOND = 50_000;

    /**
     * Polled objects of a kind that are recorded in full each second, with a handle around each. The handles themselves
     * are cheap. But once some objects have one, the JIT must assume that any may, which makes all of them dearer.
     */
    static final int RECORDED_PER_SECOND = 250;

    /**
     * Factor by which the rate of stacks falls at a peak of openings. A stack then costs several times as much, since
     * its data has left the processor's caches, and one in a thousand tells as much as one in a hundred.
     */
    private static final int AT_PEAK = 8;

    public final ResourceKind kind;
    final int index;
    /** Atomic counters allocate nothing under contention, so a full heap loses no count. */
    final AtomicLong leaked = new AtomicLong();
    /** Stacks of {@linkplain PolledResources polled objects}. */
    final AtomicLong capturedPolled = new AtomicLong();

    private final Map<LeakCause, AtomicLong> causes = new EnumMap<>(LeakCause.class);

    private volatile boolean unlimited;
    /** Scopes are many and short. They must not use up the budget of resources. */
    private final boolean mayShare;

    private final TokenBucket shared;
    private final TokenBucket reserved;
    /** At a peak: the rest of the budget for this kind after its burst. */
    private final TokenBucket atPeak;

    private final TokenBucket escalated;
    private final long escalationNanos;

    /** Neither bucket has a token until then, so that one comparison refuses most. */
    private volatile long refusedUntil;

    private final TokenBucket recorded;
    /** As {@link #refusedUntil}. */
    private volatile long unrecordedUntil;
    /** It may become overdue. That needs a tracker that is closed explicitly. */
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

    /** Sets the budget from now on. */
    void capture(CaptureBudget budget, long now) {
        reserved.rate(
                budget.stacksPerSecond() == 0 ? 0 : CaptureBudget.RESERVED_PER_KIND, TimeUnit.SECONDS.toNanos(1), now);
        atPeak.rate(budget.stacksPerSecond(), TimeUnit.SECONDS.toNanos(AT_PEAK), now);
        unlimited = budget.isUnlimited();
        refusedUntil = now - TimeUnit.MINUTES.toNanos(1); // the caller may have read the clock a moment before
        unrecordedUntil = refusedUntil;
    }

    /** A leak was found, whether it is reported or not. */
    public void count(LeakCause cause) {
        Objects.requireNonNull(causes.get(cause)).incrementAndGet();
    }

    /** A counted leak turned out to be suppressed. */
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

    /** Tells whether to capture the stack of a resource that is opened now. {@code peak}: very many are opened. */
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

    /** A leak of this kind had no stack. The next one shall have one. */
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
