package io.leakguard.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;

/** A handler next to the socket, which also counts bytes. */
@SuppressWarnings("FutureReturnValueIgnored") // failures go to the promise
final class TrafficHandler extends ListeningHandler {

    static final String NAME = "leakguard-traffic";

    TrafficHandler(ChannelState state, OpenChannels channels) {
        super(state, channels);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        long bytes = bytes(msg);
        if (bytes > 0) {
            state.read(bytes);
        }
        ctx.fireChannelRead(msg);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
        long bytes = bytes(msg);
        if (bytes > 0) {
            state.wrote(bytes);
        }
        ctx.write(msg, promise);
    }

    private static long bytes(Object msg) {
        if (msg instanceof ByteBuf buffer) {
            return buffer.readableBytes();
        }
        if (msg instanceof ByteBufHolder holder) {
            return holder.content().readableBytes();
        }
        if (msg instanceof AddressedEnvelope<?, ?> envelope && envelope.content() instanceof ByteBuf buffer) {
            return buffer.readableBytes();
        }
        return msg instanceof FileRegion region ? region.count() : 0;
    }
}
