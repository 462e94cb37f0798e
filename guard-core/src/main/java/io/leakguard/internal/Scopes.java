package io.leakguard.internal;

import io.leakguard.LeakListener;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which scope each thread is in. */
final class Scopes {
    private final Engine engine;
    private final boolean inherit;

    /**
     * The innermost scope and those around it. Weak, and nothing but the JDK's classes: a thread must not keep ours alive
     * where a scope was forgotten. The registry holds each open scope.
     */
    private volatile @Nullable ThreadLocal<List<WeakReference<ScopeImpl>>> current;

    Scopes(Engine engine, boolean inherit) {
        this.engine = engine;
        this.inherit = inherit;
    }

    /** The innermost open scope of this thread. Costs a field read until the first scope is opened. */
    @Nullable
    ScopeImpl current() {
        ThreadLocal<List<WeakReference<ScopeImpl>>> local = current;
        if (local == null) {
            return null;
        }
        ScopeImpl scope = get(local);
        if (scope == null || scope.isOpen()) {
            return scope;
        }
        // It ended on another thread, or was forgotten and collected.
        ScopeImpl open = scope.openAncestor();
        bind(open);
        return open;
    }

    /** The innermost that was bound and still exists, open or not. */
    private static @Nullable ScopeImpl get(ThreadLocal<List<WeakReference<ScopeImpl>>> local) {
        List<WeakReference<ScopeImpl>> references = local.get();
        if (references != null) {
            for (int i = 0; i < references.size(); i++) {
                ScopeImpl scope = references.get(i).get();
                if (scope != null) {
                    return scope;
                }
            }
        }
        return null;
    }

    /** Binds a scope to this thread; null to unbind, which leaves no entry behind. */
    void bind(@Nullable ScopeImpl scope) {
        ThreadLocal<List<WeakReference<ScopeImpl>>> local = current;
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
            local.set(scope.references);
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
        ThreadLocal<List<WeakReference<ScopeImpl>>> local = current;
        ScopeImpl now = local == null ? null : get(local);
        if (now != null && (now == scope || now.isWithin(scope))) {
            if (now != scope) {
                forgetWithin(scope);
            }
            bind(scope.openParent());
        }
    }

    /** A thread that is started in a scope is in it too, until the scope ends. */
    private static final class InheritedScope extends InheritableThreadLocal<List<WeakReference<ScopeImpl>>> {
        @Override
        protected @Nullable List<WeakReference<ScopeImpl>> childValue(@Nullable List<WeakReference<ScopeImpl>> parent) {
            return parent; // what has ended meanwhile is skipped when it is asked for
        }
    }

    void clear() {
        current = null;
    }

    Engine engine() {
        return engine;
    }
}
