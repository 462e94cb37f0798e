package io.leakguard.internal.wrap;

import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of its source reachable. */
final class GuardedIntSpliterator extends ForwardingIntSpliterator {

    final Object owner;

    GuardedIntSpliterator(Spliterator.OfInt delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }

    @Override
    public Spliterator.@Nullable OfInt trySplit() {
        Spliterator.OfInt split = delegate.trySplit();
        return split == null ? null : new GuardedIntSpliterator(split, owner);
    }
}
