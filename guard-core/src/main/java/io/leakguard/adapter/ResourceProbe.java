package io.leakguard.adapter;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers the guard's questions about a resource that only the adapter can answer. It must never reference the handle.
 * Otherwise the handle could not be collected.
 *
 * <p>A probe is given to {@link LeakGuard#track(Object, io.leakguard.ResourceKind, Object, LeakTracker, AutoCloseable)
 * track} as the delegate, as the description, or as both. As the delegate it answers {@link #isOpen} and
 * {@link #parentGrace}, and is {@linkplain #close closed} if the guard reclaims. As the description it answers
 * {@link #describe} and {@link #usedIn}. In either place it answers {@link #ends}, {@link #parts} and
 * {@link #lastHolder}; the delegate is asked first. The probe of a {@linkplain Polled polled} object answers all
 * questions, and is never closed.
 *
 * <p>The guard asks on its own threads: after the handle was collected, and for reports and lists of open resources.
 * Threads that read counts also ask the probe of a polled object, so it must answer fast. Exceptions of a probe never
 * reach the application.
 *
 * <p>For channels, sockets, server sockets, random access files, processes and executors the guard needs no probe.
 */
public interface ResourceProbe extends AutoCloseable {

    /**
     * The addresses of a connection. A resource that has them counts as one file descriptor.
     *
     * @param local the address at this side; null if it isn't bound or is unknown
     * @param remote the address at the peer's side; null if it isn't connected, as a listener, or is unknown
     */
    record Ends(@Nullable SocketAddress local, @Nullable SocketAddress remote) {}

    /**
     * Tells whether the resource is open. A delegate that was closed directly is no leak.
     *
     * <p>The guard also asks before it reports an open resource, whose scope has ended or which is overdue. If the
     * resource is meant to live long, the probe may then {@linkplain LeakGuard#keep declare} that, and nothing is
     * reported.
     *
     * @return false only if the resource is certainly closed
     * @throws Exception if it is unknown, which counts as "open"; for a polled object it counts as "closed"
     */
    boolean isOpen() throws Exception;

    /**
     * Returns the time for which the report of a collected handle waits while its parent is still open. If the parent
     * is closed, or {@linkplain LeakTracker#endChildren ends} this child, within that time, there is no report. For
     * resources that programs rightly leave to their parent's close. {@link LeakGuard#flush} doesn't wait for it.
     *
     * @return the time; zero by default
     */
    default Duration parentGrace() {
        return Duration.ZERO;
    }

    /**
     * Returns the addresses of a connection. With them the watch names the line that opened a socket in the kernel's
     * table. Must not ask a name server.
     *
     * @return the addresses; null, as by default, if the resource is no connection. An exception counts as null
     */
    default @Nullable Ends ends() {
        return null;
    }

    /**
     * Returns the trackers of the parts that the resource has taken over: resources that were opened before it, so that
     * it couldn't be their parent, and that it closes when it is closed, such as the buffers of a composite one. If the
     * resource leaks, its report lists its parts, and they have no reports of their own. Unlike children, parts stay
     * open when the resource is closed, since other code may hold them too.
     *
     * <p>The probe should hold the handles of the parts until the guard has asked. Otherwise they are collected
     * together with the resource, and the one that the guard handles first gets a report of its own.
     *
     * @return the present parts, without the trackers of resources that end with others in the list; empty by default.
     *     An exception counts as empty
     */
    default List<LeakTracker> parts() {
        return List.of();
    }

    /**
     * Returns the unit of work that uses a resource which was opened before it, such as the request that a buffer
     * carries. Reports name this scope, its attributes and its trace, unless the resource belongs to a scope. The
     * resource may stay open when this scope ends.
     *
     * @return the scope, which may have ended; null, as by default, if there is none, or if one of several uses the
     *     resource and it is unknown which. An exception counts as null
     */
    default @Nullable LeakScope usedIn() {
        return null;
    }

    /**
     * Returns the last holder of the resource. It distinguishes two leaks with the same creation stack: one line
     * allocates all buffers that Netty reads sockets into, and the handlers that forget them differ.
     *
     * @return a name that is the same for all resources that one piece of code holds, such as a handler's class,
     *     without a number of the connection; empty, as by default, if unknown. An exception counts as empty
     */
    default String lastHolder() {
        return "";
    }

    /**
     * Returns the description of the resource for reports.
     *
     * @return a text; null, as by default, for none. After an exception the text says so
     */
    default @Nullable String describe() {
        return null;
    }

    /**
     * Closes the resource behind a collected handle, if the guard {@linkplain
     * io.leakguard.LeakGuardBuilder#reclaim(boolean) reclaims}.
     *
     * @throws Exception if it can't be closed; the report says so. By default an {@link UnsupportedOperationException}
     */
    @Override
    default void close() throws Exception {
        throw new UnsupportedOperationException("this probe can't close its resource");
    }
}
