package io.leakguard.netty;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;

/**
 * Notifies {@link NettyGuard#watchAll()} of the channels that bootstraps open. Netty makes it because of the system
 * property {@code io.netty.bootstrap.extensions}. Without {@code watchAll} it does nothing.
 */
public final class NettyChannelExtension extends ChannelInitializerExtension {

    /** For {@link java.util.ServiceLoader}, by which Netty makes it. */
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
