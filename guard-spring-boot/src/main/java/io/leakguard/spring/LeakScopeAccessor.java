package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries the scope of a thread to the threads of Reactor, of executors with a {@code ContextPropagatingTaskDecorator}
 * and of Spring's coroutines. Micrometer's context propagation finds it and calls it. Thread-safe; never throws.
 */
public final class LeakScopeAccessor implements ThreadLocalAccessor<Object> {

    /** The key of the scope in Reactor's context. */
    public static final String KEY = "io.leakguard.scope";

    /** Makes an accessor, for the {@code ServiceLoader}. */
    public LeakScopeAccessor() {}

    @Override
    public Object key() {
        return KEY;
    }

    @Override
    public @Nullable Object getValue() {
        LeakGuard guard = ActiveGuard.get();
        return guard == null ? null : guard.currentScope().orElse(null);
    }

    @Override
    public void setValue(Object value) {
        CarriedScopes.enter(value);
    }

    /** A context without a scope doesn't change the thread's scope. */
    @Override
    public void setValue() {
        CarriedScopes.enter(null);
    }

    @Override
    public void restore(Object previous) {
        CarriedScopes.leave();
    }

    @Override
    public void restore() {
        CarriedScopes.leave();
    }
}
