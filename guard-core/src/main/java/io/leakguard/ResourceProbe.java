package io.leakguard;

import java.time.Duration;

/**
 * What is behind a handle, as an adapter shows it to the guard: whether it is still open, and how to close it when
 * nobody else can.
 *
 * <p>A guard asks it on a background thread, after the handle was collected or before an open resource is reported: a
 * delegate that was closed behind its handle's back is no leak. It must not reference the handle. For channels, sockets, server sockets, random access files,
 * processes and executors the guard knows by itself how to ask; for any other {@link AutoCloseable} it can't.
 */
public interface ResourceProbe extends AutoCloseable {

    /**
     * Tells whether the resource is open. An exception counts as "open". Also asked before a resource that is still open is
     * reported since its scope has ended or it is overdue; a probe that finds that the resource is meant to live long may
     * {@linkplain LeakGuard#keep declare} it so then, and nothing is reported.
     *
     * @return false only if it is certain that it is closed
     * @throws Exception if it can't be told
     */
    boolean isOpen() throws Exception;

    /**
     * Returns how long the report of a collected handle waits while something that it was opened under is still open:
     * closing that, or {@link LeakTracker#endChildren ending} this child, within the time ends it silently. For resources
     * that programs rightly leave to their parent's close. {@link LeakGuard#flush} doesn't wait for it.
     *
     * @return the time, zero by default
     */
    default Duration parentGrace() {
        return Duration.ZERO;
    }
}
