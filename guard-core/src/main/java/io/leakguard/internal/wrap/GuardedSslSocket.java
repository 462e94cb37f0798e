package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import javax.net.ssl.HandshakeCompletedEvent;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A TLS socket that is the handle of its resource. Callbacks see this socket, not the one behind. The one behind must
 * not reference this one, so it gets adapters that reference this one weakly.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
class GuardedSslSocket extends ForwardingSslSocket implements GuardedResource {

    private final LeakTracker tracker;
    private final SocketStreams streams = new SocketStreams();
    /** The listeners of the application, each with the adapter that the socket behind knows. */
    private final Map<HandshakeCompletedListener, Listener> listeners = new HashMap<>();

    private volatile @Nullable BiFunction<SSLSocket, List<String>, String> selector;

    GuardedSslSocket(
            Engine engine,
            SSLSocket delegate,
            ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable behind) {
        super(delegate);
        this.tracker = engine.track(this, kind, Wrap.remote(description, delegate), parent, behind);
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

    @Override
    public void setHandshakeApplicationProtocolSelector(
            @Nullable BiFunction<SSLSocket, List<String>, String> selector) {
        delegate.setHandshakeApplicationProtocolSelector(selector == null ? null : new Selector(this));
        this.selector = selector;
    }

    @Override
    public @Nullable BiFunction<SSLSocket, List<String>, String> getHandshakeApplicationProtocolSelector() {
        BiFunction<SSLSocket, List<String>, String> behind = delegate.getHandshakeApplicationProtocolSelector();
        return behind instanceof Selector ? selector : behind;
    }

    @Override
    public void addHandshakeCompletedListener(HandshakeCompletedListener listener) {
        if (listener == null) {
            delegate.addHandshakeCompletedListener(null);
            return;
        }
        Listener adapter;
        synchronized (listeners) {
            adapter = listeners.computeIfAbsent(listener, l -> new Listener(this, l));
        }
        delegate.addHandshakeCompletedListener(adapter);
    }

    @Override
    public void removeHandshakeCompletedListener(HandshakeCompletedListener listener) {
        Listener adapter;
        synchronized (listeners) {
            adapter = listeners.remove(listener);
        }
        delegate.removeHandshakeCompletedListener(adapter != null ? adapter : listener);
    }

    private static final class Listener implements HandshakeCompletedListener {
        private final WeakReference<GuardedSslSocket> socket;
        private final WeakReference<HandshakeCompletedListener> target;

        Listener(GuardedSslSocket socket, HandshakeCompletedListener target) {
            this.socket = new WeakReference<>(socket);
            this.target = new WeakReference<>(target);
        }

        @Override
        public void handshakeCompleted(HandshakeCompletedEvent event) {
            GuardedSslSocket guarded = socket.get();
            HandshakeCompletedListener listener = target.get();
            if (guarded != null && listener != null) {
                listener.handshakeCompleted(new HandshakeCompletedEvent(guarded, event.getSession()));
            }
        }
    }

    private static final class Selector implements BiFunction<SSLSocket, List<String>, String> {
        private final WeakReference<GuardedSslSocket> socket;

        Selector(GuardedSslSocket socket) {
            this.socket = new WeakReference<>(socket);
        }

        @Override
        @SuppressWarnings("NullAway") // null means "none": the JDK's own protocol
        public String apply(SSLSocket behind, List<String> protocols) {
            GuardedSslSocket guarded = socket.get();
            BiFunction<SSLSocket, List<String>, String> target = guarded == null ? null : guarded.selector;
            return target == null ? null : target.apply(guarded, protocols);
        }
    }
}
