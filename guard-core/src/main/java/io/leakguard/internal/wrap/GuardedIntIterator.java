package io.leakguard.internal.wrap;

import java.util.PrimitiveIterator;

/** An iterator that keeps the handle of its source reachable. */
final class GuardedIntIterator extends ForwardingIntIterator {

    final Object owner;

    GuardedIntIterator(PrimitiveIterator.OfInt delegate, Object owner) {
        super(delegate);
        this.owner = owner;
    }
}
