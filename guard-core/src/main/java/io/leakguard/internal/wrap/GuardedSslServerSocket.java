package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/** A TLS server socket that is the handle of its resource, and whose accepted sockets are guarded too. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
class GuardedSslServerSocket extends ForwardingSslServerSocket implements GuardedResource {

    private final Engine engine;
    private final LeakTracker tracker;

    GuardedSslServerSocket(Engine engine, SSLServerSocket delegate, ResourceKind kind, @Nullable Object description)
            throws IOException {
        super(delegate);
        this.engine = engine;
        this.tracker = engine.track(this, kind, Wrap.local(description, delegate), null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public Socket accept() throws IOException {
        try {
            return Wrap.socket(engine, delegate.accept(), null);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable ServerSocketChannel getChannel() {
        ServerSocketChannel channel = delegate.getChannel();
        if (channel != null) {
            tracker.close(); // from now on it can be used and closed without this socket
        }
        return channel;
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
