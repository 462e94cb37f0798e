package io.leakguard;

import org.jspecify.annotations.Nullable;

/**
 * The unit of work that uses a resource which was opened before it, as an adapter tells it to the guard: such as the request
 * that a buffer carries, which was read before anybody knew that it was one. Reports name that scope, its attributes and the
 * trace in which it was opened. The resource doesn't belong to the scope: it may stay open when the scope ends.
 *
 * <p>Implemented by the {@link java.util.function.Supplier} that is given to {@code track} as the description. A guard asks
 * on a background thread, for a report of a resource that belongs to no scope.
 */
@FunctionalInterface
public interface ResourceUse {

    /**
     * Returns the scope that used the resource, which may have ended since. An exception counts as "none".
     *
     * @return the scope; null if there is none, or if more than one used it and nobody knows which still does
     */
    @Nullable
    LeakScope usedIn();
}
