package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel of type {@link GatheringByteChannel} that is the handle of its resource. */
final class GuardedGatheringChannel implements GatheringByteChannel, GuardedResource {

    final GatheringByteChannel delegate;
    private final LeakTracker tracker;

    GuardedGatheringChannel(
            Engine engine, GatheringByteChannel delegate, ResourceKind kind, @Nullable Object description) {

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
    public long write(ByteBuffer[] srcs) throws IOException {
        try {
            return delegate.write(srcs);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        try {
            return delegate.write(srcs, offset, length);
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
