package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import javax.net.ssl.HandshakeCompletedEvent;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A TLS socket that is the handle of its resource. Callbacks see this socket, not the one behind; the one behind must not
 * lead to this one, so it is given adapters that reference this one weakly.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate sees to that
final class GuardedSslSocket extends SSLSocket implements GuardedResource {

    final SSLSocket delegate;
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
        this.delegate = delegate;
        this.tracker = engine.track(this, kind, Wrap.remote(description, delegate), parent, behind);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        try {
            delegate.connect(endpoint);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        try {
            delegate.connect(endpoint, timeout);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void bind(@Nullable SocketAddress bindpoint) throws IOException {
        try {
            delegate.bind(bindpoint);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return delegate.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return delegate.getLocalAddress();
    }

    @Override
    public int getPort() {
        return delegate.getPort();
    }

    @Override
    public int getLocalPort() {
        return delegate.getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return delegate.getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return delegate.getLocalSocketAddress();
    }

    @Override
    public @Nullable SocketChannel getChannel() {
        SocketChannel channel = delegate.getChannel();
        if (channel != null) {
            tracker.close(); // it can be used and closed without this socket from now on
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
    public void setTcpNoDelay(boolean on) throws SocketException {
        try {
            delegate.setTcpNoDelay(on);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        try {
            return delegate.getTcpNoDelay();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        try {
            delegate.setSoLinger(on, linger);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int getSoLinger() throws SocketException {
        try {
            return delegate.getSoLinger();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        try {
            delegate.sendUrgentData(data);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        try {
            delegate.setOOBInline(on);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        try {
            return delegate.getOOBInline();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        try {
            delegate.setSoTimeout(timeout);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int getSoTimeout() throws SocketException {
        try {
            return delegate.getSoTimeout();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        try {
            delegate.setSendBufferSize(size);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        try {
            return delegate.getSendBufferSize();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        try {
            delegate.setReceiveBufferSize(size);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        try {
            return delegate.getReceiveBufferSize();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        try {
            delegate.setKeepAlive(on);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        try {
            return delegate.getKeepAlive();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setTrafficClass(int tc) throws SocketException {
        try {
            delegate.setTrafficClass(tc);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int getTrafficClass() throws SocketException {
        try {
            return delegate.getTrafficClass();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        try {
            delegate.setReuseAddress(on);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        try {
            return delegate.getReuseAddress();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        try {
            delegate.shutdownInput();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        try {
            delegate.shutdownOutput();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isConnected() {
        return delegate.isConnected();
    }

    @Override
    public boolean isBound() {
        return delegate.isBound();
    }

    @Override
    public boolean isClosed() {
        return delegate.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return delegate.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return delegate.isOutputShutdown();
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        delegate.setPerformancePreferences(connectionTime, latency, bandwidth);
    }

    @Override
    public <T extends @Nullable Object> Socket setOption(SocketOption<T> name, T value) throws IOException {
        try {
            delegate.setOption(name, value);
            return this;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public <T extends @Nullable Object> T getOption(SocketOption<T> name) throws IOException {
        try {
            return delegate.getOption(name);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return delegate.supportedOptions();
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

    @Override
    public void startHandshake() throws IOException {
        try {
            delegate.startHandshake();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public SSLSession getSession() {
        try {
            return delegate.getSession();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return delegate.getHandshakeSession();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return delegate.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return delegate.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        delegate.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return delegate.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return delegate.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        delegate.setEnabledProtocols(protocols);
    }

    @Override
    public void setUseClientMode(boolean mode) {
        delegate.setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
        return delegate.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        delegate.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return delegate.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        delegate.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return delegate.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        delegate.setEnableSessionCreation(flag);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return delegate.getEnableSessionCreation();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return delegate.getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters params) {
        delegate.setSSLParameters(params);
    }

    @Override
    public @Nullable String getApplicationProtocol() {
        return delegate.getApplicationProtocol();
    }

    @Override
    public @Nullable String getHandshakeApplicationProtocol() {
        return delegate.getHandshakeApplicationProtocol();
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
