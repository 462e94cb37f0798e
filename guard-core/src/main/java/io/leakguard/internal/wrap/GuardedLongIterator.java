package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.PrimitiveIterator;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** An iterator that keeps the handle of what it reads reachable. */
final class GuardedLongIterator implements PrimitiveIterator.OfLong {

    private final PrimitiveIterator.OfLong delegate;
    final Object owner;

    GuardedLongIterator(PrimitiveIterator.OfLong delegate, Object owner) {
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
    public long nextLong() {
        try {
            return delegate.nextLong();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Long next() {
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
    public void forEachRemaining(LongConsumer action) {
        try {
            delegate.forEachRemaining(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super Long> action) {
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
