package com.acme;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

public class OrderServer {

    /** Kept: once it was collected, it would close its connection, which is to be listed. */
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @SuppressWarnings("FutureReturnValueIgnored")
    static final class Orders extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            ByteBuf draft = ctx.alloc().directBuffer();
            draft.writeCharSequence("no orders today", StandardCharsets.UTF_8); // and nobody sends or releases it
            var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            HttpUtil.setContentLength(answer, 0);
            ctx.writeAndFlush(answer);
        }
    }

    public static void main(String[] args) throws Exception {
        LeakGuard guard = LeakGuard.create();
        NettyGuard netty = NettyGuard.install(guard); // before anything else uses Netty
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        ServerBootstrap server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec(), netty.httpRequestScope());
                        channel.pipeline().addLast(new HttpObjectAggregator(65_536), new Orders());
                    }
                });
        Channel listening = netty.watch(server).bind("localhost", 0).sync().channel();

        int port = ((InetSocketAddress) listening.localAddress()).getPort();
        CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/orders"))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        while (guard.stats().leaked() == 0) {
            System.gc();
        }
        System.out.println(netty.channelsText());
        guard.close();
        System.exit(0);
    }
}
