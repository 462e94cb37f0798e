package io.leakguard.netty;

import io.leakguard.ResourceKind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import org.jspecify.annotations.Nullable;

/** A bootstrap's handler that runs before the user's own. It registers each channel with the guard. */
@ChannelHandler.Sharable
final class ChannelWatcher extends ChannelInitializer<Channel> {

    private final OpenChannels channels;
    private final ResourceKind kind;
    private final @Nullable ChannelHandler next;
    private final ChannelOrigin origin;

    ChannelWatcher(OpenChannels channels, ResourceKind kind, @Nullable ChannelHandler next) {
        this.channels = channels;
        this.kind = kind;
        this.next = next;
        this.origin = channels.originHere();
    }

    @Override
    protected void initChannel(Channel channel) {
        channels.watch(channel, kind, origin);
        if (next != null) {
            channel.pipeline().addLast(next);
        }
    }
}
