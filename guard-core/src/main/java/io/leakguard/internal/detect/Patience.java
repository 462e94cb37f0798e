package io.leakguard.internal.detect;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition until a deadline, an interrupt, or until nobody is left who could fulfil it. */
public final class Patience {

    /** The time between two checks whether anybody is left. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final long deadline;
    private final BooleanSupplier over;

    /** {@code deadline} is a {@link System#nanoTime}. */
    public Patience(long deadline, BooleanSupplier over) {
        this.deadline = deadline;
        this.over = over;
    }

    long deadline() {
        return deadline;
    }

    /** Tries again and again; false if no attempt succeeded in time. */
    boolean until(BooleanSupplier attempt) {
        while (!attempt.getAsBoolean()) {
            if (over.getAsBoolean()
                    || System.nanoTime() - deadline >= 0
                    || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
        return true;
    }

    /** Waits for a latch; false if it was not counted down in time. An interrupt is kept. */
    boolean await(CountDownLatch latch) {
        try {
            do {
                long wait = Math.min(LOOK_NANOS, Math.max(1, deadline - System.nanoTime()));
                if (latch.await(wait, TimeUnit.NANOSECONDS)) {
                    return true;
                }
            } while (!over.getAsBoolean() && System.nanoTime() - deadline < 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return latch.getCount() == 0;
    }
}
