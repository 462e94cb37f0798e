package io.leakguard.netty;

import io.leakguard.ResourceKind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels of bootstraps that nobody gave to a guard, such as those inside frameworks. Netty notifies its
 * extensions of each channel that a bootstrap opens, if a system property is set before the first bootstrap. A channel
 * that was opened without a bootstrap is seen when it passes its first buffer to a handler.
 */
final class AllChannels {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    private static final String EXTENSIONS = "io.netty.bootstrap.extensions";
    private static final String LOAD = "serviceload";

    /** All callers of {@code watchAll}. The last one whose guard is not closed gets the channels. */
    private static final List<OpenChannels> ASKING = new CopyOnWriteArrayList<>();

    private static volatile boolean on;
    private static volatile @Nullable Channel probe;
    private static volatile boolean probed;

    private AllChannels() {}

    static synchronized void add(OpenChannels channels) {
        if (ASKING.contains(channels)) {
            return;
        }
        addThoseThatCarryBuffers(channels);
        String why = enable();
        if (why != null) {
            LOG.warn(
                    "NettyGuard.watchAll doesn't see the channels that bootstraps open until they carry a buffer: {}. Give"
                            + " bootstraps, channel factories or channels to NettyGuard.watch, which always works",
                    why);
        }
    }

    static synchronized void addThoseThatCarryBuffers(OpenChannels channels) {
        ASKING.add(channels);
        on = true;
    }

    static synchronized void remove(OpenChannels channels) {
        ASKING.remove(channels);
        on = !ASKING.isEmpty();
    }

    /** Returns why Netty won't notify; null if it will. */
    private static @Nullable String enable() {
        try {
            Class.forName("io.netty.bootstrap.ChannelInitializerExtension", false, Bootstrap.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return "this Netty is older than 4.1.101, which is the first to have extensions";
        }
        String set = System.getProperty(EXTENSIONS);
        if (set == null) {
            System.setProperty(EXTENSIONS, LOAD);
        } else if (!LOAD.equalsIgnoreCase(set)) {
            return "-D" + EXTENSIONS + " is " + set + "; it must be " + LOAD;
        }
        return tells()
                ? null
                : "Netty read the system property before, or its class loader doesn't see LeakGuard. Call watchAll before"
                        + " the first bootstrap is used, or start with -D" + EXTENSIONS + "=" + LOAD;
    }

    /** Opens a channel that goes nowhere, to test whether the extension is called. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is meant to fail
    private static boolean tells() {
        EventLoopGroup nowhere = (EventLoopGroup) Proxy.newProxyInstance(
                AllChannels.class.getClassLoader(),
                new Class<?>[] {EventLoopGroup.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("register") && arguments[0] instanceof Channel channel) {
                        return channel.newFailedFuture(new UnsupportedOperationException("a probe"));
                    }
                    throw new UnsupportedOperationException(method.toString());
                });
        LocalChannel channel = new LocalChannel();
        probed = false;
        probe = channel;
        try {
            new Bootstrap()
                    .group(nowhere)
                    .channelFactory(() -> channel)
                    .handler(new ChannelInboundHandlerAdapter())
                    .register();
        } catch (RuntimeException e) {
            LOG.debug("the probe for Netty's extensions failed", e);
        } finally {
            probe = null;
        }
        return probed;
    }

    private static @Nullable OpenChannels asking() {
        if (!on) {
            return null;
        }
        for (int i = ASKING.size() - 1; i >= 0; i--) {
            OpenChannels channels = ASKING.get(i);
            if (channels.guard().isEnabled()) {
                return channels;
            }
            remove(channels);
        }
        return null;
    }

    /** A bootstrap is opening a channel. {@code watch(bootstrap)} knows more about its own channels. */
    static void opening(Channel channel, ResourceKind kind) {
        if (channel == probe) {
            probed = true;
            return;
        }
        OpenChannels channels = asking();
        if (channels == null || channel.pipeline().get(ChannelWatcher.class) != null) {
            return;
        }
        ChannelState server = channel.parent() == null ? null : OpenChannels.stateOf(channel.parent());
        ChannelOrigin origin = server == null ? null : server.origin();
        channels.watch(channel, kind, origin == null ? channels.originHere() : origin);
    }

    /** A buffer is passed to a handler. Its channel may have been opened without a bootstrap. */
    static void passing(Channel channel) {
        if (on && OpenChannels.stateOf(channel) == null) {
            OpenChannels channels = asking();
            boolean within = channel.parent() != null && !(channel.parent() instanceof ServerChannel); // HTTP/2
            if (channels != null && !within && !(channel instanceof EmbeddedChannel) && channel.isOpen()) {
                channels.watchLate(channel);
            }
        }
    }

    static boolean isOn() {
        return on;
    }
}
