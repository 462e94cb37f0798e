package io.leakguard.internal.track;

import io.leakguard.CaptureBudget;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.TokenBucket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The kinds that one guard has tracked, and the capture budget that they share. Any thread. */
public final class Kinds {

    private final Clock clock;
    private final TokenBucket sharedBudget;
    private final long escalationNanos;
    /** Whether a kind has a limit of time. */
    private final Predicate<ResourceKind> limited;

    private volatile CaptureBudget capture;
    private volatile @Nullable KindState[] states = new KindState[32];

    public Kinds(CaptureBudget capture, Duration escalation, Predicate<ResourceKind> limited, Clock clock) {
        this.clock = clock;
        this.capture = capture;
        this.escalationNanos = escalation.toNanos();
        this.limited = limited;
        this.sharedBudget = new TokenBucket(capture.stacksPerSecond(), TimeUnit.SECONDS.toNanos(1), clock.nanos());
    }

    public KindState of(@Nullable ResourceKind given) {
        ResourceKind kind = given == null ? ResourceKind.CLOSEABLE : given;
        KindState state = get(kind.index());
        return state != null ? state : add(kind);
    }

    private synchronized KindState add(ResourceKind kind) {
        int index = kind.index();
        KindState state = get(index);
        if (state == null) {
            state = new KindState(kind, capture, sharedBudget, escalationNanos, limited.test(kind), clock.nanos());
            @Nullable KindState[] copy = Arrays.copyOf(states, Math.max(states.length, index + 1));
            copy[index] = state;
            states = copy;
        }
        return state;
    }

    /** Null if this kind was not tracked yet. */
    @Nullable
    KindState get(int index) {
        @Nullable KindState[] all = states;
        return index < all.length ? all[index] : null;
    }

    /** By index. An entry is null if its kind was not tracked yet. */
    @Nullable
    KindState[] all() {
        return states;
    }

    public CaptureBudget capture() {
        return capture;
    }

    /** Sets how many stacks may be captured from now on. */
    public synchronized void capture(CaptureBudget budget) {
        long now = clock.nanos();
        capture = budget;
        sharedBudget.rate(budget.stacksPerSecond(), TimeUnit.SECONDS.toNanos(1), now);
        for (KindState kind : states) {
            if (kind != null) {
                kind.capture(budget, now);
            }
        }
    }
}
