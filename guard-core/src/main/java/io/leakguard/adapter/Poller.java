package io.leakguard.adapter;

import io.leakguard.LeakGuard;

/**
 * Tells a guard which objects are open. For adapters whose objects make no call when they are closed, but can be asked,
 * as a reference count can.
 *
 * <p>Called on the threads that open objects, on the guard's own, and on those that read counts, also on several at
 * once. So it must be thread-safe and fast. Its exceptions never reach the application.
 *
 * @param <T> the objects
 * @see LeakGuard#polled
 */
public interface Poller<T> {

    /**
     * Tells whether an object is open.
     *
     * @param object the object
     * @return true if it is open; also if it was closed and opened again
     * @throws Exception if it is unknown, which counts as "closed"
     */
    boolean isOpen(T object) throws Exception;

    /**
     * Makes a probe that can be asked once the object is gone. The guard calls this for an object that is still open about a
     * second after it was opened, or earlier if the thread has opened some dozens more. For an object that is opened again,
     * it may be called again: the new probe replaces the earlier one.
     *
     * @param object the object
     * @return tells whether the object is open, and describes it. It must not reference the object. The guard never closes it
     * @throws Exception if there is none, which counts as "closed"
     */
    ResourceProbe probe(T object) throws Exception;
}
