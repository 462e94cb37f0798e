package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.PrimitiveIterator;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/** An iterator that keeps the handle of what it reads reachable. */
final class GuardedDoubleIterator implements PrimitiveIterator.OfDouble {

    private final PrimitiveIterator.OfDouble delegate;
    final Object owner;

    GuardedDoubleIterator(PrimitiveIterator.OfDouble delegate, Object owner) {
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
    public double nextDouble() {
        try {
            return delegate.nextDouble();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Double next() {
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
    public void forEachRemaining(DoubleConsumer action) {
        try {
            delegate.forEachRemaining(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super Double> action) {
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
