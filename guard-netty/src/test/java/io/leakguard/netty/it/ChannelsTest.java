package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ScopeOptions;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.OpenChannel;
import io.leakguard.netty.OpenChannel.State;
import io.leakguard.netty.RemoteHost;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class ChannelsTest extends GuardedNetty {

    private EventLoopGroup group;

    @Override
    LeakGuardBuilder settings() {
        return leaks.guard().scopeGrace(Duration.ofMillis(100));
    }

    @BeforeEach
    void startLoops() {
        group = new NioEventLoopGroup(2);
    }

    @AfterEach
    void endLoops() {
        endOnceEmpty(group);
    }

    private Channel serve() {
        ServerBootstrap server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Echo());
                    }
                });
        return netty.watch(server)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private Channel connect(Channel server) {
        return netty.watch(new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .handler(new ChannelInboundHandlerAdapter()))
                .connect((InetSocketAddress) server.localAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static final class Echo extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            ctx.writeAndFlush(msg.retain());
        }
    }

    private static void send(Channel client, String text) {
        ByteBuf bytes = client.alloc().directBuffer();
        bytes.writeCharSequence(text, java.nio.charset.StandardCharsets.US_ASCII);
        client.writeAndFlush(bytes).syncUninterruptibly();
    }

    private List<OpenChannel> open(io.leakguard.ResourceKind kind) {
        return netty.channels(Duration.ofMillis(1)).stream()
                .filter(c -> c.kind().equals(kind))
                .toList();
    }

    @Test
    void open_channels_are_listed_with_bytes_addresses_and_the_bootstrap_s_line() {
        Channel server = serve();
        Channel client = connect(server);
        client.pipeline().addLast(new Discard());
        send(client, "hello");
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .until(() -> open(NettyGuard.CHANNEL_ACCEPTED).size() == 1
                        && open(NettyGuard.CHANNEL_ACCEPTED).get(0).bytesOut() == 5
                        && open(NettyGuard.CHANNEL).get(0).bytesIn() == 5);
        OpenChannel accepted = open(NettyGuard.CHANNEL_ACCEPTED).get(0);
        assertThat(accepted.bytesIn()).isEqualTo(5);
        assertThat(accepted.site()).contains("ChannelsTest.serve(");
        assertThat("/" + accepted.remote()).isEqualTo(client.localAddress().toString());
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .until(() -> open(NettyGuard.CHANNEL_ACCEPTED).get(0).state() == State.IDLE_KEEP_ALIVE);
        OpenChannel connected = open(NettyGuard.CHANNEL).get(0);
        assertThat(connected.site()).contains("ChannelsTest.connect(");
        assertThat(connected.bytesOut()).isEqualTo(5);
        assertThat(open(NettyGuard.CHANNEL_SERVER)).singleElement().satisfies(c -> {
            assertThat(c.state()).isEqualTo(State.LISTENING);
            assertThat("/" + c.local()).isEqualTo(server.localAddress().toString());
        });
        assertThat(netty.channelsText()).contains("3 open channels").contains("127.0.0.1: 2 open");
        assertThat(netty.remoteHosts()).extracting(RemoteHost::host).containsExactly("127.0.0.1");
        assertThat(guard.open().toText()).contains("netty.channel.accepted").contains("ChannelsTest.serve(");

        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        Awaitility.await().atMost(Leaks.BOUND).until(() -> netty.channels().isEmpty());
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL);
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL_ACCEPTED);
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL_SERVER);
    }

    private static final class Discard extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {}
    }

    @Test
    void a_channel_that_is_open_longer_than_its_limit_is_overdue_at_the_bootstrap_s_line() {
        Channel server = serve();
        LeakScope limited = guard.openDetachedScope(
                "limited", null, ScopeOptions.create().mayHold(NettyGuard.CHANNEL, Duration.ofSeconds(1)));
        Channel client;
        try (var binding = limited.bind()) {
            client = connect(server);
        }
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .until(() -> !leaks.of(NettyGuard.CHANNEL).isEmpty());
        LeakReport report = leaks.of(NettyGuard.CHANNEL).get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.OVERDUE);
        assertThat(report.siteText()).contains("ChannelsTest.connect(");
        assertThat(report.description()).contains("to 127.0.0.1:").contains("idle for");
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        limited.close();
    }

    @Test
    void a_client_that_is_not_closed_when_its_scope_ends_is_reported() {
        Channel server = serve();
        Channel client;
        try (LeakScope scope = guard.openScope("event-1")) {
            client = connect(server);
            assertThat(open(NettyGuard.CHANNEL).get(0).scopes()).containsExactly("event-1");
        }
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .until(() -> !leaks.of(NettyGuard.CHANNEL).isEmpty());
        LeakReport report = leaks.of(NettyGuard.CHANNEL).get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        assertThat(report.scopes()).containsExactly("event-1");
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
    }

    @Test
    void channels_that_their_event_loop_group_closes_as_it_is_shut_down_are_not_reported() {
        EventLoopGroup clients = new NioEventLoopGroup(1);
        Channel server = serve();
        Channel client = netty.watch(new Bootstrap()
                        .group(clients)
                        .channel(NioSocketChannel.class)
                        .handler(new ChannelInboundHandlerAdapter()))
                .connect((InetSocketAddress) server.localAddress())
                .syncUninterruptibly()
                .channel();
        // Within a quiet period, the loop closes what is open.
        clients.shutdownGracefully(200, 10_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
        assertThat(client.isOpen()).isFalse();
        server.close().syncUninterruptibly();
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL);
        guard.flush(Leaks.BOUND);
        assertThat(leaks.text()).isEmpty();
    }

    @Test
    void channels_that_are_closed_before_their_group_is_shut_down_are_not_reported() {
        EventLoopGroup own = new NioEventLoopGroup(1);
        Channel server = netty.watch(new ServerBootstrap()
                        .group(own)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Echo()))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        server.close().syncUninterruptibly();
        own.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        GuardStatsCheck.noneOpen(guard, NettyGuard.EVENT_LOOP_GROUP);
    }

    @Test
    void an_event_loop_group_that_nobody_can_shut_down_any_more_is_a_leak_at_its_line() {
        leakGroup();
        Leaks.until(() -> !leaks.of(NettyGuard.EVENT_LOOP_GROUP).isEmpty());
        LeakReport report = leaks.of(NettyGuard.EVENT_LOOP_GROUP).get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.siteText()).contains("ChannelsTest.leakGroup(");
    }

    private EventLoopGroup leaked;

    private void leakGroup() {
        EventLoopGroup real = new NioEventLoopGroup(1);
        EventLoopGroup watched = netty.watch(real);
        Channel server = new ServerBootstrap()
                .group(watched)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Echo())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        server.close().syncUninterruptibly();
        leaked = real;
    }

    @AfterEach
    void endLeakedGroup() {
        if (leaked != null) {
            leaked.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void an_event_loop_group_with_open_channels_or_that_was_shut_down_is_not_reported() {
        EventLoopGroup real = new NioEventLoopGroup(1);
        Channel server = new ServerBootstrap()
                .group(netty.watch(real))
                .channel(NioServerSocketChannel.class)
                .childHandler(new Echo())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        server.close().syncUninterruptibly();
        real.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        server = null;
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
    }

    @Test
    void a_group_that_was_never_shut_down_is_open_when_the_guard_is_closed() {
        EventLoopGroup forgotten = new NioEventLoopGroup(1);
        Channel server = netty.watch(new ServerBootstrap()
                        .group(forgotten)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Echo()))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        server.close().syncUninterruptibly();
        netty.close();
        guard.close();
        assertThat(leaks.atShutdown)
                .singleElement()
                .satisfies(atEnd -> assertThat(atEnd.toText())
                        .contains("netty.eventloopgroup")
                        .contains("ChannelsTest.a_group_that_was_never_shut_down"));
        forgotten.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void channels_of_a_factory_are_listed_at_the_line_that_gave_it_with_those_that_they_accept() {
        ChannelFactory<NioServerSocketChannel> servers = watchedFactory();
        Channel server = new ServerBootstrap()
                .group(group)
                .channelFactory(servers)
                .childHandler(new Echo())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        Channel client = connect(server);
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .until(() -> open(NettyGuard.CHANNEL_ACCEPTED).size() == 1);
        assertThat(open(NettyGuard.CHANNEL_SERVER))
                .singleElement()
                .satisfies(c -> assertThat(c.site()).contains("ChannelsTest.watchedFactory("));
        assertThat(open(NettyGuard.CHANNEL_ACCEPTED).get(0).site()).contains("ChannelsTest.watchedFactory(");
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL_ACCEPTED);
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL_SERVER);
        assertThat(guard.stats().of(NettyGuard.CHANNEL_ACCEPTED).opened()).isEqualTo(1);
    }

    private ChannelFactory<NioServerSocketChannel> watchedFactory() {
        return netty.watchFactory(NioServerSocketChannel::new);
    }

    @Test
    void a_channel_is_watched_once_however_often_it_is_given() {
        Channel server = serve();
        Channel client = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        assertThat(netty.watch(channel)).isSameAs(netty.watch(channel));
                    }
                })
                .connect((InetSocketAddress) server.localAddress())
                .syncUninterruptibly()
                .channel();
        assertThat(open(NettyGuard.CHANNEL))
                .singleElement()
                .satisfies(c -> assertThat(c.site()).contains(".initChannel("));
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        GuardStatsCheck.noneOpen(guard, NettyGuard.CHANNEL);
        assertThat(guard.stats().of(NettyGuard.CHANNEL).opened()).isEqualTo(1);
    }

    @Test
    void a_bootstrap_without_a_handler_is_refused_with_the_fix() {
        assertThatThrownBy(() -> netty.watch(new Bootstrap().group(group)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("watch it after setting one");
    }
}
