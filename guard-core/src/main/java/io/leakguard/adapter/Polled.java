package io.leakguard.adapter;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import org.jspecify.annotations.Nullable;

/**
 * Tracks objects that are opened and closed very often, and whose owner can be asked whether one is open, such as the
 * buffers of a pool. No call tells the guard when an object is closed, and nearly all objects need no record.
 *
 * <p>The guard holds the last 32 to 64 objects that a thread has opened, for about a second at most. Then it asks the
 * {@link Poller}. Closed objects are only counted. An open object gets a record, and the guard no longer holds it: if
 * it is collected while its {@linkplain Poller#probe probe} says that it is open, it leaked. Its report has time,
 * thread and trace and, while the capture budget lasts, the creation stack. Counts are exact.
 *
 * <p>A pool may hand out the same object again. The earlier opening then counts as closed.
 *
 * <p>Thread-safe. No method throws. This doesn't keep the guard from {@linkplain LeakGuard ending by itself}: hold the guard
 * as long as objects are opened.
 *
 * {@snippet :
 * Polled<Frame> frames = guard.polled(FRAME, new Poller<Frame>() {
 *     @Override
 *     public boolean isOpen(Frame frame) {
 *         return frame.references.get() > 0;
 *     }
 *
 *     @Override
 *     public ResourceProbe probe(Frame frame) {
 *         AtomicInteger references = frame.references; // the probe must not reference the frame
 *         return () -> references.get() > 0;
 *     }
 * });
 * if (!frames.opened(frame)) {
 *     frames.trackedElsewhere(frame);
 *     frame.tracker = guard.track(frame, FRAME);
 * }
 * }
 *
 * @param <T> the objects
 * @see LeakGuard#polled
 */
public interface Polled<T> extends AutoCloseable {

    /**
     * Tracks an object that the calling thread has just opened.
     *
     * <p>A polled object has no touches, hold time or scope. So this returns false, and tracks nothing, when one is needed:
     *
     * <ul>
     * <li>for the first 250 objects of a kind in each second, except at a peak of more than 50,000 openings a second;
     *   <li>while a scope is open on this thread, or there is a default scope;
     *   <li>while the kind is {@linkplain io.leakguard.LeakGuardBuilder#escalation escalated} after a leak;
     *   <li>if every stack is captured, if the kind has a {@linkplain
     *       io.leakguard.LeakGuardBuilder#overdueAfter(io.leakguard.ResourceKind, java.time.Duration) limit of time}, if there
     *       are {@linkplain io.leakguard.LeakGuardBuilder#context context providers}, or while {@linkplain
     *       LeakGuard#holdDurations() hold durations} are read;
     *   <li>if the guard is disabled or closed, or this was closed.
     * </ul>
     *
     * <p>During a peak, changes of these take effect within 10 ms.
     *
     * @param object the object
     * @return true if it is tracked; false if it needs a tracker that is closed explicitly: see {@link LeakGuard#track(Object,
     *     io.leakguard.ResourceKind, Object, LeakTracker, AutoCloseable)}. Then call {@link #trackedElsewhere}, unless the
     *     object is new
     */
    boolean opened(T object);

    /**
     * Fast path of {@link #opened} during a peak. Returns false if the slow checks must run; then call {@code opened}.
     * Adapters with slow checks of their own can skip them too.
     *
     * @param object the object
     * @return true if it is tracked
     */
    boolean openedAtPeak(T object);

    /**
     * Another tracker takes over this object, or none does. Its earlier openings count as closed.
     *
     * @param object the object
     */
    void trackedElsewhere(T object);

    /**
     * Returns the record of an object, for {@link ResourceProbe#parts()}. Objects that were opened a moment ago have theirs
     * after a call of {@link #settle()}.
     *
     * @param object any object
     * @return its record, which may be of an opening that has ended; null if it has none
     */
    @Nullable
    LeakTracker find(Object object);

    /**
     * Asks the poller about all objects that were opened a moment ago. Open ones get a record, the others count as
     * closed.
     */
    void settle();

    /**
     * Ends this: nothing more is tracked. Open objects stay tracked until they are closed or collected. Closing again
     * does nothing. The guard's close closes this.
     */
    @Override
    void close();
}
