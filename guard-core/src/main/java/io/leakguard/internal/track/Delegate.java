package io.leakguard.internal.track;

import org.jspecify.annotations.Nullable;

/** What a tracker knows of a resource that may end in ways which the guard doesn't see. */
public abstract class Delegate implements AutoCloseable {

    /** The resource; null if it is gone. */
    abstract @Nullable Object resource();

    /** Whether it is open; null if that can't be told. */
    abstract @Nullable Boolean open();

    /** Whether it may have been ended: its collection is no proof of a leak then. */
    abstract boolean endIsUnknown();

    /** The resource itself, where a tracker's delegate stands for one. */
    public static @Nullable Object behind(@Nullable Object delegate) {
        return delegate instanceof Delegate d ? d.resource() : delegate;
    }
}
