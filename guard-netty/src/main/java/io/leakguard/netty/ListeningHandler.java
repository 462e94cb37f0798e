package io.leakguard.netty;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** In the pipeline of a channel that listens: sees its address and who closes it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told to the promise
final class ListeningHandler extends ChannelDuplexHandler {

    private final ChannelState state;

    ListeningHandler(ChannelState state) {
        this.state = state;
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
