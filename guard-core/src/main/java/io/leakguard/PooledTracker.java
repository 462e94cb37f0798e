package io.leakguard;

import io.leakguard.adapter.ResourceProbe;

/**
 * The guard's record of an object that its pool hands out again and again: it is made once for the object, and made to
 * track it anew each time. Nobody has to tell when the object is given back, since the guard asks a {@link ResourceProbe}:
 * when the object was collected, and for lists and counts. So an object that is handed out a million times a second costs a
 * few nanoseconds each time, and no handle around it is needed.
 *
 * <p>What is found so is exact: an object that is collected while its probe says that it is open is a leak, reported once.
 * A report has its time, thread and trace, but no creation stack, unless it comes from {@link RecentResources}: see {@link
 * LeakGuard#trackPooled}.
 *
 * <p>{@link #close()} says that the object was given back, or that from now on something else tracks it. {@link
 * #handedOut}, {@link #close()} and {@link #isOf} are for whoever has the object out of its pool; all else may be called
 * from any thread. No method throws.
 */
public interface PooledTracker extends LeakTracker {

    /**
     * Tracks the object again, that the pool has just handed out. That it was given back before goes without saying.
     *
     * @param handle the object
     * @return true if it is tracked; false if this time it has to be {@linkplain LeakGuard#track(Object, ResourceKind,
     *     Object, LeakTracker, AutoCloseable) tracked} by a tracker that is told of its end, for the reasons of {@link
     *     LeakGuard#trackPooled}
     */
    boolean handedOut(Object handle);

    /**
     * Tracks the object again, that was opened a moment ago. For {@link RecentResources.Owner#keep}, on whatever thread.
     *
     * @param handle the object
     * @param opening how it was opened
     * @return true if it is tracked; false if that opening has ended, since this knows of a later one
     */
    boolean handedOut(Object handle, RecentResources.Opening opening);

    /**
     * Tells whether this is the record of an object.
     *
     * @param handle the object
     * @return true if it is
     */
    boolean isOf(Object handle);

    /**
     * Tells whether the object is no more, so that this record is of no use.
     *
     * @return true once it was collected, or the guard was closed
     */
    boolean isGone();
}
