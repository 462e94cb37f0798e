package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A datagram socket that is the handle of its resource. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate sees to that
final class GuardedDatagramSocket extends DatagramSocket implements GuardedResource {

    final DatagramSocket delegate;
    private final LeakTracker tracker;

    GuardedDatagramSocket(Engine engine, DatagramSocket delegate, ResourceKind kind, @Nullable Object description) {
        super(UnusedDatagramSocketImpl.INSTANCE);
        this.delegate = delegate;
        this.tracker = engine.track(this, kind, Wrap.local(description, delegate), null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void bind(@Nullable SocketAddress addr) throws SocketException {
        try {
            delegate.bind(addr);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void connect(InetAddress address, int port) {
        try {
            delegate.connect(address, port);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void connect(SocketAddress addr) throws SocketException {
        try {
            delegate.connect(addr);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void disconnect() {
        try {
            delegate.disconnect();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isBound() {
        return delegate.isBound();
    }

    @Override
    public boolean isConnected() {
        return delegate.isConnected();
    }

    @Override
    public boolean isClosed() {
        return delegate.isClosed();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return delegate.getInetAddress();
    }

    @Override
    public int getPort() {
        return delegate.getPort();
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
    public @Nullable InetAddress getLocalAddress() {
        return delegate.getLocalAddress();
    }

    @Override
    public int getLocalPort() {
        return delegate.getLocalPort();
    }

    @Override
    public void send(DatagramPacket p) throws IOException {
        try {
            delegate.send(p);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void receive(DatagramPacket p) throws IOException {
        try {
            delegate.receive(p);
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
    public void setBroadcast(boolean on) throws SocketException {
        try {
            delegate.setBroadcast(on);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean getBroadcast() throws SocketException {
        try {
            return delegate.getBroadcast();
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
    public @Nullable DatagramChannel getChannel() {
        DatagramChannel channel = delegate.getChannel();
        if (channel != null) {
            tracker.close(); // it can be used and closed without this socket from now on
        }
        return channel;
    }

    @Override
    public <T extends @Nullable Object> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
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
    public void joinGroup(SocketAddress mcastaddr, @Nullable NetworkInterface netIf) throws IOException {
        try {
            delegate.joinGroup(mcastaddr, netIf);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void leaveGroup(SocketAddress mcastaddr, @Nullable NetworkInterface netIf) throws IOException {
        try {
            delegate.leaveGroup(mcastaddr, netIf);
        } finally {
            Reference.reachabilityFence(this);
        }
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

    @Override
    public String toString() {
        return delegate.toString();
    }
}
