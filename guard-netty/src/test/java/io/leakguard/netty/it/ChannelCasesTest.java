package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.LeakCause;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.OpenChannel;
import io.leakguard.netty.OpenChannel.State;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels of all transports, and what happens to them besides being opened and closed. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class ChannelCasesTest extends GuardedNetty {

    private static final ResourceKind[] CHANNELS = {
        NettyGuard.CHANNEL, NettyGuard.CHANNEL_ACCEPTED, NettyGuard.CHANNEL_SERVER
    };

    private EventLoopGroup group;
    private boolean halfClosure;

    @BeforeEach
    void startLoops() {
        group = new NioEventLoopGroup(2);
    }

    @AfterEach
    void endLoops() {
        endOnceEmpty(group);
    }

    private static void end(EventLoopGroup of) {
        of.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A handler that discards; shared by all channels. */
    @ChannelHandler.Sharable
    private static class Discard extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // what a handler does that expects peers to vanish
        }
    }

    private Channel serve(
            EventLoopGroup on, Class<? extends ServerChannel> type, SocketAddress at, ChannelHandler child) {
        return netty.watch(new ServerBootstrap()
                        .group(on)
                        .channel(type)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                        .childHandler(child))
                .bind(at)
                .syncUninterruptibly()
                .channel();
    }

    private Channel serve(ChannelHandler child) {
        return serve(group, NioServerSocketChannel.class, loopback(), child);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private Channel connect(EventLoopGroup on, Class<? extends Channel> type, Channel server) {
        return netty.watch(new Bootstrap().group(on).channel(type).handler(new Discard()))
                .connect(server.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static Socket connect(Channel server) throws Exception {
        InetSocketAddress to = (InetSocketAddress) server.localAddress();
        return new Socket(to.getAddress(), to.getPort());
    }

    private List<OpenChannel> open(ResourceKind kind) {
        return netty.channels(Duration.ofMillis(1)).stream()
                .filter(c -> c.kind().equals(kind))
                .toList();
    }

    private OpenChannel accepted() {
        await(() -> open(NettyGuard.CHANNEL_ACCEPTED).size() == 1);
        return open(NettyGuard.CHANNEL_ACCEPTED).get(0);
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .pollInterval(Duration.ofMillis(10))
                .until(condition);
    }

    private void noneOpen() {
        await(() -> netty.channels().isEmpty());
        for (ResourceKind kind : CHANNELS) {
            GuardStatsCheck.noneOpen(guard, kind);
        }
    }

    private void nothingReported() {
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
    }

    @Test
    void a_datagram_channel_is_listed_with_its_local_address_and_bytes() {
        Bootstrap datagrams = netty.watch(
                new Bootstrap().group(group).channel(NioDatagramChannel.class).handler(new Discard()));
        Channel receiver = datagrams.bind(loopback()).syncUninterruptibly().channel();
        Channel sender = datagrams.bind(loopback()).syncUninterruptibly().channel();
        sender.writeAndFlush(new DatagramPacket(
                        Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII),
                        (InetSocketAddress) receiver.localAddress()))
                .syncUninterruptibly();
        await(() -> open(NettyGuard.CHANNEL).stream().anyMatch(c -> c.bytesIn() == 5));
        assertThat(open(NettyGuard.CHANNEL)).hasSize(2).allSatisfy(c -> {
            assertThat(c.local()).startsWith("127.0.0.1:");
            assertThat(c.remote()).isEmpty();
            assertThat(c.site()).contains("ChannelCasesTest.a_datagram_channel");
        });
        assertThat(guard.open().toText()).contains("at 127.0.0.1:");
        assertThat(netty.remoteHosts()).isEmpty();
        sender.close().syncUninterruptibly();
        receiver.close().syncUninterruptibly();
        noneOpen();
        nothingReported();
    }

    @Test
    void local_channels_are_listed_and_gone_when_they_are_closed() {
        EventLoopGroup local = new DefaultEventLoopGroup(1);
        Channel server = serve(local, LocalServerChannel.class, new LocalAddress("here"), new Discard());
        Channel client = connect(local, LocalChannel.class, server);
        assertThat(accepted().site()).contains("ChannelCasesTest.serve(");
        // A local channel is connected before its handlers hear of it.
        await(() -> open(NettyGuard.CHANNEL).get(0).remote().equals("local:here"));
        assertThat(open(NettyGuard.CHANNEL)).hasSize(1);
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        noneOpen();
        end(local);
        nothingReported();
    }

    @Test
    void an_embedded_channel_is_never_reported() {
        dropEmbedded();
        nothingReported();
        assertThat(netty.channels()).isEmpty();
        assertThat(guard.stats().opened()).as(() -> guard.open().toText()).isEqualTo(settled());
    }

    /** What {@link Leaks#settle} tracks. */
    private static int settled() {
        return 2;
    }

    private static void dropEmbedded() {
        EmbeddedChannel channel = new EmbeddedChannel(new Discard());
        channel.writeInbound("a message");
    }

    @Test
    void the_native_transport_s_channels_are_listed_as_others_are_and_end_with_their_group() {
        assumeTrue(Epoll.isAvailable(), () -> "epoll: " + Epoll.unavailabilityCause());
        EventLoopGroup epoll = new EpollEventLoopGroup(1);
        Channel server = serve(epoll, EpollServerSocketChannel.class, loopback(), new Discard());
        Channel client = connect(epoll, EpollSocketChannel.class, server);
        client.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII))
                .syncUninterruptibly();
        await(() -> accepted().bytesIn() == 5 && accepted().state() == State.IDLE_KEEP_ALIVE);
        assertThat(guard.open().toText()).contains("EpollEventLoopGroup");
        server.close().syncUninterruptibly();
        // Client and accepted channel are still open; within a quiet period, the loop always closes them.
        epoll.shutdownGracefully(200, 10_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        noneOpen();
        nothingReported();
        GuardStatsCheck.noneOpen(guard, NettyGuard.EVENT_LOOP_GROUP);
    }

    /** Its socket can be closed when its loop has ended. */
    public static final class Closable extends NioSocketChannel {
        void closeSocket() throws IOException {
            javaChannel().close();
        }
    }

    /** Netty 4.2 leaves the channels of such a loop open; 4.1 closes them, and then nothing is to be told. */
    @Test
    void channels_whose_loop_ends_without_closing_them_are_one_report_with_their_number() throws Exception {
        EventLoopGroup loops = new NioEventLoopGroup(1);
        Channel server = serve(new Discard());
        List<Channel> clients = Stream.generate(() -> connect(loops, Closable.class, server))
                .limit(3)
                .toList();
        loops.next()
                .submit(() -> loops.shutdownGracefully(0, 1, TimeUnit.SECONDS))
                .syncUninterruptibly();
        loops.terminationFuture().syncUninterruptibly();
        try {
            await(() -> open(NettyGuard.CHANNEL).isEmpty());
            guard.flush(Leaks.BOUND);
            if (clients.get(0).isOpen()) {
                assertThat(leaks.of(NettyGuard.CHANNEL))
                        .singleElement()
                        .satisfies(report -> assertThat(report.detail())
                                .contains("event loop group was shut down while 3 channels like this were open"));
            } else {
                nothingReported();
            }
            assertThat(clients.get(0).isOpen()).isEqualTo(!"4.1".equals(System.getProperty("expected.netty")));
        } finally {
            for (Channel client : clients) {
                ((Closable) client).closeSocket();
            }
        }
        server.close().syncUninterruptibly();
        noneOpen();
    }

    @Test
    void a_channel_that_moved_to_another_loop_has_nothing_to_do_with_the_end_of_the_first() throws Exception {
        EventLoopGroup first = new NioEventLoopGroup(1);
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Channel client = netty.watch(new Bootstrap()
                            .group(first)
                            .channel(NioSocketChannel.class)
                            .handler(new Discard()))
                    .connect(server.getLocalSocketAddress())
                    .syncUninterruptibly()
                    .channel();
            Socket peer = server.accept();
            client.deregister().syncUninterruptibly();
            group.register(client).syncUninterruptibly();
            end(first);
            assertThat(client.isOpen()).isTrue();
            assertThat(open(NettyGuard.CHANNEL)).hasSize(1);
            peer.getOutputStream().write(1);
            await(() -> open(NettyGuard.CHANNEL).get(0).bytesIn() == 1);
            peer.close(); // so that nobody here closes it
            client.closeFuture().syncUninterruptibly();
        }
        noneOpen();
        nothingReported();
    }

    @Test
    void a_child_whose_handler_throws_when_it_becomes_active_is_listed_until_it_is_closed() throws Exception {
        Channel server = serve(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Discard() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        throw new IllegalStateException("as it happens");
                    }
                });
            }
        });
        try (Socket socket = connect(server)) {
            assertThat(accepted().remote()).isEqualTo("127.0.0.1:" + socket.getLocalPort());
        }
        server.close().syncUninterruptibly();
        noneOpen();
    }

    @Test
    void a_child_whose_initializer_throws_is_closed_by_netty_and_not_listed() throws Exception {
        AtomicInteger made = new AtomicInteger();
        Channel server = serve(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                made.incrementAndGet();
                throw new IllegalStateException("as it happens");
            }
        });
        try (Socket socket = connect(server)) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(made).hasValue(1);
        server.close().syncUninterruptibly();
        noneOpen();
        nothingReported();
    }

    @Test
    void a_shared_handler_serves_many_channels_each_listed_by_itself() throws Exception {
        Channel server = serve(new Discard());
        Socket[] sockets = new Socket[20];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = connect(server);
            sockets[i].getOutputStream().write(new byte[i + 1]);
        }
        await(() -> open(NettyGuard.CHANNEL_ACCEPTED).stream()
                        .mapToLong(OpenChannel::bytesIn)
                        .sum()
                == 210);
        assertThat(open(NettyGuard.CHANNEL_ACCEPTED)).hasSize(20);
        assertThat(netty.remoteHosts())
                .singleElement()
                .satisfies(h -> assertThat(h.open()).isEqualTo(20));
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close().syncUninterruptibly();
        noneOpen();
    }

    @Test
    void connects_and_binds_that_fail_are_not_listed() throws Exception {
        int refused;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused = gone.getLocalPort();
        }
        Bootstrap client = netty.watch(
                new Bootstrap().group(group).channel(NioSocketChannel.class).handler(new Discard()));
        ChannelFuture first = client.connect(InetAddress.getLoopbackAddress(), refused);
        ChannelFuture second = client.connect("no-such-host.invalid", 80);
        assertThat(first.awaitUninterruptibly().isSuccess()).isFalse();
        assertThat(second.awaitUninterruptibly().isSuccess()).isFalse();
        Channel server = serve(new Discard());
        ChannelFuture taken = netty.watch(new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Discard()))
                .bind(server.localAddress())
                .awaitUninterruptibly();
        assertThat(taken.isSuccess()).isFalse();
        await(() -> netty.channels().size() == 1);
        server.close().syncUninterruptibly();
        noneOpen();
        nothingReported();
    }

    @Test
    void a_half_closed_channel_is_listed_until_this_side_closes_it_too() throws Exception {
        halfClosure = true;
        // A limit of this test alone: an overdue channel isn't reported once more when its loops end.
        LeakScope scope = guard.openDetachedScope(
                "half-closed", null, ScopeOptions.create().mayHold(NettyGuard.CHANNEL_ACCEPTED, Duration.ofSeconds(1)));
        AtomicReference<Channel> halfClosed = new AtomicReference<>();
        Channel server;
        try (var binding = scope.bind()) {
            server = serve(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    halfClosed.set(channel);
                    channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                            ctx.writeAndFlush(Unpooled.copiedBuffer("bye", StandardCharsets.US_ASCII));
                        }
                    });
                }
            });
        }
        try (Socket socket = connect(server)) {
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readNBytes(3))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("bye");
            assertThat(accepted().bytesOut()).isPositive();
            await(() -> leaks.of(NettyGuard.CHANNEL_ACCEPTED).size() == 1);
            assertThat(leaks.of(NettyGuard.CHANNEL_ACCEPTED).get(0).cause()).isEqualTo(LeakCause.OVERDUE);
            assertThat(leaks.of(NettyGuard.CHANNEL_ACCEPTED).get(0).siteText()).contains("ChannelCasesTest.serve(");
        }
        halfClosed.get().close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        scope.close();
    }

    @Test
    void a_server_s_channels_belong_to_the_scope_in_which_it_was_set_up() throws Exception {
        LeakScope scope = guard.openDetachedScope("tenant-1", null);
        Channel server;
        try (var binding = scope.bind()) {
            server = serve(new Discard());
        }
        try (Socket socket = connect(server)) {
            assertThat(socket.isConnected()).isTrue();
            assertThat(accepted().scopes()).containsExactly("tenant-1");
            assertThat(open(NettyGuard.CHANNEL_SERVER).get(0).scopes()).containsExactly("tenant-1");
        }
        server.close().syncUninterruptibly();
        scope.close();
    }

    @Test
    void a_client_that_gives_up_in_the_middle_of_a_tls_handshake_leaves_nothing() throws Exception {
        try (HttpDaemon daemon = new HttpDaemon(netty, null, true)) {
            for (int i = 0; i < 10; i++) {
                try (Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), daemon.address().getPort())) {
                    // The begin of a client's hello, and no more.
                    socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3});
                }
            }
            await(() -> open(NettyGuard.CHANNEL_ACCEPTED).isEmpty()
                    && guard.stats().of(NettyGuard.CHANNEL_ACCEPTED).opened() == 10);
        }
        noneOpen();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        GuardStatsCheck.noneOpen(guard);
    }

    @Test
    void groups_of_each_kind_that_were_never_shut_down_are_open_when_the_guard_is_closed() {
        EventLoopGroup boss = new NioEventLoopGroup(1);
        EventLoopGroup workers = new NioEventLoopGroup(1);
        Channel server = netty.watch(new ServerBootstrap()
                        .group(boss, workers)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Discard()))
                .bind(loopback())
                .syncUninterruptibly()
                .channel();
        assertThat(guard.stats().of(NettyGuard.EVENT_LOOP_GROUP).open()).isEqualTo(2);
        server.close().syncUninterruptibly();
        end(boss);
        await(() -> guard.stats().of(NettyGuard.EVENT_LOOP_GROUP).open() == 1);
        guard.close();
        assertThat(leaks.atShutdown)
                .singleElement()
                .satisfies(open -> assertThat(open.toText()).contains("netty.eventloopgroup"));
        end(workers);
    }
}
