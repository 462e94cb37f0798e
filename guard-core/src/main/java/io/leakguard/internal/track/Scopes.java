package io.leakguard.internal.track;

import io.leakguard.LeakListener;
import io.leakguard.internal.base.Jvm;
import io.leakguard.internal.base.Threads;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Knows the current scope of each thread. */
public final class Scopes {
    private final boolean inherit;

    /**
     * A {@code WeakReference<ThreadScope>}, or an inherited list of {@code WeakReference<ScopeImpl>}, innermost first.
     * Weak, and of the JDK's classes only, so that no thread keeps our classes alive.
     */
    private volatile @Nullable ThreadLocal<Object> current;

    public Scopes(boolean inherit) {
        this.inherit = inherit;
    }

    /** The innermost open scope of this thread. Costs a field read until the first scope is opened. */
    @Nullable
    public ScopeImpl current() {
        ThreadScope here = here();
        if (here == null) {
            return null;
        }
        ScopeImpl scope = here.scope;
        if (scope == null || scope.isOpen()) {
            return scope;
        }
        // It ended on another thread, or was forgotten and collected.
        ScopeImpl open = scope.openAncestor();
        move(here, open);
        return open;
    }

    private @Nullable ThreadScope here() {
        ThreadLocal<Object> local = current;
        Object value = local == null ? null : local.get();
        if (value instanceof List<?> inherited) {
            ScopeImpl scope = firstOpen(inherited);
            return scope == null ? null : new ThreadScope(Threads.id(Thread.currentThread()), scope, inherited);
        }
        return value instanceof WeakReference<?> weak ? (ThreadScope) weak.get() : null;
    }

    private static @Nullable ScopeImpl firstOpen(List<?> references) {
        for (Object reference : references) {
            if (reference instanceof WeakReference<?> weak && weak.get() instanceof ScopeImpl scope && scope.isOpen()) {
                return scope;
            }
        }
        return null;
    }

    private ThreadScope hereOrNew() {
        ThreadScope here = here();
        ThreadLocal<Object> local = current;
        if (local == null) {
            synchronized (this) {
                local = current;
                if (local == null) {
                    current = local = inherit ? new Inherited() : new ThreadLocal<>();
                }
            }
        }
        if (here == null) {
            here = new ThreadScope(Threads.id(Thread.currentThread()), null, null);
            local.set(new WeakReference<>(here));
        } else if (here.inherited != null && here.innermost == null && here.scope == here.inheritedScope) {
            local.set(new WeakReference<>(here)); // from now on it is more than the inherited scope
        }
        return here;
    }

    /** Puts this thread into another scope, or into none. In none, no thread local stays. */
    private void move(ThreadScope here, @Nullable ScopeImpl next) {
        ScopeImpl before = here.scope;
        if (before != next && ((before != null && before.isMeasured()) || (next != null && next.isMeasured()))) {
            long now = Jvm.allocatedByCurrentThread();
            long since = here.allocatedBefore;
            here.allocatedBefore = now; // first: a reader in between may see too little, never too much
            if (before != null) {
                before.count(since, now);
            }
            if (next != null) {
                next.entered(here);
            }
            if (before != null) {
                before.left(here);
            }
        }
        here.scope = next;
        ThreadLocal<Object> local = current;
        if (here.innermost == null && local != null) {
            if (here.inherited != null && firstOpen(here.inherited) == next) {
                local.set(here.inherited);
            } else if (next == null) {
                local.remove();
            }
        }
    }

    /** A scope was opened on this thread. */
    public void open(ScopeImpl scope) {
        ThreadScope here = hereOrNew();
        scope.openedOn(here, here.innermost);
        move(here, scope);
    }

    /**
     * A scope is closed. If this thread is in it or in a scope inside it, the thread goes to the scope around it.
     * Scopes inside it that were opened on this thread end too. They are reported as not closed once their grace is
     * over.
     */
    void leave(ScopeImpl scope) {
        ThreadScope here = here();
        ScopeImpl at = here == null ? null : here.scope;
        if (here == null || at == null || !(at == scope || at.isWithin(scope))) {
            return;
        }
        for (ScopeImpl s = at; s != null && s != scope; s = s.parent) {
            if (s.wasOpenedOn(here)) {
                s.close();
            }
        }
        ScopeImpl next = scope.openParent();
        ScopeImpl base = here.innermost == null ? null : here.innermost.scope;
        if (next == null && base != null && base != scope && !base.isWithin(scope)) {
            next = base.openAncestor(); // it was a root scope inside a task that has a scope itself
        }
        move(here, next);
    }

    /** A root scope is about to be opened. Earlier scopes of its thread, or of the task on it, were forgotten. */
    public void forgetBefore() {
        ThreadScope here = here();
        if (here != null) {
            forget(here);
        }
    }

    /** Ends the open scopes that were opened on this thread in its innermost binding. */
    private static void forget(ThreadScope here) {
        ScopeImpl s = here.scope;
        while (s != null && (!s.isOpen() || s.wasOpenedIn(here, here.innermost))) {
            ScopeImpl next = s.parent;
            s.forgotten();
            s = next;
        }
    }

    /** Puts this thread into a scope until the binding is closed, on this thread. Null puts it into no scope. */
    Binding enter(@Nullable ScopeImpl scope) {
        if (scope == null && here() == null) {
            return new Binding(this, null, null, null);
        }
        ScopeImpl before = current();
        ThreadScope here = hereOrNew();
        Binding binding = new Binding(this, here, scope, before);
        binding.outer = here.innermost;
        here.innermost = binding;
        move(here, scope);
        return binding;
    }

    /** The extent of a task on the thread that runs it. */
    static final class Binding implements LeakListener.Registration {
        private final Scopes scopes;
        /** Null if the thread was in no scope and the binding has none, so there is no scope to go back to. */
        private final @Nullable ThreadScope thread;

        private final @Nullable ScopeImpl scope;
        private final @Nullable ScopeImpl before;

        @Nullable
        Binding outer;

        private boolean ended;

        Binding(Scopes scopes, @Nullable ThreadScope thread, @Nullable ScopeImpl scope, @Nullable ScopeImpl before) {
            this.scopes = scopes;
            this.thread = thread;
            this.scope = scope;
            this.before = before;
        }

        @Override
        public void close() {
            ThreadScope here = scopes.here();
            if (ended || here == null || (thread != null && here != thread)) {
                return; // nothing is bound, or another thread must close it
            }
            // Bindings inside this one were forgotten.
            for (Binding b = here.innermost; b != null && b != this; b = here.innermost) {
                b.end(here);
            }
            end(here);
        }

        private void end(ThreadScope here) {
            ended = true;
            forget(here);
            here.innermost = outer;
            ScopeImpl back = before;
            scopes.move(here, back == null ? null : back.openAncestor());
        }
    }

    public Runnable in(@Nullable ScopeImpl scope, Runnable task) {
        return () -> {
            try (Binding binding = enter(scope)) {
                task.run();
            }
        };
    }

    public <V extends @Nullable Object> Callable<V> in(@Nullable ScopeImpl scope, Callable<V> task) {
        return () -> {
            try (Binding binding = enter(scope)) {
                return task.call();
            }
        };
    }

    public <V extends @Nullable Object> Supplier<V> in(@Nullable ScopeImpl scope, Supplier<V> supplier) {
        return () -> {
            try (Binding binding = enter(scope)) {
                return supplier.get();
            }
        };
    }

    /** A thread that is started in a scope is in it too, until the scope ends. */
    private static final class Inherited extends InheritableThreadLocal<Object> {
        @Override
        protected @Nullable Object childValue(@Nullable Object parent) {
            ScopeImpl scope = null;
            if (parent instanceof List<?> inherited) {
                scope = firstOpen(inherited);
            } else if (parent instanceof WeakReference<?> weak && weak.get() instanceof ThreadScope of) {
                scope = of.scope;
            }
            if (scope == null) {
                return null;
            }
            scope.count(-1, -1); // the allocation of such a thread is unknown: it never says when it leaves
            List<WeakReference<ScopeImpl>> references = new ArrayList<>();
            for (ScopeImpl s = scope; s != null; s = s.parent) {
                references.add(new WeakReference<>(s));
            }
            return references;
        }
    }
}
