package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket that is the handle of its resource. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate sees to that
final class GuardedSocket extends Socket implements GuardedResource {

    final Socket delegate;
    private final LeakTracker tracker;
    private final SocketStreams streams = new SocketStreams();

    GuardedSocket(Engine engine, Socket delegate, ResourceKind kind, @Nullable Object description)
            throws SocketException {
        super((SocketImpl) null); // its own implementation is never used
        this.delegate = delegate;
        this.tracker = engine.track(this, kind, Wrap.remote(description, delegate), null, delegate);
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
}
