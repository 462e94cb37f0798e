package io.leakguard.jdbc;

import io.leakguard.internal.base.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Checks the callers that wait for a connection while they wait. One thread serves all data sources. It lives only
 * while there are borrows, and ends a while after the last one, so that it keeps no unused object alive.
 */
final class WaitSweep implements Runnable {

    /** The time for which a data source is still checked after its last borrow. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Object LOCK = new Object();
    private static final List<LiveConnections> WATCHED = new ArrayList<>();
    private static boolean running;

    private WaitSweep() {}

    /** Checks a data source from now on, until it is idle. Returns false if no thread can be started. */
    static boolean watch(LiveConnections each) {
        try {
            synchronized (LOCK) {
                if (!WATCHED.contains(each)) {
                    WATCHED.add(each);
                }
                if (!running) {
                    Threads.daemon(new WaitSweep(), "leakguard-jdbc-borrows").start();
                    running = true;
                }
            }
            return true;
        } catch (OutOfMemoryError e) {
            return false; // no thread left: waits are explained when they end
        }
    }

    @Override
    public void run() {
        while (true) {
            long pause = Long.MAX_VALUE;
            List<LiveConnections> all;
            synchronized (LOCK) {
                long now = System.nanoTime();
                WATCHED.removeIf(h -> h.isIdle(now, IDLE_NANOS));
                if (WATCHED.isEmpty()) {
                    running = false;
                    return;
                }
                all = List.copyOf(WATCHED);
            }
            for (LiveConnections each : all) {
                each.tellWaiting(System.nanoTime());
                pause = Math.min(pause, each.sweepNanos());
            }
            LockSupport.parkNanos(pause);
        }
    }
}
