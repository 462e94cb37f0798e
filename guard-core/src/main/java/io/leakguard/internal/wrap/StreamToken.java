package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.Engine;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a stream pipeline: all of its stages, iterators and spliterators hold it, so it is collected only when
 * none of them is left to be closed.
 */
final class StreamToken {

    private final LeakTracker tracker;

    StreamToken(Engine engine, Behind behind, ResourceKind kind, @Nullable Object description) {
        this.tracker = engine.track(this, kind, description, null, behind);
        behind.tracker = tracker;
    }

    LeakTracker tracker() {
        return tracker;
    }

    <R extends @Nullable Object> Stream<R> stage(Stream<R> stage) {
        return NewerJdk.stream(stage, this);
    }

    IntStream stage(IntStream stage) {
        return new GuardedIntStream(stage, this);
    }

    LongStream stage(LongStream stage) {
        return new GuardedLongStream(stage, this);
    }

    DoubleStream stage(DoubleStream stage) {
        return new GuardedDoubleStream(stage, this);
    }

    /** The pipeline behind. A stream can't be asked whether it is closed. So this is one of its close handlers. */
    static final class Behind implements ResourceProbe, Runnable {

        private @Nullable BaseStream<?, ?> stream;
        private volatile boolean closed;
        private volatile @Nullable LeakTracker tracker;

        /** Returns the stream that calls this when it is closed. */
        @SuppressWarnings("unchecked")
        <S extends BaseStream<?, S>> S watch(S raw) {
            S watched;
            try {
                watched = raw.onClose(this);
            } catch (IllegalStateException e) {
                watched = raw; // it was used up before: a direct close goes unnoticed
            }
            stream = watched;
            return watched;
        }

        @Override
        public void run() {
            closed = true;
            LeakTracker t = tracker;
            if (t != null) {
                t.close();
            }
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() {
            BaseStream<?, ?> s = stream;
            if (s != null) {
                s.close();
            }
        }
    }
}
