package io.leakguard.internal.wrap;

import java.util.PrimitiveIterator;

/** An iterator that keeps the handle of its source reachable. */
final class GuardedLongIterator extends ForwardingLongIterator {

    final Object owner;

    GuardedLongIterator(PrimitiveIterator.OfLong delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }
}
