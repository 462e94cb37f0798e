package io.leakguard.netty.it;

import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 server and client over loopback, plain or with TLS, that work right, or leak in one of the classic ways. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
final class HttpDaemon implements AutoCloseable {

    /** What the server does wrong for a request to {@code /leak}. */
    enum Bug {
        NEITHER_RELEASED_NOR_FORWARDED,
        EXCEPTION_PATH,
        RETAINED_SLICE,
        COMPOSITE_COMPONENT,
        AGGREGATED_REQUEST,
        WRITE_AFTER_CLOSE
    }

    private final EventLoopGroup group = new NioEventLoopGroup(2);
    private final ChannelGroup accepted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final @Nullable NettyGuard netty;
    private final @Nullable Bug bug;
    private final @Nullable SslContext clientTls;
    private final Channel server;

    HttpDaemon(@Nullable NettyGuard netty, @Nullable Bug bug, boolean tls) throws Exception {
        this.netty = netty;
        this.bug = bug;
        SslContext serverTls = tls ? serverTls() : null;
        this.clientTls = tls
                ? SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .build()
                : null;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted.add(channel);
                        if (serverTls != null) {
                            channel.pipeline().addLast(serverTls.newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(new HttpServerCodec());
                        if (netty != null) {
                            channel.pipeline().addLast(netty.httpRequestScope());
                        }
                        if (bug == Bug.NEITHER_RELEASED_NOR_FORWARDED) {
                            channel.pipeline().addLast("forgetful", new Forgetful());
                        }
                        channel.pipeline().addLast(new HttpObjectAggregator(1 << 16));
                        channel.pipeline().addLast("app", bug == Bug.AGGREGATED_REQUEST ? new Hoarder() : new App(bug));
                    }
                });
        this.server = (netty == null ? bootstrap : netty.watch(bootstrap))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    private static SslContext serverTls() throws Exception {
        return SslContextBuilder.forServer(keyManagers())
                .sslProvider(SslProvider.JDK)
                .build();
    }

    /** With a key and its certificate, made just now. */
    static KeyManagerFactory keyManagers() throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys(), "changeit".toCharArray());
        return factory;
    }

    /** A key {@code server} with its certificate. */
    static KeyStore keys() throws Exception {
        Path folder = Files.createTempDirectory("leakguard-tls");
        Path store = folder.resolve("server.p12");
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keyalg",
                            "EC",
                            "-alias",
                            "server",
                            "-dname",
                            "CN=localhost",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            "changeit")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IllegalStateException("keytool: " + output);
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, "changeit".toCharArray());
            }
            return keys;
        } finally {
            Files.deleteIfExists(store);
            Files.deleteIfExists(folder);
        }
    }

    // ---------------------------------------------------------------------------------------------------- the server

    /** Answers, each path in another correct way; {@code /leak} has the bug. */
    private static final class App extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final @Nullable Bug bug;

        App(@Nullable Bug bug) {
            this.bug = bug;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            switch (request.uri()) {
                case "/slice" ->
                    answer(
                            ctx,
                            request.content().retainedSlice(0, request.content().readableBytes() / 2));
                case "/composite" -> answer(ctx, composite(ctx, request, true));
                case "/fails" -> fails(ctx, true);
                case "/leak" -> leak(ctx, request);
                default -> answer(ctx, request.content().retain());
            }
        }

        private void leak(ChannelHandlerContext ctx, FullHttpRequest request) {
            if (bug == Bug.RETAINED_SLICE) {
                keepsSlice(request);
            } else if (bug == Bug.COMPOSITE_COMPONENT) {
                answer(ctx, composite(ctx, request, false));
                return;
            } else if (bug == Bug.EXCEPTION_PATH) {
                fails(ctx, false);
                return;
            } else if (bug == Bug.WRITE_AFTER_CLOSE) {
                writesAfterClose(ctx);
                return;
            }
            answer(ctx, request.content().retain());
        }

        private static void keepsSlice(FullHttpRequest request) {
            request.content().retainedSlice(0, 2);
        }

        private static CompositeByteBuf composite(
                ChannelHandlerContext ctx, FullHttpRequest request, boolean releases) {
            ByteBuf header = ctx.alloc().directBuffer(16).writeByte('#');
            CompositeByteBuf both = ctx.alloc()
                    .compositeBuffer(2)
                    .addComponents(true, header, request.content().retain());
            if (!releases) {
                header.retain(); // "somebody else may need it"
            }
            return both;
        }

        private static void fails(ChannelHandlerContext ctx, boolean releases) {
            ByteBuf scratch = ctx.alloc().directBuffer(32).writeInt(1);
            try {
                if (scratch.readableBytes() > 0) {
                    throw new IllegalStateException("as it happens");
                }
                scratch.release();
            } catch (IllegalStateException e) {
                if (releases) {
                    scratch.release();
                }
                answer(ctx, ctx.alloc().directBuffer(1).writeByte('!'));
            }
        }

        private static void writesAfterClose(ChannelHandlerContext ctx) {
            ByteBuf late = ctx.alloc().directBuffer(32).writeInt(1);
            ctx.close().addListener(closed -> {
                if (ctx.channel().isActive()) {
                    ctx.writeAndFlush(late);
                } // and otherwise nobody releases it
            });
        }

        private static void answer(ChannelHandlerContext ctx, ByteBuf content) {
            FullHttpResponse response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
            HttpUtil.setContentLength(response, content.readableBytes());
            ctx.writeAndFlush(response);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Neither releases nor forwards the content of {@code /leak}. */
    private static final class Forgetful extends ChannelInboundHandlerAdapter {
        private boolean forget;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof io.netty.handler.codec.http.HttpRequest request) {
                forget = request.uri().equals("/leak");
            }
            if (!forget) {
                ctx.fireChannelRead(msg);
            } else if (msg instanceof io.netty.handler.codec.http.HttpContent content) {
                looksAt(content.content());
                if (msg instanceof io.netty.handler.codec.http.LastHttpContent) {
                    App.answer(ctx, ctx.alloc().directBuffer(1).writeByte('.'));
                }
            }
        }

        private static void looksAt(ByteBuf content) {
            content.getByte(0);
        }
    }

    /** Takes the aggregated request over and never releases it. */
    private static final class Hoarder extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            FullHttpRequest request = (FullHttpRequest) msg;
            if (request.uri().equals("/leak")) {
                hoards(request);
            } else {
                ReferenceCountUtil.release(msg);
            }
            App.answer(ctx, ctx.alloc().directBuffer(1).writeByte('.'));
        }

        private static void hoards(FullHttpRequest request) {
            request.content().getByte(0);
        }
    }

    // ---------------------------------------------------------------------------------------------------- the client

    /** Sends requests over a few keep-alive connections, many at a time, and waits for all answers. */
    void request(int requests, String... paths) throws InterruptedException {
        int connections = requests < 100 ? 1 : 4;
        CountDownLatch done = new CountDownLatch(connections);
        AtomicInteger failed = new AtomicInteger();
        for (int i = 0; i < connections; i++) {
            int share = requests / connections + (i < requests % connections ? 1 : 0);
            connect(new Load(share, paths, done, failed));
        }
        if (!done.await(300, TimeUnit.SECONDS)) {
            throw new AssertionError(done.getCount() + " connections are not done");
        }
        if (failed.get() > 0) {
            throw new AssertionError(failed.get() + " requests failed");
        }
    }

    /** Tells whether a request to {@code /leak} gets no answer. */
    boolean closesUponLeak() {
        return bug == Bug.WRITE_AFTER_CLOSE;
    }

    /** Sends one request that the server doesn't answer but closes upon. */
    void requestWithoutAnswer(String path) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Channel channel = connect(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                done.countDown();
            }
        });
        channel.writeAndFlush(post(channel, path)).syncUninterruptibly();
        if (!done.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the server did not close");
        }
        channel.close().syncUninterruptibly();
    }

    private Channel connect(ChannelInboundHandlerAdapter last) {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (clientTls != null) {
                            channel.pipeline().addLast(clientTls.newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(1 << 16), last);
                    }
                });
        return (netty == null ? bootstrap : netty.watch(bootstrap))
                .connect((InetSocketAddress) server.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static FullHttpRequest post(Channel channel, String path) {
        ByteBuf content = channel.alloc().directBuffer(8).writeLong(42);
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path, content);
        request.headers().set(HttpHeaderNames.HOST, "localhost");
        HttpUtil.setContentLength(request, 8);
        return request;
    }

    private static final class Load extends SimpleChannelInboundHandler<FullHttpResponse> {
        private static final int WINDOW = 32;
        private final int requests;
        private final String[] paths;
        private final CountDownLatch done;
        private final AtomicInteger failed;
        private int sent;
        private int answered;

        Load(int requests, String[] paths, CountDownLatch done, AtomicInteger failed) {
            this.requests = requests;
            this.paths = paths;
            this.done = done;
            this.failed = failed;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            more(ctx);
        }

        private void more(ChannelHandlerContext ctx) {
            while (sent < requests && sent - answered < WINDOW) {
                ctx.write(post(ctx.channel(), paths[sent++ % paths.length]));
            }
            ctx.flush();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            answered++;
            if (response.status().code() != 200) {
                failed.incrementAndGet();
            }
            if (answered == requests) {
                ctx.close().addListener((ChannelFutureListener) closed -> done.countDown());
            } else if (answered % (WINDOW / 2) == 0 || sent - answered == 0) {
                more(ctx);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failed.incrementAndGet();
            ctx.close();
        }
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        accepted.close().syncUninterruptibly(); // or they would be open when their group is shut down
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
