package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel of type {@link ReadableByteChannel} that is the handle of its resource. */
final class GuardedReadableChannel implements ReadableByteChannel, GuardedResource {

    final ReadableByteChannel delegate;
    private final LeakTracker tracker;

    GuardedReadableChannel(
            Engine engine, ReadableByteChannel delegate, ResourceKind kind, @Nullable Object description) {

        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        try {
            return delegate.read(dst);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isOpen() {
        return delegate.isOpen();
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
