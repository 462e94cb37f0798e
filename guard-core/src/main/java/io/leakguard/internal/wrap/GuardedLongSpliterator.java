package io.leakguard.internal.wrap;

import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of its source reachable. */
final class GuardedLongSpliterator extends ForwardingLongSpliterator {

    final Object owner;

    GuardedLongSpliterator(Spliterator.OfLong delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }

    @Override
    public Spliterator.@Nullable OfLong trySplit() {
        Spliterator.OfLong split = delegate.trySplit();
        return split == null ? null : new GuardedLongSpliterator(split, owner);
    }
}
