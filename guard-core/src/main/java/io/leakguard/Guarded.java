package io.leakguard;

import io.leakguard.adapter.GuardedResource;

/**
 * Holds a resource that has no wrapper of its own: a selectable channel, a {@link java.nio.channels.Selector}, a {@link
 * java.io.RandomAccessFile}, a {@link Process}, any {@link AutoCloseable}. Close the holder, and the resource is closed.
 *
 * <p>A held resource is a leak once neither its holder nor the resource itself can be reached, and it is open. The resource
 * may be used and closed without its holder. Where the guard can't tell whether a resource is open (see {@link Ending}),
 * one that {@link #get} has handed out is never reported as collected. Thread-safe if the resource's own end is.
 *
 * {@snippet :
 * try (Guarded<Selector, IOException> selector = guard.hold(Selector.open(), ResourceKind.SELECTOR, "acceptor")) {
 *     selector.get().select();
 * }
 * }
 *
 * @param <T> the type of the resource
 * @param <E> what its end throws: {@code IOException} for a {@link java.io.Closeable}; {@code RuntimeException} for nothing
 */
public interface Guarded<T, E extends Exception> extends AutoCloseable, GuardedResource {

    /**
     * Returns the resource.
     *
     * @return the resource itself, never a wrapper
     */
    T get();

    /**
     * Closes the resource, and the tracking with it. What a second call does is up to the resource.
     *
     * @throws E what the resource's end throws
     */
    @Override
    void close() throws E;
}
