package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.lang.ref.Reference;
import java.net.DatagramSocket;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/** A datagram socket that is the handle of its resource. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
class GuardedDatagramSocket extends ForwardingDatagramSocket implements GuardedResource {

    private final LeakTracker tracker;

    GuardedDatagramSocket(Engine engine, DatagramSocket delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.tracker = engine.track(this, kind, Wrap.local(description, delegate), null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public @Nullable DatagramChannel getChannel() {
        DatagramChannel channel = delegate.getChannel();
        if (channel != null) {
            tracker.close(); // from now on it can be used and closed without this socket
        }
        return channel;
    }

    @Override
    public void close() {
        tracker.close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
