package io.leakguard.internal.wrap;

import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Required by a wrapper's superclass. The wrapper overrides all methods that would use it. */
final class UnusedDatagramSocketImpl extends DatagramSocketImpl {

    static final DatagramSocketImpl INSTANCE = new UnusedDatagramSocketImpl();

    private UnusedDatagramSocketImpl() {}

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("the wrapper forwards to its delegate");
    }

    @Override
    protected void create() {
        throw unused();
    }

    @Override
    protected void bind(int lport, InetAddress laddr) {
        throw unused();
    }

    @Override
    protected void send(DatagramPacket p) {
        throw unused();
    }

    @Override
    protected int peek(InetAddress i) {
        throw unused();
    }

    @Override
    protected int peekData(DatagramPacket p) {
        throw unused();
    }

    @Override
    protected void receive(DatagramPacket p) {
        throw unused();
    }

    @Override
    @Deprecated
    protected void setTTL(byte ttl) {
        throw unused();
    }

    @Override
    @Deprecated
    protected byte getTTL() {
        throw unused();
    }

    @Override
    protected void setTimeToLive(int ttl) {
        throw unused();
    }

    @Override
    protected int getTimeToLive() {
        throw unused();
    }

    @Override
    protected void join(InetAddress inetaddr) {
        throw unused();
    }

    @Override
    protected void leave(InetAddress inetaddr) {
        throw unused();
    }

    @Override
    protected void joinGroup(SocketAddress mcastaddr, NetworkInterface netIf) {
        throw unused();
    }

    @Override
    protected void leaveGroup(SocketAddress mcastaddr, NetworkInterface netIf) {
        throw unused();
    }

    @Override
    protected void close() {}

    @Override
    public void setOption(int optID, @Nullable Object value) {
        throw unused();
    }

    @Override
    public Object getOption(int optID) {
        throw unused();
    }
}
