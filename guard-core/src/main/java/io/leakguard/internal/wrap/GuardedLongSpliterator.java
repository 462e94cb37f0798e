package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of what it reads reachable. */
final class GuardedLongSpliterator implements Spliterator.OfLong {

    private final Spliterator.OfLong delegate;
    final Object owner;

    GuardedLongSpliterator(Spliterator.OfLong delegate, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
    }

    @Override
    public boolean tryAdvance(LongConsumer action) {
        try {
            return delegate.tryAdvance(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean tryAdvance(Consumer<? super Long> action) {
        try {
            return delegate.tryAdvance(action);
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
    public Spliterator.@Nullable OfLong trySplit() {
        Spliterator.OfLong split = delegate.trySplit();
        return split == null ? null : new GuardedLongSpliterator(split, owner);
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
    public @Nullable Comparator<? super Long> getComparator() {
        return delegate.getComparator();
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
