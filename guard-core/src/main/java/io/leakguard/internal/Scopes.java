package io.leakguard.internal;

import io.leakguard.LeakListener;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which scope each thread is in. */
final class Scopes {
    private final Engine engine;
    private final boolean inherit;
    private volatile @Nullable ThreadLocal<ScopeImpl> current;

    Scopes(Engine engine, boolean inherit) {
        this.engine = engine;
        this.inherit = inherit;
    }

    /** The innermost open scope of this thread. Costs a field read until the first scope is opened. */
    @Nullable
    ScopeImpl current() {
        ThreadLocal<ScopeImpl> local = current;
        if (local == null) {
            return null;
        }
        ScopeImpl scope = local.get();
        if (scope == null || scope.isOpen()) {
            return scope;
        }
        // It ended on another thread, or was forgotten and collected.
        ScopeImpl open = scope.openAncestor();
        bind(open);
        return open;
    }

    /** Binds a scope to this thread; null to unbind, which leaves no entry behind. */
    void bind(@Nullable ScopeImpl scope) {
        ThreadLocal<ScopeImpl> local = current;
        if (local == null) {
            synchronized (this) {
                local = current;
                if (local == null) {
                    if (scope == null) {
                        return;
                    }
                    current = local = inherit ? new InheritedScope() : new ThreadLocal<>();
                }
            }
        }
        if (scope == null) {
            local.remove();
        } else {
            local.set(scope);
        }
    }

    /** Puts this thread into a scope until the registration is closed, on this thread; null for into none. */
    LeakListener.Registration enter(@Nullable ScopeImpl scope) {
        ScopeImpl before = current();
        bind(scope);
        long allocated = scope != null && !scope.isOpener() && scope.measures()
                ? Jvm.allocatedByCurrentThread()
                : Long.MIN_VALUE;
        return new Binding(this, scope, before, allocated);
    }

    private static final class Binding implements LeakListener.Registration {
        private final Scopes scopes;
        private final @Nullable ScopeImpl scope;
        private final @Nullable ScopeImpl before;
        private final long allocated;
        private boolean ended;

        Binding(Scopes scopes, @Nullable ScopeImpl scope, @Nullable ScopeImpl before, long allocated) {
            this.scopes = scopes;
            this.scope = scope;
            this.before = before;
            this.allocated = allocated;
        }

        @Override
        public void close() {
            if (ended) {
                return;
            }
            ended = true;
            scopes.forgetWithin(scope);
            scopes.bind(before);
            if (scope != null && allocated != Long.MIN_VALUE) {
                scope.leftByOther(allocated);
            }
        }
    }

    Runnable in(@Nullable ScopeImpl scope, Runnable task) {
        return () -> {
            try (LeakListener.Registration binding = enter(scope)) {
                task.run();
            }
        };
    }

    <V extends @Nullable Object> Callable<V> in(@Nullable ScopeImpl scope, Callable<V> task) {
        return () -> {
            try (LeakListener.Registration binding = enter(scope)) {
                return task.call();
            }
        };
    }

    <V extends @Nullable Object> Supplier<V> in(@Nullable ScopeImpl scope, Supplier<V> supplier) {
        return () -> {
            try (LeakListener.Registration binding = enter(scope)) {
                return supplier.get();
            }
        };
    }

    /** What was opened inside {@code scope} on this thread and is still bound was forgotten by the task that ends now. */
    void forgetWithin(@Nullable ScopeImpl scope) {
        for (ScopeImpl s = current(); s != null && s != scope; s = s.parent) {
            if (!s.isWithin(scope)) {
                return;
            }
            s.forgotten();
        }
    }

    /** A scope is closed: if this thread is in it, or in one inside it, it is in the one around it from now on. */
    void leave(ScopeImpl scope) {
        ThreadLocal<ScopeImpl> local = current;
        ScopeImpl now = local == null ? null : local.get();
        if (now != null && (now == scope || now.isWithin(scope))) {
            if (now != scope) {
                forgetWithin(scope);
            }
            bind(scope.openParent());
        }
    }

    /** A thread that is started in a scope is in it too, until the scope ends. */
    private static final class InheritedScope extends InheritableThreadLocal<ScopeImpl> {
        @Override
        protected @Nullable ScopeImpl childValue(@Nullable ScopeImpl parent) {
            return parent == null ? null : parent.openAncestor();
        }
    }

    void clear() {
        current = null;
    }

    Engine engine() {
        return engine;
    }
}
