package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.lang.ref.Reference;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An executor that is the handle of its resource: it ends with its shutdown. */
final class GuardedExecutorService implements ExecutorService, GuardedResource {

    final ExecutorService delegate;
    private final LeakTracker tracker;

    GuardedExecutorService(Engine engine, ExecutorService delegate, ResourceKind kind, @Nullable Object description) {
        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, new ExecutorProbe(delegate));
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void execute(Runnable command) {
        try {
            delegate.execute(command);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
        try {
            return delegate.submit(task);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Runnable task, T result) {
        try {
            return delegate.submit(task, result);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Future<?> submit(Runnable task) {
        try {
            return delegate.submit(task);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        try {
            return delegate.invokeAll(tasks);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) throws InterruptedException {
        try {
            return delegate.invokeAll(tasks, timeout, unit);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return delegate.invokeAny(tasks);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return delegate.invokeAny(tasks, timeout, unit);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isShutdown() {
        return delegate.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return delegate.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            return delegate.awaitTermination(timeout, unit);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void shutdown() {
        tracker.close();
        try {
            delegate.shutdown();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        tracker.close();
        try {
            return delegate.shutdownNow();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Overrides the method of JDK 19. */
    public void close() {
        tracker.close();
        try {
            Newer.close(delegate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
