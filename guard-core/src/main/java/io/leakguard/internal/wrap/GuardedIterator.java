package io.leakguard.internal.wrap;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** An iterator that keeps the handle of its source reachable. */
final class GuardedIterator<T extends @Nullable Object> extends ForwardingIterator<T> {

    final Object owner;

    GuardedIterator(Iterator<T> delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }
}
