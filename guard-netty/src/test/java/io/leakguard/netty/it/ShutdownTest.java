package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server is taken down as Netty's examples do it, with clients that keep their connections open. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class ShutdownTest {

    private static final int CLIENTS = 6;

    private final Leaks leaks = new Leaks();

    private static final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest msg) {
            DefaultFullHttpResponse ok =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
            HttpUtil.setContentLength(ok, 0);
            ctx.writeAndFlush(ok);
        }
    }

    private static Channel serve(NettyGuard netty, EventLoopGroup boss, EventLoopGroup workers, boolean http2) {
        return netty.watch(new ServerBootstrap()
                        .group(boss, workers)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                if (http2) {
                                    channel.pipeline()
                                            .addLast(Http2FrameCodecBuilder.forServer()
                                                    .build());
                                } else {
                                    channel.pipeline()
                                            .addLast(
                                                    new HttpServerCodec(),
                                                    netty.httpRequestScope(),
                                                    new HttpObjectAggregator(1_024),
                                                    new Answers());
                                }
                            }
                        }))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private static Socket keepAlive(Channel server) throws Exception {
        InetSocketAddress to = (InetSocketAddress) server.localAddress();
        Socket socket = new Socket(to.getAddress(), to.getPort());
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) in.read());
        }
        assertThat(answer).startsWith("HTTP/1.1 200");
        return socket;
    }

    private static void http2(EventLoopGroup loops, Channel server, CountDownLatch ready) {
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient().build(), new ChannelInboundHandlerAdapter() {
                                            @Override
                                            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                                                if (msg instanceof Http2SettingsAckFrame) {
                                                    ready.countDown();
                                                }
                                                ReferenceCountUtil.release(msg);
                                            }
                                        });
                    }
                })
                .connect(server.localAddress())
                .syncUninterruptibly();
    }

    @Test
    void with_idle_clients_of_http_1_and_2_nothing_is_reported_and_nothing_is_open() throws Exception {
        LeakGuard guard = LeakGuard.builder().log(false).listener(leaks).build();
        NettyGuard netty = NettyGuard.install(guard);
        EventLoopGroup boss = new NioEventLoopGroup(1);
        EventLoopGroup workers = new NioEventLoopGroup(2);
        EventLoopGroup clients = new NioEventLoopGroup(1);
        Channel http1 = serve(netty, boss, workers, false);
        Channel http2 = serve(netty, boss, workers, true);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            sockets.add(keepAlive(http1));
        }
        CountDownLatch ready = new CountDownLatch(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            http2(clients, http2, ready);
        }
        assertThat(ready.await(Leaks.BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(netty.channels()).hasSize(2 * CLIENTS + 2);

        http1.close().syncUninterruptibly();
        http2.close().syncUninterruptibly();
        workers.shutdownGracefully();
        boss.shutdownGracefully();
        workers.terminationFuture().syncUninterruptibly();
        boss.terminationFuture().syncUninterruptibly();

        GuardStatsCheck.noneOpen(guard);
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        netty.close();
        guard.close();
        assertThat(leaks.atShutdown).isEmpty();
        for (Socket socket : sockets) {
            socket.close();
        }
        clients.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
