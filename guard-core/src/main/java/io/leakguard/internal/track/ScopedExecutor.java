package io.leakguard.internal.track;

import io.leakguard.LeakGuard;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs each task in the scope of the thread that submitted it. */
public final class ScopedExecutor implements ExecutorService {

    /** {@code ExecutorService.close()}, which JDK 19 added. */
    private static final @Nullable MethodHandle CLOSE = closeMethod();

    private final LeakGuard guard;
    private final ExecutorService executor;

    public ScopedExecutor(LeakGuard guard, ExecutorService executor) {
        this.guard = guard;
        this.executor = executor;
    }

    private static @Nullable MethodHandle closeMethod() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(ExecutorService.class, "close", MethodType.methodType(void.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(guard.propagate(Objects.requireNonNull(task)));
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        return executor.submit(guard.propagateCallable(Objects.requireNonNull(task)));
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        return executor.submit(guard.propagate(Objects.requireNonNull(task)), result);
    }

    @Override
    public Future<?> submit(Runnable task) {
        return executor.submit(guard.propagate(Objects.requireNonNull(task)));
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return executor.invokeAll(all(tasks));
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return executor.invokeAll(all(tasks), timeout, unit);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        return executor.invokeAny(all(tasks));
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return executor.invokeAny(all(tasks), timeout, unit);
    }

    private <T> List<Callable<T>> all(Collection<? extends Callable<T>> tasks) {
        List<Callable<T>> wrapped = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            wrapped.add(guard.propagateCallable(Objects.requireNonNull(task)));
        }
        return wrapped;
    }

    @Override
    public void shutdown() {
        executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return executor.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }

    /** Overrides {@code ExecutorService.close()} on JDK 19 or newer. */
    public void close() {
        MethodHandle close = CLOSE;
        if (close == null) {
            executor.shutdown();
            return;
        }
        try {
            close.invoke(executor);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // close() declares no exception
        }
    }

    @Override
    public String toString() {
        return executor.toString();
    }
}
