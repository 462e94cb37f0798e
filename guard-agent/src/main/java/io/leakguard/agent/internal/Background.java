package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.internal.base.Threads;
import io.leakguard.watch.ResourceWatch;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the agent does on a thread of its own once the application runs: it starts the watch, and registers the guard where
 * the application has an outlet. Before {@code main} it touches no management, which application servers set up.
 */
final class Background {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.agent");
    private static final long FIRST_MILLIS = 1_000;
    private static final long EACH_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LeakGuard guard;
    private final Sink sink;
    private final GuardRecords records;
    private final Thread thread;
    private volatile @Nullable ResourceWatch watch;
    private @Nullable AutoCloseable applicationsWatch;
    /** By a setting, or because an application's guard has had a watch once. */
    private boolean isWatchOff = "false".equals(System.getProperty("leakguard.agent.watch"));

    private @Nullable Exhaustion exhaustion;
    private long lastLook = System.nanoTime() - EACH_NANOS;

    private final Outlets outlets = new Outlets();

    Background(LeakGuard guard, Sink sink, GuardRecords records) {
        this.guard = guard;
        this.records = records;
        this.sink = sink;
        this.thread = Threads.daemon(this::run, "leakguard-agent-" + guard.name());
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    /** The watch; null if it is off, or not started yet. */
    @Nullable
    ResourceWatch watch() {
        return watch;
    }

    private void run() {
        try {
            TimeUnit.MILLISECONDS.sleep(FIRST_MILLIS);
            sink.wakeAtFailures(Thread.currentThread());
            while (guard.isEnabled()) {
                try {
                    turn();
                } catch (OutOfMemoryError e) {
                    TimeUnit.MILLISECONDS.sleep(FIRST_MILLIS); // later, if the application's heap is full now
                }
            }
        } catch (InterruptedException e) {
            // detached
        } finally {
            end();
        }
    }

    private void turn() throws InterruptedException {
        long now = System.nanoTime();
        if (now - lastLook >= EACH_NANOS) {
            lastLook = now;
            guard.stats(); // starts the guard's threads again if a full heap has ended them
            startWatch();
            outlets.look(guard, watch);
        }
        Exhaustion watching = exhaustion;
        if (watching == null) {
            watching = new Exhaustion(guard);
            exhaustion = watching;
        }
        LockSupport.parkNanos(EACH_NANOS);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        watching.look(sink.hasFailed());
    }

    /**
     * Starts the watch with the agent's guard, or with an application's guard once there is one. Pressure is then
     * reported once, by the guard that has all listeners.
     */
    private void startWatch() {
        if (isWatchOff) {
            return;
        }
        try {
            List<AppGuard> apps = records.applications();
            if (!apps.isEmpty()) {
                isWatchOff = true;
                ResourceWatch before = watch;
                if (before != null) {
                    before.close();
                    watch = null;
                }
                applicationsWatch = AppWatch.start(apps.get(0));
            } else if (watch == null) {
                watch = ResourceWatch.start(guard);
            }
        } catch (IllegalArgumentException e) {
            isWatchOff = true;
            LOG.error("the watch is off: {}", e.getMessage());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            isWatchOff = true;
            LOG.error("the watch can't be started", e);
        }
    }

    private void end() {
        outlets.remove();
        ResourceWatch started = watch;
        if (started != null) {
            started.close();
        }
        AutoCloseable other = applicationsWatch;
        if (other != null) {
            try {
                other.close();
            } catch (Exception e) {
                LOG.warn("the watch of the application's guard can't be closed", e);
            }
        }
    }
}
