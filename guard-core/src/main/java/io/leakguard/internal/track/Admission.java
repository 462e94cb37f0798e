package io.leakguard.internal.track;

import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.stack.ContextLoaders;
import io.leakguard.internal.stack.CreationStack;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the record of a new resource, with its scope, span and application context, and decides whether it needs its
 * own record. Runs on the application's threads.
 */
public final class Admission {

    final Registry registry;
    final Scopes scopes;

    final ReferenceQueue<Object> collected;
    private final ContextLoaders contextLoaders;
    private final OpeningClock openingClock;
    private final Failures failures;
    private final boolean trace;
    /** Null if there is none, so that guards without providers pay nothing. */
    private final @Nullable ContextProviders contexts;

    private final @Nullable Supplier<? extends @Nullable LeakScope> defaultScope;

    private volatile boolean closed;

    public Admission(
            Registry registry,
            Scopes scopes,
            ReferenceQueue<Object> collected,
            ContextLoaders contextLoaders,
            boolean trace,
            @Nullable ContextProviders contexts,
            @Nullable Supplier<? extends @Nullable LeakScope> defaultScope) {
        this.registry = registry;
        this.scopes = scopes;
        this.collected = collected;
        this.contextLoaders = contextLoaders;
        this.openingClock = registry.openingClock;
        this.failures = registry.failures;
        this.trace = trace;
        this.contexts = contexts;
        this.defaultScope = defaultScope;
    }

    /** The guard is closed and tracks nothing from now on. */
    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }

    /** The opening time of a resource that is opened now. Exact if hold durations are counted. */
    public long openingNanos() {
        return registry.countsHolds() ? registry.clock.nanos() : openingClock.nanos();
    }

    /** Tells whether more than 50,000 resources are opened a second. */
    public boolean isPeak() {
        return openingClock.isPeak();
    }

    /** {@code opened} is the scope itself if a scope is tracked. */
    public LeakTracker track(
            Object handle,
            KindState state,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            @Nullable ScopeImpl opened,
            @Nullable CreationStack stack,
            long now) {
        return admit(null, null, handle, state, description, parent, delegate, opened, stack, now);
    }

    /** Records a resource that a hook has seen. */
    LeakTracker observe(
            ObservedTable table,
            @Nullable Object descriptors,
            Object handle,
            KindState state,
            @Nullable Object description,
            @Nullable CreationStack stack,
            long now) {
        return admit(table, descriptors, handle, state, description, null, null, null, stack, now);
    }

    private LeakTracker admit(
            @Nullable ObservedTable table,
            @Nullable Object descriptors,
            Object handle,
            KindState state,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            @Nullable ScopeImpl opened,
            @Nullable CreationStack stack,
            long now) {
        Tracker tracked = null;
        try {
            Thread thread = Thread.currentThread();
            if (stack != null) {
                contextLoaders.saw(thread);
            }
            Tracker parentTracker = parent instanceof Tracker p
                            && p.shard.registry == registry
                            && p.isOpen()
                            && !(p instanceof PolledRecord) // it does not know when its children end
                    ? p
                    : null;
            ScopeImpl scope = opened != null ? opened.parent : scopes.current();
            if (scope == null && parentTracker != null) {
                ScopeImpl around = parentTracker.scope; // a thread without a scope: use its parent's scope
                scope = around != null && around.isOpen() ? around : null;
            }
            if (scope == null && defaultScope != null && opened == null) {
                scope = scopeByDefault(defaultScope);
            }
            Object span = span();
            Object origin = span;
            if (contexts != null) {
                @Nullable Object @Nullable [] captured = contexts.capture();
                if (captured != null) {
                    origin = new Origin(span, contexts, captured);
                }
            }
            Shard shard = registry.shardOf(thread);
            Object kept = keepDescription(description, handle);
            Observed observed = null;
            Tracker tracker;
            if (table != null) {
                observed = new Observed(
                        table, descriptors, handle, collected, shard, state, kept, stack, now, thread, origin, scope);
                tracker = observed;
            } else {
                tracker = new Tracker(
                        handle,
                        collected,
                        shard,
                        state,
                        kept,
                        stack,
                        now,
                        thread,
                        handle.getClass().getName(),
                        parentTracker,
                        delegate == handle ? null : delegate,
                        origin,
                        scope);
            }
            if (!shard.add(tracker, state.index, stack != null)) {
                return NoTracker.INSTANCE;
            }
            tracked = tracker;
            if (observed != null) {
                observed.table.put(observed);
            }
            if (parentTracker != null) {
                parentTracker.addChild(tracker);
            }
            if (scope != null) {
                scope.add(tracker);
            }
            return tracker;
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
            return tracked != null ? tracked : NoTracker.INSTANCE;
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    private static @Nullable Object keepDescription(@Nullable Object description, Object handle) {
        if (description == null || description instanceof String) {
            return description;
        }
        // Nobody else holds these, so the tracker must. All other objects may belong to somebody.
        return (description instanceof Supplier<?> || description instanceof ResourceProbe) && description != handle
                ? description
                : WeakHint.keep(description);
    }

    /** If the supplier fails, the resource only has no scope. */
    private @Nullable ScopeImpl scopeByDefault(Supplier<? extends @Nullable LeakScope> asked) {
        try {
            return asked.get() instanceof ScopeHandle h
                            && h.scope().registry == registry
                            && h.scope().isOpen()
                    ? h.scope()
                    : null;
        } catch (Throwable t) {
            failures.internal("asking for the default scope", t);
            return null;
        }
    }

    /** The span of this thread; null if spans are not recorded. */
    @Nullable
    Object span() {
        return trace ? CurrentSpan.context() : null;
    }

    // ------------------------------------------------------------------------------------------------- polled objects

    /** Scopes, context attributes and hold times need a tracker that is closed explicitly. */
    boolean wantsTrackers() {
        return closed || contexts != null || defaultScope != null || registry.countsHolds() || scopes.current() != null;
    }
}
