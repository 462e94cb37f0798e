package io.leakguard.internal.detect;

import io.leakguard.internal.base.Text;
import io.leakguard.internal.base.Threads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Closes the delegates of collected handles, on a thread of its own: a close may block. */
public final class Reclaimer {

    private static final int CAPACITY = 1_024;

    private final ThreadPoolExecutor executor;

    public Reclaimer(String name) {
        executor = new ThreadPoolExecutor(
                1,
                1,
                2,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(CAPACITY),
                task -> Threads.daemon(task, "leakguard-reclaimer-" + name));
        executor.allowCoreThreadTimeOut(true);
    }

    /** Closes the delegate and passes on the outcome. With {@code here} on this thread, when the guard is ending. */
    void reclaim(AutoCloseable delegate, Consumer<String> outcome, boolean here) {
        Runnable task = () -> outcome.accept(close(delegate));
        if (here) {
            task.run();
            return;
        }
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            outcome.accept("not reclaimed: " + CAPACITY + " others wait to be closed");
        } catch (Throwable t) {
            outcome.accept("not reclaimed: " + t.getClass().getName()); // no thread left
        }
    }

    private static String close(AutoCloseable delegate) {
        try {
            delegate.close();
            return "reclaimed: the guard closed it";
        } catch (Throwable t) {
            return "reclaim failed: " + Text.safe(String.valueOf(t), 300);
        }
    }

    public boolean flush(long deadline) {
        if (executor.getTaskCount() == executor.getCompletedTaskCount()) {
            return true;
        }
        CountDownLatch latch = new CountDownLatch(1);
        try {
            executor.execute(latch::countDown);
            return latch.await(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public void shutdown() {
        executor.shutdownNow();
    }
}
