package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of what it reads reachable. */
final class GuardedIntSpliterator implements Spliterator.OfInt {

    private final Spliterator.OfInt delegate;
    final Object owner;

    GuardedIntSpliterator(Spliterator.OfInt delegate, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
    }

    @Override
    public boolean tryAdvance(IntConsumer action) {
        try {
            return delegate.tryAdvance(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean tryAdvance(Consumer<? super Integer> action) {
        try {
            return delegate.tryAdvance(action);
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
    public Spliterator.@Nullable OfInt trySplit() {
        Spliterator.OfInt split = delegate.trySplit();
        return split == null ? null : new GuardedIntSpliterator(split, owner);
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
    public @Nullable Comparator<? super Integer> getComparator() {
        return delegate.getComparator();
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
