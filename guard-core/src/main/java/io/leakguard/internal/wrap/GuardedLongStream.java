package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.stream.LongStream;

/** A stage of a guarded stream pipeline. */
class GuardedLongStream extends ForwardingLongStream implements GuardedResource {

    GuardedLongStream(LongStream delegate, StreamToken token) {
        super(delegate, token);
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    @Override
    public PrimitiveIterator.OfLong iterator() {
        return new GuardedLongIterator(delegate.iterator(), token);
    }

    @Override
    public Spliterator.OfLong spliterator() {
        return new GuardedLongSpliterator(delegate.spliterator(), token);
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
