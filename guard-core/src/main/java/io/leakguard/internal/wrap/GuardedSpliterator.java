package io.leakguard.internal.wrap;

import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of its source reachable. */
final class GuardedSpliterator<T extends @Nullable Object> extends ForwardingSpliterator<T> {

    final Object owner;

    GuardedSpliterator(Spliterator<T> delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }

    @Override
    public @Nullable Spliterator<T> trySplit() {
        Spliterator<T> split = delegate.trySplit();
        return split == null ? null : new GuardedSpliterator<>(split, owner);
    }
}
