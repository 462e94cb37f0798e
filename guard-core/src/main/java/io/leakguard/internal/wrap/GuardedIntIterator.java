package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.PrimitiveIterator;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** An iterator that keeps the handle of what it reads reachable. */
final class GuardedIntIterator implements PrimitiveIterator.OfInt {

    private final PrimitiveIterator.OfInt delegate;
    final Object owner;

    GuardedIntIterator(PrimitiveIterator.OfInt delegate, Object owner) {
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
    public int nextInt() {
        try {
            return delegate.nextInt();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Integer next() {
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
    public void forEachRemaining(IntConsumer action) {
        try {
            delegate.forEachRemaining(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super Integer> action) {
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
