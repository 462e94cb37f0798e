package io.leakguard;

import io.leakguard.adapter.GuardedResource;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * A unit of work (a request, an event, a job) that must close the resources that it opens.
 *
 * <p>A scope is bound to the thread that opens it until it is closed. Resources that the thread opens meanwhile belong
 * to it. After the end of the scope they have a {@linkplain LeakGuardBuilder#scopeGrace grace} to be closed. A resource
 * that is still open after the grace is reported as {@link LeakCause#ESCAPED_SCOPE}. Scopes nest. Work that moves to
 * another thread takes the scope along through {@link #wrap(Runnable)} and similar methods, or through an executor of
 * {@link LeakGuard#propagate(java.util.concurrent.ExecutorService)}.
 *
 * <p>A resource that should outlive the scope is handed off: {@link #release(Object) released} to the parent scope,
 * {@link #adopt(Object) adopted} by another, or {@link #keep(Object, String) kept} with a reason. Thread-safe. Any
 * thread may call {@link #close()}, and no method throws.
 *
 * {@snippet :
 * try (LeakScope scope = guard.openScope("event-8841").attribute("tenant", "acme")) {
 *     handle(event); // whatever it opens must be closed by now
 * }
 * }
 */
public interface LeakScope extends AutoCloseable {

    /**
     * Returns the name.
     *
     * @return the name that it was opened with, or the last one that it was given
     */
    String name();

    /**
     * Gives this scope another name, for work that begins before it is known by name: a request before its route is found.
     * Reports from now on show the new name, also those of resources that were opened before.
     *
     * @param name the name, such as {@code GET /orders/{id}}
     * @return this scope
     */
    LeakScope rename(String name);

    /**
     * Adds an attribute, which reports show. At most 16 are kept.
     *
     * @param key the key
     * @param value the value
     * @return this scope
     */
    LeakScope attribute(String key, String value);

    /**
     * Hands a resource off to the parent scope: this scope need not close it any more. Without a parent it belongs to
     * no scope, and is reported only if it is collected.
     *
     * @param resource a {@link GuardedResource} or a {@link LeakTracker}
     * @return true if it is open and was handed off
     */
    boolean release(Object resource);

    /**
     * Takes a resource over into this scope, from any scope.
     *
     * @param resource a {@link GuardedResource} or a {@link LeakTracker}
     * @return true if it is open and now belongs to this scope
     */
    boolean adopt(Object resource);

    /**
     * Declares that a resource is meant to live long: it belongs to no scope from now on and is never overdue. It is
     * still reported if it is collected without being closed.
     *
     * @param resource a {@link GuardedResource} or a {@link LeakTracker}
     * @param reason the reason, which the list of open resources shows
     * @return true if it is open
     */
    boolean keep(Object resource, String reason);

    /**
     * Returns the number of open resources of this scope.
     *
     * @return the count, those of nested scopes not included
     */
    int openCount();

    /**
     * Binds this scope to the current thread until the registration is closed, which must happen on this thread.
     *
     * @return a registration that ends the binding and restores the earlier one
     */
    LeakListener.Registration bind();

    /**
     * Returns a task that runs in this scope, on any thread.
     *
     * @param task the task
     * @return the task, bound to this scope while it runs
     */
    Runnable wrap(Runnable task);

    /**
     * Returns a task that runs in this scope, on any thread.
     *
     * @param task the task
     * @param <V> the type of its result
     * @return the task, bound to this scope while it runs
     */
    <V> Callable<V> wrapCallable(Callable<V> task);

    /**
     * Returns a supplier that runs in this scope, on any thread.
     *
     * @param supplier the supplier
     * @param <V> the type of its result
     * @return the supplier, bound to this scope while it runs
     */
    <V> Supplier<V> wrapSupplier(Supplier<V> supplier);

    /**
     * Returns the usage of this scope, now or until it ended.
     *
     * @return the figures now
     */
    ScopeUsage usage();

    /** Ends the unit of work. Closing it again does nothing. */
    @Override
    void close();
}
