package io.leakguard.internal;

import io.leakguard.internal.base.Threads;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Closes the guard when the process ends, after the application's own hooks. The JVM runs all hooks at once and doesn't
 * say which threads they are. So this hook waits while a resource is open and either a thread is running that started
 * at the end, or a resource was closed a moment ago. The wait is bounded.
 */
final class ShutdownHook {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** The time during which nothing must have been closed, and for which other hooks may take to start. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Thread thread;
    private final LongSupplier open;
    private final long waitNanos;
    private final Runnable close;
    private volatile Set<Long> running = Set.of();
    private volatile boolean registered;

    /**
     * Makes a hook.
     *
     * @param open counts the open resources
     * @param wait the longest wait for other hooks
     */
    ShutdownHook(String name, LongSupplier open, Duration wait, Runnable close) {
        this.open = open;
        this.waitNanos = wait.toNanos();
        this.close = close;
        this.thread = Threads.daemon(this::run, "leakguard-shutdown-" + name);
    }

    void register() {
        tick();
        try {
            Runtime.getRuntime().addShutdownHook(thread);
            registered = true;
        } catch (IllegalStateException e) {
            LoggerFactory.getLogger("io.leakguard")
                    .warn("the process is ending already: resources that are open at its end will not be reported");
        }
    }

    void remove() {
        if (registered && Thread.currentThread() != thread) {
            try {
                Runtime.getRuntime().removeShutdownHook(thread);
            } catch (IllegalStateException e) {
                // The process is ending: the hook runs already and finds the guard closed.
            }
        }
    }

    /** Each second: remembers which threads run before the process ends. */
    void tick() {
        Set<Long> ids = new HashSet<>();
        for (@Nullable Thread one : all()) {
            if (one != null) {
                ids.add(Threads.id(one));
            }
        }
        running = ids;
    }

    private void run() {
        awaitOtherHooks();
        close.run();
    }

    private void awaitOtherHooks() {
        Set<Long> before = running;
        long start = System.nanoTime();
        long lastChange = start;
        long openBefore = open.getAsLong();
        long now = start;
        while (openBefore > 0
                && now - start < waitNanos
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(POLL_NANOS);
            now = System.nanoTime();
            long openNow = open.getAsLong();
            if (openNow < openBefore || startedSince(before)) {
                lastChange = now;
            }
            openBefore = openNow;
            if (now - lastChange >= QUIET_NANOS) {
                return;
            }
        }
    }

    private boolean startedSince(Set<Long> before) {
        for (@Nullable Thread one : all()) {
            if (one != null
                    && one != thread
                    && !before.contains(Threads.id(one))
                    && !one.getName().startsWith("leakguard-")
                    && !endsTheProcessOrIsIdle(one)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The thread that ends the process waits for the hooks, this one too. A pool's thread may have started just before
     * the end.
     */
    private static boolean endsTheProcessOrIsIdle(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            String at = frame.getClassName() + "." + frame.getMethodName();
            if (at.startsWith("java.lang.Shutdown.")
                    || at.equals("java.util.concurrent.ThreadPoolExecutor.getTask")
                    || at.equals("java.util.concurrent.ForkJoinPool.awaitWork")) {
                return true;
            }
        }
        return false;
    }

    /** Returns all platform threads: hooks are platform threads. */
    private static @Nullable Thread[] all() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group != null && group.getParent() != null) {
            group = group.getParent();
        }
        if (group == null) {
            return new Thread[0];
        }
        @Nullable Thread[] all = new @Nullable Thread[Math.max(16, group.activeCount() * 2)];
        int n = group.enumerate(all);
        while (n == all.length) {
            all = new @Nullable Thread[2 * all.length];
            n = group.enumerate(all);
        }
        return all;
    }
}
