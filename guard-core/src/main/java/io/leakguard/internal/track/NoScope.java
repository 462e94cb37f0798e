package io.leakguard.internal.track;

import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.ScopeUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** The scope of a guard that is disabled or closed. */
public record NoScope(String name) implements LeakScope {
    @Override
    public LeakScope rename(String to) {
        return new NoScope(to);
    }

    @Override
    public LeakScope attribute(String key, String value) {
        return this;
    }

    @Override
    public boolean release(Object resource) {
        return false;
    }

    @Override
    public boolean adopt(Object resource) {
        return false;
    }

    @Override
    public boolean keep(Object resource, String reason) {
        return false;
    }

    @Override
    public int openCount() {
        return 0;
    }

    @Override
    public LeakListener.Registration bind() {
        return () -> {};
    }

    @Override
    public Runnable wrap(Runnable task) {
        return task;
    }

    @Override
    public <V> Callable<V> wrapCallable(Callable<V> task) {
        return task;
    }

    @Override
    public <V> Supplier<V> wrapSupplier(Supplier<V> supplier) {
        return supplier;
    }

    @Override
    public ScopeUsage usage() {
        return new ScopeUsage(List.of(name), Map.of(), "", Instant.EPOCH, Duration.ZERO, true, 0, OptionalLong.empty());
    }

    @Override
    public void close() {}
}
