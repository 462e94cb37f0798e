package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel of type {@link ByteChannel} that is the handle of its resource. */
class GuardedByteChannel extends ForwardingByteChannel implements GuardedResource {

    private final LeakTracker tracker;

    GuardedByteChannel(Engine engine, ByteChannel delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
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
}
