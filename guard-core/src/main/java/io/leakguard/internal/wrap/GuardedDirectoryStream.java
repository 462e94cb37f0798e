package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A directory stream that is the handle of its resource. Its iterators keep it reachable. */
class GuardedDirectoryStream<T extends @Nullable Object> implements DirectoryStream<T>, GuardedResource {

    final DirectoryStream<T> delegate;
    private final LeakTracker tracker;

    GuardedDirectoryStream(
            Engine engine, DirectoryStream<T> delegate, ResourceKind kind, @Nullable Object description) {
        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public Iterator<T> iterator() {
        return new GuardedIterator<>(delegate.iterator(), this);
    }

    @Override
    public Spliterator<T> spliterator() {
        return new GuardedSpliterator<>(delegate.spliterator(), this);
    }

    @Override
    public void forEach(Consumer<? super T> action) {
        try {
            delegate.forEach(action);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void close() throws IOException {
        tracker.close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
