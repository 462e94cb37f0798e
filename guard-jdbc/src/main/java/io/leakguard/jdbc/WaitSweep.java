package io.leakguard.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at those who wait for a connection while they wait. One thread for all data sources; it lives only while there are
 * borrows, and ends a while after the last one, so that it keeps nothing alive that is not in use.
 */
final class WaitSweep implements Runnable {

    /** For so long after its last borrow a data source is still looked at. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Object LOCK = new Object();
    private static final List<LiveConnections> WATCHED = new ArrayList<>();
    private static boolean running;

    private WaitSweep() {}

    /** Looks at a data source from now on, until it is idle. False if there is no thread to be had for it. */
    static boolean watch(LiveConnections each) {
        try {
            synchronized (LOCK) {
                if (!WATCHED.contains(each)) {
                    WATCHED.add(each);
                }
                if (!running) {
                    // Inherits nothing from whoever happens to start it.
                    Thread thread = new Thread(null, new WaitSweep(), "leakguard-jdbc-borrows", 0, false);
                    thread.setDaemon(true);
                    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
                    thread.start();
                    running = true;
                }
            }
            return true;
        } catch (OutOfMemoryError e) {
            return false; // no more threads: waits are explained when they end
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
