package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/** A TLS server socket that is the handle of its resource, and whose accepted sockets are guarded too. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate sees to that
final class GuardedSslServerSocket extends SSLServerSocket implements GuardedResource {

    final SSLServerSocket delegate;
    private final Engine engine;
    private final LeakTracker tracker;

    GuardedSslServerSocket(Engine engine, SSLServerSocket delegate, ResourceKind kind, @Nullable Object description)
            throws IOException {
        this.delegate = delegate;
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
    public void bind(@Nullable SocketAddress endpoint) throws IOException {
        try {
            delegate.bind(endpoint);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void bind(@Nullable SocketAddress endpoint, int backlog) throws IOException {
        try {
            delegate.bind(endpoint, backlog);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return delegate.getInetAddress();
    }

    @Override
    public int getLocalPort() {
        return delegate.getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return delegate.getLocalSocketAddress();
    }

    @Override
    public @Nullable ServerSocketChannel getChannel() {
        ServerSocketChannel channel = delegate.getChannel();
        if (channel != null) {
            tracker.close(); // it can be used and closed without this socket from now on
        }
        return channel;
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
    public void setSoTimeout(int timeout) throws SocketException {
        try {
            delegate.setSoTimeout(timeout);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int getSoTimeout() throws IOException {
        try {
            return delegate.getSoTimeout();
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
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        delegate.setPerformancePreferences(connectionTime, latency, bandwidth);
    }

    @Override
    public <T extends @Nullable Object> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
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
}
