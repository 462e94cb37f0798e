package io.leakguard.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.SynchronousQueue;

/**
 * The handlers of {@link HttpLoad}'s server without sockets, and so without the kernel, whose noise exceeds the guard's
 * cost. Netty's own work for a request remains.
 */
final class HttpPipeline {

    private static final int REQUESTS = 10_000;

    private final SynchronousQueue<Integer> wanted = new SynchronousQueue<>();
    private final SynchronousQueue<Integer> done = new SynchronousQueue<>();

    HttpPipeline() {
        NettyGuarding guarding = new NettyGuarding();
        // Like an event loop's thread: Netty keeps pools for such threads only.
        Thread loop = new FastThreadLocalThread(() -> {
            Wire wire = new Wire();
            EmbeddedChannel channel = new EmbeddedChannel(
                    wire, new HttpServerCodec(), new HttpObjectAggregator(65_536), HttpLoad.handler());
            try {
                while (true) {
                    int n = wanted.take();
                    for (int i = 0; i < n; i++) {
                        exchange(channel, wire);
                    }
                    done.put(n);
                }
            } catch (InterruptedException e) {
                guarding.close();
            }
        });
        loop.setDaemon(true);
        loop.start();
    }

    private static void exchange(EmbeddedChannel channel, Wire wire) {
        ChannelPipeline pipeline = channel.pipeline();
        wire.bytes = 0;
        pipeline.fireChannelRead(channel.alloc().ioBuffer(2_048).writeBytes(HttpLoad.REQUEST));
        pipeline.fireChannelReadComplete();
        if (wire.bytes == 0) {
            throw new IllegalStateException("no answer");
        }
    }

    int exchange() throws InterruptedException {
        wanted.put(REQUESTS);
        return done.take();
    }

    /** Takes written data, as a socket does. */
    private static final class Wire extends ChannelOutboundHandlerAdapter {
        int bytes;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf buffer = (ByteBuf) message;
            bytes += buffer.readableBytes();
            buffer.release();
            promise.setSuccess();
        }

        @Override
        public void flush(ChannelHandlerContext context) {}
    }
}
