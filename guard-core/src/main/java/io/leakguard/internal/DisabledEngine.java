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
import io.leakguard.internal.track.NoHoldDurations;
import io.leakguard.internal.track.NoPolled;
import io.leakguard.internal.track.NoScope;
import io.leakguard.internal.track.NoTracker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a guard that is switched off: it tracks nothing, has no thread, and returns each resource unchanged.
 */
public final class DisabledEngine extends Engine {

    @Override
    public @Nullable Object life() {
        return null;
    }

    @Override
    public LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate) {
        return NoTracker.INSTANCE;
    }

    @Override
    public LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            Throwable openedBy) {
        return NoTracker.INSTANCE;
    }

    @Override
    public @Nullable Held hold(
            Object resource,
            ResourceKind kind,
            @Nullable Object description,
            Held.Describer describer,
            Ending<Object, ?> ending) {
        return null;
    }

    @Override
    public <T> Polled<T> polled(ResourceKind kind, Poller<? super T> poller) {
        return new NoPolled<>();
    }

    @Override
    public boolean keep(Object resource, String reason) {
        return false;
    }

    @Override
    public LeakScope openScope(String name, ScopeOptions options) {
        return new NoScope(name);
    }

    @Override
    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent, ScopeOptions options) {
        return new NoScope(name);
    }

    @Override
    public Optional<LeakScope> currentScope() {
        return Optional.empty();
    }

    @Override
    public Runnable propagate(Runnable task) {
        return task;
    }

    @Override
    public <V extends @Nullable Object> Callable<V> propagateCallable(Callable<V> task) {
        return task;
    }

    @Override
    public <V extends @Nullable Object> Supplier<V> propagateSupplier(Supplier<V> supplier) {
        return supplier;
    }

    @Override
    public <V extends @Nullable Object> CompletableFuture<V> propagate(CompletableFuture<V> future) {
        return future;
    }

    @Override
    public List<ScopeUsage> topScopes(boolean byAllocation, int n) {
        return List.of();
    }

    @Override
    public boolean isClosed() {
        return true;
    }

    @Override
    public String name() {
        return "disabled";
    }

    @Override
    public LeakListener.Registration addListener(LeakListener listener) {
        return () -> {};
    }

    @Override
    public GuardStats stats() {
        return new GuardStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());
    }

    @Override
    public OpenResources open() {
        return new OpenResources(Instant.now(), 0, List.of());
    }

    @Override
    public OpenResources findHolders(Duration timeout) {
        return open();
    }

    @Override
    public void dump() {}

    @Override
    public List<SiteLeaks> leaks() {
        return List.of();
    }

    @Override
    public boolean isApplicationFrame(StackTraceElement frame) {
        return false;
    }

    @Override
    public void forgetLeaks() {}

    @Override
    public CaptureBudget capture() {
        return CaptureBudget.none();
    }

    @Override
    public void capture(CaptureBudget budget) {}

    @Override
    public HoldDurations holdDurations() {
        return new NoHoldDurations();
    }

    @Override
    public List<Suppression.Use> suppressions() {
        return List.of();
    }

    @Override
    public boolean flush(Duration timeout) {
        return true;
    }

    @Override
    public boolean awaitCollection(Duration timeout) {
        return true;
    }

    @Override
    public void close() {}

    @Override
    public void internalError(String doing, Throwable failure) {}
}
