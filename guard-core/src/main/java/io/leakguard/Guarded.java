package io.leakguard;

/**
 * Holds a resource that has no wrapper of its own: a selectable channel, a {@link java.nio.channels.Selector}, a {@link
 * java.io.RandomAccessFile}, any {@link AutoCloseable}. The holder is the handle: close it, and the resource is closed.
 *
 * <p>Keep the holder as long as the resource is used: a holder that is collected while its resource is open is a leak,
 * since nobody can close the holder any more. A resource that was closed directly is no leak where the guard can tell
 * (see {@link ResourceProbe}). Thread-safe if the resource's own {@code close} is.
 *
 * {@snippet :
 * try (Guarded<Selector> selector = guard.hold(Selector.open(), ResourceKind.SELECTOR, "acceptor")) {
 *     selector.get().select();
 * }
 * }
 *
 * @param <T> the type of the resource
 */
public interface Guarded<T extends AutoCloseable> extends AutoCloseable, GuardedResource {

    /**
     * Returns the resource.
     *
     * @return the resource itself, never a wrapper
     */
    T get();

    /**
     * Closes the resource, and the tracking with it. What a second call does is up to the resource.
     *
     * @throws Exception what the resource's {@code close} throws
     */
    @Override
    void close() throws Exception;
}
