package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.stream.IntStream;

/** A stage of a guarded stream pipeline. */
class GuardedIntStream extends ForwardingIntStream implements GuardedResource {

    GuardedIntStream(IntStream delegate, StreamToken token) {
        super(delegate, token);
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    @Override
    public PrimitiveIterator.OfInt iterator() {
        return new GuardedIntIterator(delegate.iterator(), token);
    }

    @Override
    public Spliterator.OfInt spliterator() {
        return new GuardedIntSpliterator(delegate.spliterator(), token);
    }

    @Override
    public void close() {
        token.tracker().close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
