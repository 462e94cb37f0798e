package io.leakguard.netty;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The state of one open channel, and its description in reports. It never holds the channel. */
final class ChannelState implements ResourceProbe {

    private static final String LATE =
            " · first seen when it carried a buffer, so the line is not the one that opened it:"
                    + " give the framework's channels to NettyGuard.watch(channel)";

    final ResourceKind kind;
    private final long openedNanos = System.nanoTime();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private volatile long lastNanos = openedNanos;
    private volatile @Nullable SocketAddress remoteAddress;
    private volatile @Nullable SocketAddress localAddress;
    private volatile String remote = "";
    private volatile String remoteHost = "";
    private volatile String local = "";
    private volatile @Nullable LeakTracker tracker;
    private volatile String site = "";
    private final WeakReference<Channel> channel;
    private final @Nullable ChannelOrigin origin;
    /** Whether the channels that it accepts are watched in the same way. */
    final boolean withAccepted;

    ChannelState(ResourceKind kind, Channel channel, @Nullable ChannelOrigin origin, boolean withAccepted) {
        this.kind = kind;
        this.origin = origin;
        this.withAccepted = withAccepted;
        this.channel = new WeakReference<>(channel);
        addresses(channel);
    }

    /** Whether the channel is open and runs on a loop of that group. */
    boolean isOpenOn(EventLoopGroup group) {
        Channel c = channel.get();
        if (c == null || !c.isOpen() || !c.isRegistered()) {
            return false;
        }
        EventLoop loop = c.eventLoop();
        return loop == group || loop.parent() == group;
    }

    void tracker(LeakTracker t) {
        tracker = t;
    }

    @Nullable
    LeakTracker tracker() {
        return tracker;
    }

    boolean isTracked() {
        LeakTracker t = tracker;
        return t != null && t.isOpen();
    }

    @Nullable
    ChannelOrigin origin() {
        return origin;
    }

    void read(long bytes) {
        bytesIn.lazySet(bytesIn.get() + bytes); // only the event loop writes
        lastNanos = System.nanoTime();
    }

    void wrote(long bytes) {
        bytesOut.lazySet(bytesOut.get() + bytes);
        lastNanos = System.nanoTime();
    }

    final void addresses(Channel channel) {
        SocketAddress to = channel.remoteAddress();
        remoteAddress = to;
        localAddress = channel.localAddress();
        remote = text(to);
        remoteHost = to instanceof InetSocketAddress inet ? host(inet) : remote;
        local = text(localAddress);
    }

    @Override
    public Ends ends() {
        return new Ends(localAddress, remoteAddress);
    }

    @Override
    public boolean isOpen() {
        Channel c = channel.get();
        return c == null || c.isOpen();
    }

    String remoteHost() {
        return remoteHost;
    }

    private static String text(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = host(inet);
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
        }
        return address == null ? "" : address.toString();
    }

    /** Never asks a name server. */
    private static String host(InetSocketAddress inet) {
        InetAddress address = inet.getAddress();
        return address == null ? inet.getHostString() : address.getHostAddress();
    }

    boolean isOlderThan(ChannelState other) {
        return openedNanos - other.openedNanos < 0;
    }

    Duration idle() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - lastNanos));
    }

    OpenChannel.State state(long idleNanos) {
        if (kind == NettyGuard.CHANNEL_SERVER) {
            return OpenChannel.State.LISTENING;
        }
        if (System.nanoTime() - lastNanos < idleNanos) {
            return OpenChannel.State.ACTIVE;
        }
        return bytesIn.get() + bytesOut.get() == 0 ? OpenChannel.State.NEVER_USED : OpenChannel.State.IDLE_KEEP_ALIVE;
    }

    OpenChannel snapshot(long idleNanos) {
        LeakTracker t = tracker;
        if (site.isEmpty() && t != null) {
            site = t.siteText();
        }
        return new OpenChannel(
                kind,
                remote,
                local,
                Duration.ofNanos(System.nanoTime() - openedNanos),
                idle(),
                bytesIn.get(),
                bytesOut.get(),
                state(idleNanos),
                site,
                t == null ? java.util.List.of() : t.scopes());
    }

    private String peer() {
        if (remote.isEmpty() && !local.isEmpty()) {
            return "at " + local; // a datagram channel that sends to many
        }
        return (kind == NettyGuard.CHANNEL ? "to " : "from ") + (remote.isEmpty() ? "a host not known yet" : remote);
    }

    @Override
    public String describe() {
        if (kind == NettyGuard.CHANNEL_SERVER) {
            return "listening at " + local;
        }
        return peer()
                + " · in " + bytesIn.get() + " B, out " + bytesOut.get() + " B · idle for "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastNanos) + " ms"
                + (origin == null ? LATE : "");
    }
}
