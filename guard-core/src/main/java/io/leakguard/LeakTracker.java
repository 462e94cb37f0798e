package io.leakguard;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The guard's record of one open resource, held by the resource's handle.
 *
 * <p>The author of a handle keeps the tracker in it and calls {@link #close()} when the handle is closed. A tracker
 * never references its handle. No method throws. Any thread may call them, even after the guard was closed.
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
     * Ends the tracking: the resource was closed properly. Resources that are open under it ({@linkplain
     * LeakGuard#track(Object, ResourceKind, Object, LeakTracker, AutoCloseable) tracked with this as their parent}) end
     * with it.
     *
     * @return true the first time, if the resource was still tracked; false from then on
     */
    boolean close();

    /**
     * Ends the tracking as {@link #close()} does, and reports the resource as {@link LeakCause#OVERDUE}: its owner has
     * not ended it, but another event, such as the shutdown of the event loop that it ran on. Nothing is reported if it
     * was overdue before.
     *
     * @param why the event that ended it, in words for the report
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
     * Records that the resource was used here and now. A later report shows the first touch and the last ones, with
     * time and thread, and with a stack while the capture budget lasts.
     */
    default void touch() {
        touch(null);
    }

    /**
     * Records that the resource was used here and now, with a hint.
     *
     * @param hint describes the use. A string, number, enum or {@code java.time} value is kept as it is; any other
     *     object is referenced weakly, so that a hint never keeps a request or a resource alive, and is turned into a
     *     string only for a report
     */
    void touch(@Nullable Object hint);

    /**
     * Ends the tracking of the resources that are open under this one, at any depth, if the test accepts them. This one
     * stays open. For adapters of resources whose children end by other events than their own close or their parent's,
     * such as a statement's result set at its next execution.
     *
     * @param which gets the delegate that the child was tracked with, on the calling thread; must not throw
     */
    void endChildren(Predicate<? super @Nullable AutoCloseable> which);

    /**
     * Returns the line that opened the resource: the guard would blame it for a leak. Not for the hot path: it
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
     * Returns the path on which the resource was opened, which distinguishes two callers of one helper. Not for the hot
     * path: it materialises the creation stack.
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
     * Returns the time since the resource was opened. It is up to about 10 ms too long if more than 50,000 resources a
     * second were opened at that time.
     *
     * @return the age; zero for a resource that isn't tracked
     */
    Duration age();
}
