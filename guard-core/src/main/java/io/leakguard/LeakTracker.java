package io.leakguard;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The guard's record of one open resource, held by the resource's handle.
 *
 * <p>Whoever makes a handle keeps the tracker in it and calls {@link #close()} when the handle is closed. A tracker never
 * references its handle. No method throws, and all may be called from any thread, also after the guard was closed.
 *
 * {@snippet :
 * final class Lease implements AutoCloseable {
 *     private static final ResourceKind LEASE = ResourceKind.of("acme.lease");
 *     private final LeakTracker tracker;
 *
 *     Lease(LeakGuard guard, String name) {
 *         tracker = guard.track(this, LEASE, name);
 *     }
 *
 *     @Override
 *     public void close() {
 *         tracker.close(); // first, so that a leak is never reported once close() has begun
 *         try {
 *             release();
 *         } finally {
 *             Reference.reachabilityFence(this); // the handle lives until it is closed
 *         }
 *     }
 * }
 * }
 */
public interface LeakTracker {

    /**
     * Ends the tracking: the resource was closed properly. What is open under it ({@linkplain
     * LeakGuard#track(Object, ResourceKind, Object, LeakTracker, AutoCloseable) tracked with this as its parent}) ends
     * with it.
     *
     * @return true the first time, if the resource was still tracked; false from then on
     */
    boolean close();

    /**
     * Tells whether the resource is tracked and was neither closed nor collected.
     *
     * @return true while it is open
     */
    boolean isOpen();

    /**
     * Records that the resource was used here and now, which a later report shows: the first touch and the last ones are
     * kept, with time and thread, and with a stack while the capture budget lasts.
     */
    default void touch() {
        touch(null);
    }

    /**
     * Records that the resource was used here and now, with a hint.
     *
     * @param hint says what the use was. A string, number, enum or {@code java.time} value is kept as it is; any other
     *     object is referenced weakly, so that a hint never keeps a request or a resource alive, and is turned into a
     *     string only for a report
     */
    void touch(@Nullable Object hint);

    /**
     * Returns the kind that the resource was tracked as.
     *
     * @return the kind
     */
    ResourceKind kind();

    /**
     * Returns how long ago the resource was opened.
     *
     * @return the age; zero for a resource that isn't tracked
     */
    Duration age();
}
