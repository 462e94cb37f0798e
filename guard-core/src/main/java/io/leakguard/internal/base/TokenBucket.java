package io.leakguard.internal.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * A rate limit without a timer or a lock: one volatile read if no token is left, one compare-and-set if one is. It
 * keeps the time at which the next token is due (the generic cell rate algorithm).
 */
public final class TokenBucket {
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(TokenBucket.class, "next", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long nanosPerToken;
    private volatile long burstNanos;

    @SuppressWarnings("unused") // through NEXT
    private volatile long next;

    /** Starts with a full burst of {@code tokens}, which return over {@code periodNanos}. */
    public TokenBucket(long tokens, long periodNanos, long now) {
        rate(tokens, periodNanos, now);
    }

    /** Sets another rate, and starts with a full burst of it. */
    public void rate(long tokens, long periodNanos, long now) {
        if (tokens <= 0) {
            nanosPerToken = 0;
            burstNanos = -1;
        } else {
            nanosPerToken = Math.max(1, periodNanos / tokens);
            burstNanos = nanosPerToken * (tokens - 1);
        }
        next = now - Math.max(0, burstNanos);
    }

    public boolean tryTake(long now) {
        if (burstNanos < 0) {
            return false;
        }
        for (int attempt = 0; attempt < 4; attempt++) {
            long due = next;
            long earliest = now - burstNanos;
            long from = due - earliest > 0 ? due : earliest;
            if (from - now > 0) {
                return false;
            }
            if (NEXT.compareAndSet(this, due, from + nanosPerToken)) {
                return true;
            }
        }
        return false; // contended: other threads took the tokens
    }

    /** Tells whether a token is left. */
    public boolean has(long now) {
        return burstNanos >= 0 && next - now <= 0;
    }

    /** Returns the time until the next token, if nobody changes the rate; at most a second. */
    public long nanosUntilNext(long now) {
        long wait = burstNanos < 0 ? Long.MAX_VALUE : next - now;
        return Math.max(0, Math.min(wait, TimeUnit.SECONDS.toNanos(1)));
    }
}
