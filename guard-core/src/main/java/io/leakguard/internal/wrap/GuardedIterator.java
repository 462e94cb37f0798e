package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An iterator that keeps the handle of what it reads reachable. */
final class GuardedIterator<T extends @Nullable Object> implements Iterator<T> {

    private final Iterator<T> delegate;
    final Object owner;

    GuardedIterator(Iterator<T> delegate, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
    }

    @Override
    public boolean hasNext() {
        try {
            return delegate.hasNext();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public T next() {
        try {
            return delegate.next();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void remove() {
        try {
            delegate.remove();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super T> action) {
        try {
            delegate.forEachRemaining(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
