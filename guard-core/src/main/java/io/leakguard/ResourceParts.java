package io.leakguard;

import java.util.List;

/**
 * What a resource has taken over, as an adapter tells it to the guard: resources that were opened before it, so that they
 * couldn't be {@linkplain LeakGuard#track(Object, ResourceKind, Object, LeakTracker, AutoCloseable) tracked} with it as
 * their parent, and that it closes when it is closed, such as the buffers of a composite one. If it leaks, they are listed
 * in its report and not reported by themselves. Unlike children they stay open when it is closed: somebody else may hold
 * them too.
 *
 * <p>Implemented by what is given to {@code track}, by the delegate or by a {@link java.util.function.Supplier} as the
 * description. A guard asks on a background thread: when the handle was collected, and for a report while it is open. It
 * must not reference the handle. It should hold the parts' handles until then: otherwise they are collected together with
 * it, and one that the guard looks at first is reported by itself.
 */
@FunctionalInterface
public interface ResourceParts {

    /**
     * Returns the trackers of what the resource holds now. An exception counts as "nothing".
     *
     * @return the trackers, without those of resources that end with others in the list
     */
    List<LeakTracker> parts();
}
