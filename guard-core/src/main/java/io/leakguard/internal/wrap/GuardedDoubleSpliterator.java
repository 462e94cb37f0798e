package io.leakguard.internal.wrap;

import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/** A spliterator that keeps the handle of its source reachable. */
final class GuardedDoubleSpliterator extends ForwardingDoubleSpliterator {

    final Object owner;

    GuardedDoubleSpliterator(Spliterator.OfDouble delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }

    @Override
    public Spliterator.@Nullable OfDouble trySplit() {
        Spliterator.OfDouble split = delegate.trySplit();
        return split == null ? null : new GuardedDoubleSpliterator(split, owner);
    }
}
