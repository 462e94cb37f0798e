package io.leakguard.benchmarks;

import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * An HTTP/1.1 server and a client over loopback, both with Netty in one JVM: {@value #CONNECTIONS} keep-alive
 * connections, one request at a time on each. Both sides are guarded.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
public class NettyHttpBenchmark {

    private static final String MIN = "-Xms1g";
    private static final String MAX = "-Xmx1g";
    static final int CONNECTIONS = 16;
    static final int REQUESTS = 250;
    static final int OPERATIONS = CONNECTIONS * REQUESTS;

    private NettyGuarding guarding;
    private EventLoopGroup group;
    private Channel server;
    private final List<Client> clients = new ArrayList<>();
    private volatile CountDownLatch done = new CountDownLatch(0);

    @Setup(Level.Trial)
    public void setUp() throws InterruptedException {
        guarding = new NettyGuarding();
        NettyGuard netty = watcher(guarding);
        group = new NioEventLoopGroup(2);
        server = serve(group, guarding, Server::new);
        for (int i = 0; i < CONNECTIONS; i++) {
            Client client = new Client();
            clients.add(client);
            Bootstrap connecting = new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(65_536), client);
                        }
                    });
            client.channel = (netty == null ? connecting : netty.watch(connecting))
                    .connect((InetSocketAddress) server.localAddress())
                    .syncUninterruptibly()
                    .channel();
        }
    }

    /** Watches the channels; null for no watch. */
    private static @Nullable NettyGuard watcher(NettyGuarding guarding) {
        return Boolean.getBoolean("bench.channels") ? guarding.netty : null;
    }

    /** Starts an HTTP server over loopback. */
    static Channel serve(EventLoopGroup group, NettyGuarding guarding, Supplier<ChannelHandler> handler) {
        NettyGuard netty = watcher(guarding);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec());
                        if (netty != null) {
                            channel.pipeline().addLast(netty.httpRequestScope());
                        }
                        channel.pipeline().addLast(new HttpObjectAggregator(65_536), handler.get());
                    }
                });
        return (netty == null ? bootstrap : netty.watch(bootstrap))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        for (Client client : clients) {
            client.channel.close().syncUninterruptibly();
        }
        server.close().syncUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        guarding.close();
    }

    private static final class Server extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            ByteBuf body = ctx.alloc().directBuffer(64).writeBytes(request.content());
            FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            HttpUtil.setContentLength(response, body.readableBytes());
            ctx.writeAndFlush(response);
        }
    }

    private final class Client extends SimpleChannelInboundHandler<FullHttpResponse> {
        Channel channel;
        private int left;

        void start() {
            left = REQUESTS;
            send(channel);
        }

        private void send(Channel to) {
            ByteBuf body = to.alloc().directBuffer(64).writeLong(42);
            FullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/orders", body);
            request.headers().set(HttpHeaderNames.HOST, "localhost");
            HttpUtil.setContentLength(request, 8);
            to.writeAndFlush(request);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            if (response.status() != HttpResponseStatus.OK || response.content().readableBytes() != 8) {
                throw new IllegalStateException("not the answer: " + response);
            }
            if (--left > 0) {
                send(ctx.channel());
            } else {
                done.countDown();
            }
        }
    }

    long exchange() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(CONNECTIONS);
        done = latch;
        for (Client client : clients) {
            client.channel.eventLoop().execute(client::start);
        }
        if (!latch.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer");
        }
        return latch.getCount();
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NONE, NettyGuarding.DISABLED})
    public long nettyDisabled() throws InterruptedException {
        return exchange();
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NONE, NettyGuarding.SIMPLE})
    public long nettySimple() throws InterruptedException {
        return exchange();
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.NONE, NettyGuarding.PARANOID})
    public long nettyParanoid() throws InterruptedException {
        return exchange();
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.DEFAULT})
    public long guardByDefault() throws InterruptedException {
        return exchange();
    }

    /** With the channels watched, and a scope for each request. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    @Fork(jvmArgsAppend = {MIN, MAX, NettyGuarding.DEFAULT, "-Dbench.channels=true"})
    public long guardWithChannelsAndScopes() throws InterruptedException {
        return exchange();
    }
}
