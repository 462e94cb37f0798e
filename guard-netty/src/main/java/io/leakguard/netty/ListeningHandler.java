package io.leakguard.netty;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** In the pipeline of a channel: sees its addresses, its loops and who closes it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the promise
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
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        state.addresses(ctx.channel());
        super.channelActive(ctx);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        state.closeRequested = true;
        ctx.close(promise);
    }
}
