package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of what it reads reachable. */
final class GuardedDoubleSpliterator implements Spliterator.OfDouble {

    private final Spliterator.OfDouble delegate;
    final Object owner;

    GuardedDoubleSpliterator(Spliterator.OfDouble delegate, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
    }

    @Override
    public boolean tryAdvance(DoubleConsumer action) {
        try {
            return delegate.tryAdvance(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean tryAdvance(Consumer<? super Double> action) {
        try {
            return delegate.tryAdvance(action);
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
    public Spliterator.@Nullable OfDouble trySplit() {
        Spliterator.OfDouble split = delegate.trySplit();
        return split == null ? null : new GuardedDoubleSpliterator(split, owner);
    }

    @Override
    public long estimateSize() {
        return delegate.estimateSize();
    }

    @Override
    public long getExactSizeIfKnown() {
        return delegate.getExactSizeIfKnown();
    }

    @Override
    public int characteristics() {
        return delegate.characteristics();
    }

    @Override
    public boolean hasCharacteristics(int characteristics) {
        return delegate.hasCharacteristics(characteristics);
    }

    @Override
    public @Nullable Comparator<? super Double> getComparator() {
        return delegate.getComparator();
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
