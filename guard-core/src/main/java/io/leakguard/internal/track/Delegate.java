package io.leakguard.internal.track;

import org.jspecify.annotations.Nullable;

/** A resource as its tracker knows it. The resource may end in ways that the guard doesn't see. */
public abstract class Delegate implements AutoCloseable {

    /** The resource; null if it is gone. */
    abstract @Nullable Object resource();

    /** Whether it is open; null if unknown. */
    abstract @Nullable Boolean open();

    /** Whether it may have ended unseen. Its collection is then no proof of a leak. */
    abstract boolean endIsUnknown();

    /** The resource itself, if the tracker's delegate stands for one. */
    public static @Nullable Object behind(@Nullable Object delegate) {
        return delegate instanceof Delegate d ? d.resource() : delegate;
    }
}
