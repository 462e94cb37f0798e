package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** An output stream that is the handle of its resource, or that keeps the handle (its socket) reachable. */
class GuardedOutputStream extends ForwardingOutputStream implements GuardedResource {

    private final LeakTracker tracker;

    /** The handle, if it is another object. This stream keeps it reachable. */
    final @Nullable Object owner;

    GuardedOutputStream(Engine engine, OutputStream delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.owner = null;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    /** A stream of a resource whose handle is {@code owner}. */
    GuardedOutputStream(OutputStream delegate, LeakTracker tracker, Object owner) {
        super(delegate);
        this.owner = owner;
        this.tracker = tracker;
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
