package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel of type {@link WritableByteChannel} that is the handle of its resource. */
final class GuardedWritableChannel implements WritableByteChannel, GuardedResource {

    final WritableByteChannel delegate;
    private final LeakTracker tracker;

    GuardedWritableChannel(
            Engine engine, WritableByteChannel delegate, ResourceKind kind, @Nullable Object description) {

        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        try {
            return delegate.write(src);
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
