package io.leakguard.internal.track;

import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ScopeUsage;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The user's handle of a scope. Threads hold the {@link ScopeImpl}, so that a forgotten handle is collected and
 * reported.
 */
public final class ScopeHandle implements LeakScope, GuardedResource {
    private final ScopeImpl scope;
    private final Scopes scopes;
    /** Set by the opener of the scope, before anybody else has this. */
    private LeakTracker tracker = NoTracker.INSTANCE;

    public ScopeHandle(ScopeImpl scope, Scopes scopes) {
        this.scope = scope;
        this.scopes = scopes;
    }

    public void tracker(LeakTracker tracker) {
        this.tracker = tracker;
        if (tracker instanceof Tracker t) {
            scope.tracker = t;
            scope.span = t.span();
        }
    }

    public ScopeImpl scope() {
        return scope;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public String name() {
        return scope.name();
    }

    @Override
    public LeakScope rename(String name) {
        scope.rename(name);
        return this;
    }

    @Override
    public LeakScope attribute(String key, String value) {
        scope.attribute(key, value);
        return this;
    }

    @Override
    public boolean release(Object resource) {
        Tracker t = Tracker.of(resource);
        if (t == null || t.has(Tracker.KEPT)) {
            return false;
        }
        ScopeImpl target = scope.openParent();
        while (target != null && target.registry == t.shard.registry) {
            if (move(t, scope, target)) {
                return true;
            }
            if (t.scope != scope || !t.isOpen()) {
                return false;
            }
            target = target.openParent(); // it has just ended
        }
        return move(t, scope, null);
    }

    @Override
    public boolean adopt(Object resource) {
        Tracker t = Tracker.of(resource);
        if (t == null || t.shard.registry != scope.registry) {
            return false;
        }
        while (t.isOpen() && scope.isOpen()) {
            ScopeImpl from = t.scope;
            if (from == scope) {
                unkeep(t);
                return true;
            }
            if (move(t, from, scope)) {
                unkeep(t);
                return true;
            }
        }
        return false;
    }

    private static void unkeep(Tracker t) {
        t.unkeep();
        for (Tracker child : t.children()) {
            unkeep(child);
        }
    }

    /** Moves a resource, and its open children in the same scope. */
    private static boolean move(Tracker t, @Nullable ScopeImpl from, @Nullable ScopeImpl to) {
        if (!t.isOpen() || !(to == null ? t.changeScope(from, null) : to.take(t, from))) {
            return false;
        }
        for (Tracker child : t.children()) {
            move(child, from, to);
        }
        return true;
    }

    @Override
    public boolean keep(Object resource, String reason) {
        return LongLived.keep(scope.registry, resource, reason);
    }

    @Override
    public int openCount() {
        return scope.openCount();
    }

    @Override
    public LeakListener.Registration bind() {
        return scopes.enter(scope);
    }

    @Override
    public Runnable wrap(Runnable task) {
        return scopes.in(scope, task);
    }

    @Override
    public <V> Callable<V> wrapCallable(Callable<V> task) {
        return scopes.in(scope, task);
    }

    @Override
    public <V> Supplier<V> wrapSupplier(Supplier<V> supplier) {
        return scopes.in(scope, supplier);
    }

    @Override
    public ScopeUsage usage() {
        return scope.usage();
    }

    @Override
    public void close() {
        tracker.close();
        try {
            scopes.leave(scope);
            scope.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return "LeakScope[" + scope.name() + (scope.isOpen() ? "]" : ", closed]");
    }
}
