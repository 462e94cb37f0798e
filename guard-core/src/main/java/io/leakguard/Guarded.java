package io.leakguard;

import io.leakguard.adapter.GuardedResource;

/**
 * Holds a resource that has no wrapper of its own: a selectable channel, a {@link java.nio.channels.Selector}, a
 * {@link java.io.RandomAccessFile}, a {@link Process}, any {@link AutoCloseable}. Closing the holder closes the
 * resource.
 *
 * <p>A held resource is a leak if it is open and neither its holder nor the resource itself can be reached. The
 * resource may be used and closed without its holder. If the guard can't tell whether a resource is open (see
 * {@link Ending}), a resource that {@link #get} has handed out is never reported as collected. Thread-safe if the
 * resource's own end is.
 *
 * {@snippet :
 * try (Guarded<Selector, IOException> selector = guard.hold(Selector.open(), ResourceKind.SELECTOR, "acceptor")) {
 *     selector.get().select();
 * }
 * }
 *
 * @param <T> the type of the resource
 * @param <E> the exception of its end: {@code IOException} for a {@link java.io.Closeable}; {@code RuntimeException}
 *     for none
 */
public interface Guarded<T, E extends Exception> extends AutoCloseable, GuardedResource {

    /**
     * Returns the resource.
     *
     * @return the resource itself, never a wrapper
     */
    T get();

    /**
     * Closes the resource, and the tracking with it. The effect of a second call depends on the resource.
     *
     * @throws E if the resource's end fails
     */
    @Override
    void close() throws E;
}
