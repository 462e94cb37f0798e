package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** A buffered writer that is the handle of its resource. */
class GuardedBufferedWriter extends ForwardingBufferedWriter implements GuardedResource {

    private final LeakTracker tracker;

    GuardedBufferedWriter(Engine engine, BufferedWriter delegate, ResourceKind kind, @Nullable Object description) {
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
