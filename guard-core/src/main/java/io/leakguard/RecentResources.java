package io.leakguard;

import io.leakguard.adapter.ResourceProbe;

/**
 * What was opened a moment ago, of resources whose owner can tell whether one is open: for adapters of what is opened and
 * closed very often. Nearly all of it is closed a moment later, and of that nothing is kept but the count: no record is made,
 * no handle, and nobody has to tell the end.
 *
 * <p>The last few dozen that each thread has opened are held here, as they are. Of one that is still open when as many others
 * have been opened after it, or within about a second, a record is made by its {@linkplain Owner owner}, and the object is
 * held no more: from then on it can be collected, and is reported if that happens while it is open. So what leaks is found as
 * all else is, with its time, thread and trace and, as far as the capture budget goes, its creation stack.
 *
 * <p>Thread-safe. No method throws.
 *
 * @see LeakGuard#trackRecent
 */
public interface RecentResources extends AutoCloseable {

    /** What one thread opens. It is for that thread alone. */
    interface OfThread {

        /**
         * Tracks an object that was just opened.
         *
         * @param handle what is collected if it leaks
         * @return true if it is tracked; false if this time it has to be {@linkplain LeakGuard#track(Object, ResourceKind,
         *     Object, LeakTracker, AutoCloseable) tracked} by a tracker that is told of its end, for the reasons of {@link
         *     LeakGuard#trackPooled}
         */
        boolean opened(Object handle);

        /**
         * As {@link #opened}, for a caller who asks some things of its own before, and need not ask them again at once: while
         * very many resources are opened.
         *
         * @param handle what is collected if it leaks
         * @return true if it is tracked; false unless {@code opened} returned true within the last 10 ms and more than 50,000
         *     resources a second are opened: then all is to be asked
         */
        boolean openedAtPeak(Object handle);

        /** The thread opens no more: looks at what it has opened, and forgets it. Called on any thread. */
        void end();
    }

    /**
     * Who knows the resources. Called on the threads that open and on any that asks the guard for something, on several at
     * once, and of an object that its pool has given to another thread also of the same object: {@link #keep} must not make
     * two records of it then.
     */
    interface Owner {

        /**
         * Tells whether a resource is open.
         *
         * @param handle the object
         * @return true if it is; or if the same object was closed and is open again
         */
        boolean isOpen(Object handle);

        /**
         * Makes a record of one that is still open, by {@link LeakGuard#trackPooled(Object, ResourceKind, Object,
         * ResourceProbe, Opening)}, or by {@link PooledTracker#handedOut(Object, Opening)} if the object has one.
         *
         * @param handle the object; from now on it must not be held
         * @param opening how it was opened
         * @return false if that opening has ended
         */
        boolean keep(Object handle, Opening opening);
    }

    /** When and where a resource was opened: for who makes its record later. */
    interface Opening {}

    /**
     * Returns the calling thread's part. The caller keeps it, by thread, until {@code ended} is called.
     *
     * @param ended called once it is of no use any more, on any thread
     * @return what this thread opens
     */
    OfThread ofThisThread(Runnable ended);

    /**
     * Says that something else tracks an object from now on, such as a handle around it. What is known here of the times that
     * it was opened before has ended.
     *
     * @param handle the object
     */
    void otherwise(Object handle);

    /** Looks at all that is held here: what is still open gets a record, the rest is counted as closed. */
    void settle();

    /** As {@link #settle}, for the last time. What is opened from now on is not counted. */
    @Override
    void close();
}
