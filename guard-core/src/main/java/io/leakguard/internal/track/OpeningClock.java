package io.leakguard.internal.track;

import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Threads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The time at which resources are opened. Reading the system's clock takes as long as the rest of tracking. While very
 * many are opened, a thread reads the clock every {@value #TICK_MILLIS} ms, and times are that much less exact. While
 * few are opened, or with a test's clock, times are exact, and the thread sleeps or doesn't exist.
 */
public final class OpeningClock implements Runnable {

    static final int TICK_MILLIS = 10;
    /** More reads than this within the time of a tick make ticks cheaper: 50,000 a second. */
    private static final int MANY = 500;
    /** After this many ticks the need is checked again. */
    private static final int TICKS = 100;
    /** The check lasts this many ticks: long enough to count the reads. */
    private static final int TICKS_TO_SHOW = 3;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);

    private final Clock clock;
    private final String threadName;
    /**
     * Runs a task on the guard's thread, since the application's threads start none. False if that is impossible now.
     */
    private final Predicate<Runnable> elsewhere;

    /** The last tick; 0 while there are none. */
    private volatile long tick;

    private volatile boolean peak;

    // Written without a lock. A lost count only lets ticks begin a little later.
    private int reads;
    private long windowStart;

    private volatile boolean wanted;
    private volatile boolean stopped;
    private @Nullable Thread thread;

    public OpeningClock(Clock clock, String threadName, Predicate<Runnable> elsewhere) {
        this.clock = clock;
        this.threadName = threadName;
        this.elsewhere = elsewhere;
    }

    long nanos() {
        long t = tick;
        return t != 0 ? t : exact();
    }

    private long exact() {
        long now = clock.nanos();
        if (now - windowStart > TICK_NANOS || now - windowStart < 0) {
            windowStart = now;
            reads = 0;
        } else if (++reads > MANY && !wanted && clock == Clock.SYSTEM) {
            wanted = true;
            wanted = elsewhere.test(this::wake);
        }
        return now;
    }

    private synchronized void wake() {
        if (stopped) {
            return;
        }
        Thread t = thread;
        if (t == null) {
            t = thread = Threads.daemon(this, threadName);
            t.start();
        }
        LockSupport.unpark(t);
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                peak = true;
                for (int i = 0; i < TICKS && !stopped; i++) {
                    tick = clock.nanos() | 1; // never 0
                    pause(TICK_NANOS);
                }
                tick = 0;
                wanted = false;
                awaitNeed(TICKS_TO_SHOW * TICK_NANOS);
                peak = wanted;
                awaitNeed(Long.MAX_VALUE);
            }
        } finally {
            tick = 0; // even if this thread is killed, time goes on
            peak = false;
            ended();
        }
    }

    private void awaitNeed(long atMostNanos) {
        long start = clock.nanos();
        long left = atMostNanos;
        while (!wanted && !stopped && left > 0) {
            pause(left);
            left = atMostNanos - (clock.nanos() - start);
        }
    }

    private void pause(long nanos) {
        if (Thread.interrupted()) {
            return; // has no meaning here, but would end every pause at once
        }
        LockSupport.parkNanos(this, nanos);
    }

    private synchronized void ended() {
        if (thread == Thread.currentThread()) {
            thread = null;
            wanted = false;
        }
    }

    public synchronized void stop() {
        stopped = true;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /** The current tick; 0 if there are no ticks. */
    long tick() {
        return tick;
    }

    /** Whether very many are opened. Stays true while the need for ticks is checked again. */
    boolean isPeak() {
        return peak;
    }
}
