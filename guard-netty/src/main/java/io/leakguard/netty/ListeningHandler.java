package io.leakguard.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/** A handler in a channel's pipeline that sees its addresses and its loops. */
class ListeningHandler extends ChannelDuplexHandler {

    final ChannelState state;
    private final OpenChannels channels;

    ListeningHandler(ChannelState state, OpenChannels channels) {
        this.state = state;
        this.channels = channels;
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) throws Exception {
        channels.listenTo(ctx.channel().eventLoop());
        super.channelRegistered(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        ChannelOrigin origin = state.origin();
        if (state.withAccepted && origin != null && msg instanceof Channel accepted) {
            channels.watch(accepted, NettyGuard.CHANNEL_ACCEPTED, origin);
        }
        ctx.fireChannelRead(msg);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        state.addresses(ctx.channel());
        super.channelActive(ctx);
    }
}
