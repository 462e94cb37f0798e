package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.stream.DoubleStream;

/** A stage of a guarded stream pipeline. */
class GuardedDoubleStream extends ForwardingDoubleStream implements GuardedResource {

    GuardedDoubleStream(DoubleStream delegate, StreamToken token) {
        super(delegate, token);
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    @Override
    public PrimitiveIterator.OfDouble iterator() {
        return new GuardedDoubleIterator(delegate.iterator(), token);
    }

    @Override
    public Spliterator.OfDouble spliterator() {
        return new GuardedDoubleSpliterator(delegate.spliterator(), token);
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
