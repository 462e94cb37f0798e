package io.leakguard.netty;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;

/**
 * Tells {@link NettyGuard#watchAll()} of the channels that bootstraps open. Netty makes it, by the system property
 * {@code io.netty.bootstrap.extensions}; without {@code watchAll} it does nothing.
 */
public final class NettyChannelExtension extends ChannelInitializerExtension {

    /** For Netty, which makes it by {@link java.util.ServiceLoader}. */
    public NettyChannelExtension() {}

    @Override
    public void postInitializeClientChannel(Channel channel) {
        AllChannels.opening(channel, NettyGuard.CHANNEL);
    }

    @Override
    public void postInitializeServerListenerChannel(ServerChannel channel) {
        AllChannels.opening(channel, NettyGuard.CHANNEL_SERVER);
    }

    @Override
    public void postInitializeServerChildChannel(Channel channel) {
        AllChannels.opening(channel, NettyGuard.CHANNEL_ACCEPTED);
    }
}
