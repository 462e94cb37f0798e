package io.leakguard;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
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
     * Ends the tracking as {@link #close()} does, and reports the resource as {@link LeakCause#OVERDUE}: something else
     * than its owner has ended it, such as the shutdown of what it ran on. Nothing is reported if that was done before.
     *
     * @param why what ended it, in words for the report
     * @return true the first time, if the resource was still tracked; false from then on
     */
    boolean closeLate(String why);

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
     * Ends the tracking of what is open under this resource, at any depth, where the test holds; this one stays open. For
     * adapters of resources whose children end by other events than their own close or their parent's, such as a
     * statement's result set at its next execution.
     *
     * @param which is given the delegate that the child was tracked with, on the calling thread; must not throw
     */
    void endChildren(Predicate<? super @Nullable AutoCloseable> which);

    /**
     * Returns the line that opened the resource, which is where the guard would blame a leak. Not for the hot path: it
     * materialises the creation stack.
     *
     * @return a line of text; empty if the stack wasn't captured or the resource is not tracked any more
     */
    String siteText();

    /**
     * Returns the creation stack without the guard's own frames. Not for the hot path: it materialises the stack.
     *
     * @return the frames, innermost first; empty if the stack wasn't captured or the resource is not tracked any more
     */
    List<StackTraceElement> stack();

    /**
     * Returns the path on which the resource was opened: what tells two callers of one helper apart. Not for the hot path: it
     * materialises the creation stack.
     *
     * @return the path; {@link LeakPath#UNKNOWN} if the stack wasn't captured or the resource is not tracked any more
     */
    LeakPath path();

    /**
     * Returns the names of the scopes that the resource belongs to.
     *
     * @return outermost first; empty if there is none or the resource is not tracked any more
     */
    List<String> scopes();

    /**
     * Returns the kind that the resource was tracked as.
     *
     * @return the kind
     */
    ResourceKind kind();

    /**
     * Returns how long ago the resource was opened. Up to about 10 ms too long for one that was opened while more than 50,000
     * a second were.
     *
     * @return the age; zero for a resource that isn't tracked
     */
    Duration age();
}
