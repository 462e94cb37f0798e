package io.leakguard;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The end of a resource that doesn't end by {@code close()}: the call of the holder's close, and the question whether
 * the resource is still open. For {@link LeakGuard#hold(Object, Ending)}.
 *
 * <p>The guard passes the resource to both, and they must not capture it: a guard that references a resource can't
 * notice that nobody else does. {@link #isOpen} runs on a background thread.
 *
 * {@snippet :
 * Guarded<Index, IOException> index = guard.hold(openIndex(), Index::decRef);
 * Guarded<Index, IOException> asked = guard.hold(openIndex(), Ending.of(Index::decRef, i -> i.references() > 0));
 * }
 *
 * @param <T> the type of the resource
 * @param <E> the exception of its end; {@code RuntimeException} if no exception must be declared
 */
@FunctionalInterface
public interface Ending<T, E extends Exception> {

    /**
     * Ends the resource. The holder's {@code close} calls this, and so does the guard if it reclaims.
     *
     * @param resource the resource
     * @throws E if the end fails
     */
    void end(T resource) throws E;

    /**
     * Tells whether the resource is open. An exception counts as "unknown".
     *
     * @param resource the resource
     * @return whether it is open; empty, as by default, if that is unknown: the guard then asks by {@code isOpen()},
     *     {@code isClosed()} and similar methods, if the resource has them
     */
    default Optional<Boolean> isOpen(T resource) {
        return Optional.empty();
    }

    /**
     * Returns an ending that can tell whether the resource is open.
     *
     * @param end ends the resource
     * @param isOpen tells whether it is open
     * @param <T> the type of the resource
     * @param <E> the exception of its end
     * @return both as one
     */
    static <T, E extends Exception> Ending<T, E> of(Ending<? super T, E> end, Predicate<? super T> isOpen) {
        Objects.requireNonNull(end, "end");
        Objects.requireNonNull(isOpen, "isOpen");
        return new Ending<>() {
            @Override
            public void end(T resource) throws E {
                end.end(resource);
            }

            @Override
            public Optional<Boolean> isOpen(T resource) {
                return Optional.of(isOpen.test(resource));
            }
        };
    }
}
