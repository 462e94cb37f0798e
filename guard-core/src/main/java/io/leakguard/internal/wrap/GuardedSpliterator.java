package io.leakguard.internal.wrap;

import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of what it reads reachable. */
final class GuardedSpliterator<T extends @Nullable Object> implements Spliterator<T> {

    private final Spliterator<T> delegate;
    final Object owner;

    GuardedSpliterator(Spliterator<T> delegate, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        try {
            return delegate.tryAdvance(action);
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
    public @Nullable Spliterator<T> trySplit() {
        Spliterator<T> split = delegate.trySplit();
        return split == null ? null : new GuardedSpliterator<>(split, owner);
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
    public @Nullable Comparator<? super T> getComparator() {
        return delegate.getComparator();
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
