package io.leakguard.internal.wrap;

import java.util.PrimitiveIterator;

/** An iterator that keeps the handle of its source reachable. */
final class GuardedDoubleIterator extends ForwardingDoubleIterator {

    final Object owner;

    GuardedDoubleIterator(PrimitiveIterator.OfDouble delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }
}
