package io.leakguard.demo;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.leakguard.report.HtmlReport;
import io.leakguard.telemetry.LeakGuardHealth;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The daemon takes events over HTTP on loopback, with Netty, and {@link OrderJobs} does the work. It has two bugs
 * itself: a handler forgets a buffer, and idle connections are never closed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of writing and closing: nobody is left to inform
final class OrderDaemon implements AutoCloseable {

    static final int DONE = 200;
    static final int REJECTED = 422;
    static final int FAILED = 500;
    static final int TIMED_OUT = 504;

    /** The longest time that a connection may be idle. */
    static final Duration IDLE_LIMIT = Duration.ofSeconds(4);

    private static final int THREADS = 6;

    private final LeakGuard guard;
    private final Bugs bugs;
    private final OrderJobs jobs;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ExecutorService workers;
    private final Channel server;

    OrderDaemon(LeakGuard guard, NettyGuard netty, Bugs bugs, OrderJobs jobs) {
        this.guard = guard;
        this.bugs = bugs;
        this.jobs = jobs;
        workers = guard.wrap(Executors.newFixedThreadPool(THREADS), "http workers");
        server = listen(netty);
    }

    private Channel listen(NettyGuard netty) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(netty.httpRequestScope())
                                .addLast(new HttpServerKeepAliveHandler())
                                .addLast(new HttpObjectAggregator(65_536))
                                .addLast(new IdleStateHandler(0, 0, IDLE_LIMIT.toSeconds(), TimeUnit.SECONDS))
                                .addLast("orders", new Connection());
                    }
                });
        netty.watch(bootstrap); // LEAK: idle-connection (idle)
        return bootstrap
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    URI address(String path) {
        InetSocketAddress at = (InetSocketAddress) server.localAddress();
        return URI.create("http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + path);
    }

    /** One client's connection. It sends one request at a time. */
    private final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {
        private boolean working;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) throws Exception {
            working = true;
            String body = request.content().toString(StandardCharsets.UTF_8);
            switch (request.uri()) {
                case "/event" -> event(ctx, body);
                case "/health" -> later(ctx, () -> health(ctx.alloc()));
                case "/leaks" -> later(ctx, () -> leaks(ctx.alloc()));
                default -> answer(ctx, response(404, Unpooled.EMPTY_BUFFER));
            }
        }

        private void event(ChannelHandlerContext ctx, String line) throws Exception {
            Event event;
            try {
                event = Event.parse(line);
            } catch (IllegalArgumentException e) {
                answer(ctx, text(ctx.alloc(), 400, "text/plain", e.getMessage() + "\n"));
                return;
            }
            if (event.job().equals("receipt")) {
                answer(ctx, receipt(ctx.alloc(), event));
            } else {
                // Without the request's scope: the collector, or the jobs' own scopes, must find the resources that
                // jobs forget.
                later(ctx, () -> response(perform(event), Unpooled.EMPTY_BUFFER));
            }
        }

        /** Does slow work on another thread than the event loop's. */
        private void later(ChannelHandlerContext ctx, Callable<FullHttpResponse> work) {
            workers.execute(() -> {
                try {
                    answer(ctx, work.call());
                } catch (Exception e) {
                    exceptionCaught(ctx, e);
                }
            });
        }

        private void answer(ChannelHandlerContext ctx, FullHttpResponse response) {
            ctx.writeAndFlush(response).addListener(written -> working = false);
        }

        /** An idle connection keeps its descriptor and its buffers. */
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IdleStateEvent && !working && !bugs.areOn()) {
                ctx.close(); // missing, while the bugs are on
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("a request failed: " + cause);
            ctx.close();
        }
    }

    /** Writes the receipt before it checks whether the customer wants one. */
    private FullHttpResponse receipt(ByteBufAllocator alloc, Event event) throws Exception {
        ByteBuf receipt = alloc.buffer(); // LEAK: unwanted-receipt (lost)
        receipt.writeCharSequence("received from " + event.customer() + "\n", StandardCharsets.UTF_8);
        if (event.detail().equals("paperless")) {
            bugs.forget("unwanted-receipt", receipt::release);
            return response(DONE, Unpooled.EMPTY_BUFFER);
        }
        return response(DONE, receipt);
    }

    /** The health of this process with reasons, for the load balancer. */
    private FullHttpResponse health(ByteBufAllocator alloc) {
        LeakGuardHealth.Health health = LeakGuardHealth.of(guard).check();
        return text(alloc, health.httpStatus(), "text/plain", health.toText());
    }

    /** The page of leaks and open resources, for operators. In this demo the server is on loopback only. */
    private FullHttpResponse leaks(ByteBufAllocator alloc) {
        return text(alloc, 200, "text/html", HtmlReport.of(guard).toHtml());
    }

    private static FullHttpResponse text(ByteBufAllocator alloc, int status, String type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response = response(status, alloc.buffer(bytes.length).writeBytes(bytes));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type + "; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return response;
    }

    private static FullHttpResponse response(int status, ByteBuf body) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body);
        HttpUtil.setContentLength(response, body.readableBytes());
        return response;
    }

    private int perform(Event event) {
        try {
            jobs.run(event);
            return DONE;
        } catch (SocketTimeoutException e) {
            return TIMED_OUT;
        } catch (OrderJobs.Rejected e) {
            return REJECTED;
        } catch (Exception e) {
            System.err.println("event " + event + " failed: " + e);
            return FAILED;
        }
    }

    @Override
    public void close() throws InterruptedException {
        server.close().syncUninterruptibly();
        workers.shutdown();
        if (!workers.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the daemon's workers don't end");
        }
        connections.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
