package io.leakguard;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a connection, as an adapter tells them to the guard: so that the watch can say which line opened a socket
 * that it sees in the kernel's table. Implemented by what is given to {@link LeakGuard#track(Object, ResourceKind, Object,
 * LeakTracker, AutoCloseable) track}, by the delegate or by a {@link java.util.function.Supplier} as the description.
 *
 * <p>A guard asks on a background thread. It must not reference the handle, and not ask a name server. For the JDK's own
 * sockets and channels the guard knows by itself. A resource that has this counts as one file descriptor.
 */
public interface SocketEnds {

    /**
     * Returns the address at this side.
     *
     * @return the address, null if it isn't bound or is unknown
     */
    @Nullable
    SocketAddress localAddress();

    /**
     * Returns the address at the peer's side.
     *
     * @return the address, null if it isn't connected, as what listens, or is unknown
     */
    @Nullable
    SocketAddress remoteAddress();
}
