package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A socket that is the handle of its resource. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
class GuardedSocket extends ForwardingSocket implements GuardedResource {

    private final LeakTracker tracker;
    private final SocketStreams streams = new SocketStreams();

    GuardedSocket(Engine engine, Socket delegate, ResourceKind kind, @Nullable Object description)
            throws SocketException {
        super(delegate);
        this.tracker = engine.track(this, kind, Wrap.remote(description, delegate), null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public @Nullable SocketChannel getChannel() {
        SocketChannel channel = delegate.getChannel();
        if (channel != null) {
            tracker.close(); // from now on it can be used and closed without this socket
        }
        return channel;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return streams.input(delegate.getInputStream(), tracker, this);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return streams.output(delegate.getOutputStream(), tracker, this);
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
