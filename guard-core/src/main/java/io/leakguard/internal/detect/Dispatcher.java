package io.leakguard.internal.detect;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakListener;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Threads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls one listener on a thread of its own, which ends when there was nothing to report for a while. */
final class Dispatcher {

    private final LeakListener listener;
    private final Failures failures;
    private final ThreadPoolExecutor executor;
    private final Drops drops;
    private volatile boolean removed;
    private volatile @Nullable Thread worker;

    Dispatcher(LeakListener listener, Failures failures, String threadName, Drops drops) {
        this.listener = listener;
        this.drops = drops;
        this.failures = failures;
        executor = new ThreadPoolExecutor(
                1, 1, 2, TimeUnit.SECONDS, new LinkedBlockingQueue<>(LeakListener.QUEUE_CAPACITY), task -> {
                    Thread thread = Threads.daemon(task, threadName);
                    worker = thread;
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** Tells whether this is the dispatcher of a listener. */
    boolean isOf(LeakListener other) {
        return listener == other;
    }

    void dispatch(Consumer<LeakListener> call) {
        try {
            executor.execute(() -> run(call));
        } catch (RejectedExecutionException e) {
            if (!removed) {
                drops.add(DropReason.LISTENER_FULL, 1);
            }
        } catch (Throwable t) {
            // No memory, or no thread left: the other listeners must still get it.
            drops.add(DropReason.FAILED, 1);
            failures.internal("calling a listener", t);
        }
    }

    /** Its listener was removed: it gets no more reports, and none of them counts as lost. */
    void remove() {
        removed = true;
        executor.shutdown();
    }

    private void run(Consumer<LeakListener> call) {
        try {
            call.accept(listener);
        } catch (Throwable t) {
            failures.ofListener(listener, t);
        }
    }

    /** Counts the latch down once everything that waits now has been delivered. Returns false if the queue is full. */
    boolean mark(CountDownLatch latch) {
        try {
            executor.execute(latch::countDown);
        } catch (RejectedExecutionException e) {
            if (!executor.isShutdown()) {
                return false;
            }
            latch.countDown(); // removed: no report waits for it
        }
        return true;
    }

    void shutdown() {
        executor.shutdown();
    }

    boolean await(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        boolean ended = executor.awaitTermination(Math.max(1, nanos), TimeUnit.NANOSECONDS);
        Thread thread = worker;
        if (ended && thread != null && thread != Thread.currentThread()) {
            // The thread has done its work. But close() promises that it is gone too.
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
        return ended;
    }

    void shutdownNow() {
        executor.shutdownNow().forEach(task -> drops.add(DropReason.LISTENER_FULL, 1));
    }
}
