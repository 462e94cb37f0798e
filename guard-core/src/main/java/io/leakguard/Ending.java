package io.leakguard;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How a resource ends, where that is not its {@code close()}: what the holder's close calls, and whether it is open still.
 * For {@link LeakGuard#hold(Object, Ending)}.
 *
 * <p>Both are given the resource, so they must not capture it: a guard that references a resource can't tell that nobody
 * else does. {@link #isOpen} runs on a background thread.
 *
 * {@snippet :
 * Guarded<Index, IOException> index = guard.hold(openIndex(), Index::decRef);
 * Guarded<Index, IOException> asked = guard.hold(openIndex(), Ending.of(Index::decRef, i -> i.references() > 0));
 * }
 *
 * @param <T> the type of the resource
 * @param <E> what its end throws; {@code RuntimeException} if that is nothing that must be declared
 */
@FunctionalInterface
public interface Ending<T, E extends Exception> {

    /**
     * Ends the resource: the holder's {@code close} does this, and the guard if it reclaims.
     *
     * @param resource the resource
     * @throws E what it throws
     */
    void end(T resource) throws E;

    /**
     * Tells whether the resource is open. Whatever it throws counts as "not known".
     *
     * @param resource the resource
     * @return whether it is open; empty, as by default, if that isn't known: the guard then asks by {@code isOpen()}, {@code
     *     isClosed()} and the like, where the resource has these
     */
    default Optional<Boolean> isOpen(T resource) {
        return Optional.empty();
    }

    /**
     * Returns an ending that can tell whether the resource is open.
     *
     * @param end ends it
     * @param isOpen tells whether it is open
     * @param <T> the type of the resource
     * @param <E> what its end throws
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
