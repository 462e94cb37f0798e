package io.leakguard;

import io.leakguard.adapter.GuardedResource;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * A unit of work (a request, an event, a job) that must close what it opens.
 *
 * <p>A scope is bound to the thread that opens it until it is closed: what the thread opens meanwhile belongs to it, and
 * what is still open when it ends is reported as {@link LeakCause#ESCAPED_SCOPE}, after the {@linkplain
 * LeakGuardBuilder#scopeGrace grace} that it is given to be closed. Scopes nest. Work that moves to another thread takes
 * the scope along through {@link #wrap(Runnable)} and its kin, or through an executor of {@link
 * LeakGuard#propagate(java.util.concurrent.ExecutorService)}.
 *
 * <p>What is meant to outlive the scope is handed off: {@link #release(Object) released} to the parent scope, {@link
 * #adopt(Object) adopted} by another, or {@link #keep(Object, String) kept} with a reason. Thread-safe; {@link #close()}
 * may be called on any thread, and nothing here throws.
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
     * @return the name that it was opened with
     */
    String name();

    /**
     * Adds an attribute, which reports show. At most 16 are kept.
     *
     * @param key the key
     * @param value the value
     * @return this scope
     */
    LeakScope attribute(String key, String value);

    /**
     * Hands a resource off to the parent scope: it is no longer this scope's to close. Without a parent it belongs to no
     * scope, and is reported only if it is collected.
     *
     * @param resource a {@link GuardedResource} or a {@link LeakTracker}
     * @return true if it is open and was handed off
     */
    boolean release(Object resource);

    /**
     * Takes a resource over into this scope, from whatever scope it belongs to.
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
     * @param reason why, which the list of open resources shows
     * @return true if it is open
     */
    boolean keep(Object resource, String reason);

    /**
     * Returns how many resources of this scope are open.
     *
     * @return the count, those of nested scopes not included
     */
    int openCount();

    /**
     * Binds this scope to the current thread until the registration is closed, which must happen on this thread.
     *
     * @return ends the binding and restores what was bound before
     */
    LeakListener.Registration bind();

    /**
     * Returns a task that runs in this scope, on whatever thread.
     *
     * @param task the task
     * @return the task, bound to this scope while it runs
     */
    Runnable wrap(Runnable task);

    /**
     * Returns a task that runs in this scope, on whatever thread.
     *
     * @param task the task
     * @param <V> the type of its result
     * @return the task, bound to this scope while it runs
     */
    <V> Callable<V> wrapCallable(Callable<V> task);

    /**
     * Returns a supplier that runs in this scope, on whatever thread.
     *
     * @param supplier the supplier
     * @param <V> the type of its result
     * @return the supplier, bound to this scope while it runs
     */
    <V> Supplier<V> wrapSupplier(Supplier<V> supplier);

    /**
     * Returns what this scope uses, or used until it ended.
     *
     * @return the figures now
     */
    ScopeUsage usage();

    /** Ends the unit of work. Closing it again does nothing. */
    @Override
    void close();
}
