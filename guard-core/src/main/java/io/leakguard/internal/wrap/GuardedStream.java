package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A stage of a guarded stream pipeline. */
class GuardedStream<T extends @Nullable Object> extends ForwardingStream<T> implements GuardedResource {

    GuardedStream(Stream<T> delegate, StreamToken token) {
        super(delegate, token);
    }

    @Override
    public LeakTracker leakTracker() {
        return token.tracker();
    }

    /** Called by the override of JDK 24's {@code gather}. */
    Stream<?> gatherStage(Object gatherer) {
        return token.stage(NewerJdk.gather(delegate, gatherer));
    }

    @Override
    public Iterator<T> iterator() {
        return new GuardedIterator<>(delegate.iterator(), token);
    }

    @Override
    public Spliterator<T> spliterator() {
        return new GuardedSpliterator<>(delegate.spliterator(), token);
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
