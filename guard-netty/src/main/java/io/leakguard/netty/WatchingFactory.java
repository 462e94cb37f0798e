package io.leakguard.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;

/** Registers each channel that it makes with the guard. The site is the line that gave us the factory. */
final class WatchingFactory<C extends Channel> implements ChannelFactory<C> {

    private final OpenChannels channels;
    private final ChannelFactory<? extends C> factory;
    private final ChannelOrigin origin;

    static <C extends Channel> ChannelFactory<C> of(OpenChannels channels, ChannelFactory<? extends C> factory) {
        return new WatchingFactory<>(channels, factory);
    }

    private WatchingFactory(OpenChannels channels, ChannelFactory<? extends C> factory) {
        this.channels = channels;
        this.factory = factory;
        this.origin = channels.originHere();
    }

    @Override
    public C newChannel() {
        C channel = factory.newChannel();
        channels.watchWithAccepted(channel, origin);
        return channel;
    }

    @Override
    public String toString() {
        return factory.toString();
    }
}
