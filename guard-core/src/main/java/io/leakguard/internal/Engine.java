package io.leakguard.internal;

import io.leakguard.CaptureBudget;
import io.leakguard.Ending;
import io.leakguard.GuardStats;
import io.leakguard.HoldDurations;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.ScopeUsage;
import io.leakguard.SiteLeaks;
import io.leakguard.Suppression;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.internal.track.Held;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls that a guard's public face and its wrappers make. A guard that tracks has a {@link RunningEngine}, and one that
 * is switched off a {@link DisabledEngine}. A class and not an interface: the call from the application to the creation stack
 * stays one frame that the JIT binds statically.
 */
public abstract sealed class Engine permits RunningEngine, DisabledEngine {

    /**
     * For objects that can open resources with the guard: as long as one holds this, the guard does not end by itself.
     */
    public abstract @Nullable Object life();

    /** Tracks a resource, with the stack of this call if the capture budget allows one. */
    public abstract LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate);

    /** Tracks a resource; {@code openedBy} has the creation stack. */
    public abstract LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            Throwable openedBy);

    /** Tracks a resource that the application uses itself. Null if nothing is tracked. */
    public abstract @Nullable Held hold(
            Object resource,
            ResourceKind kind,
            @Nullable Object description,
            Held.Describer describer,
            Ending<Object, ?> ending);

    public abstract <T> Polled<T> polled(ResourceKind kind, Poller<? super T> poller);

    public abstract boolean keep(Object resource, String reason);

    public abstract LeakScope openScope(String name, ScopeOptions options);

    public abstract LeakScope openDetachedScope(String name, @Nullable LeakScope parent, ScopeOptions options);

    public abstract Optional<LeakScope> currentScope();

    public abstract Runnable propagate(Runnable task);

    public abstract <V extends @Nullable Object> Callable<V> propagateCallable(Callable<V> task);

    public abstract <V extends @Nullable Object> Supplier<V> propagateSupplier(Supplier<V> supplier);

    public abstract <V extends @Nullable Object> CompletableFuture<V> propagate(CompletableFuture<V> future);

    public abstract List<ScopeUsage> topScopes(boolean byAllocation, int n);

    /** True if it tracks nothing: closed, or switched off. */
    public abstract boolean isClosed();

    public abstract String name();

    public abstract LeakListener.Registration addListener(LeakListener listener);

    public abstract GuardStats stats();

    public abstract OpenResources open();

    /** Makes a heap dump now, and has it read: who holds what is open. */
    public abstract OpenResources findHolders(Duration timeout) throws IOException, InterruptedException;

    /** Writes the list of open resources to the log, as a thread dump goes to the console. */
    public abstract void dump();

    public abstract List<SiteLeaks> leaks();

    public abstract boolean isApplicationFrame(StackTraceElement frame);

    public abstract void forgetLeaks();

    public abstract CaptureBudget capture();

    public abstract void capture(CaptureBudget budget);

    public abstract HoldDurations holdDurations();

    public abstract List<Suppression.Use> suppressions();

    public abstract boolean flush(Duration timeout);

    public abstract boolean awaitCollection(Duration timeout);

    public abstract void close();

    /** Counts and logs a failure of our own. The application never sees it. */
    public abstract void internalError(String doing, Throwable failure);
}
