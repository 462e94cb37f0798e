package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.SiteLeaks;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.RemoteHost;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Connections from and to addresses of their own: all of 127.0.0.0/8 is this machine. */
@EnabledOnOs(OS.LINUX)
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class RemoteHostsTest extends GuardedNetty {

    private final List<Socket> sockets = new ArrayList<>();
    private EventLoopGroup group;
    private Channel server;

    @BeforeEach
    void startLoop() {
        netty.growthPeriod(Duration.ofMillis(5));
        group = new NioEventLoopGroup(1);
    }

    @AfterEach
    void endLoop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        if (server != null) {
            server.close().syncUninterruptibly();
        }
        endOnceEmpty(group);
    }

    private void awaitOpen(String host, int expected) {
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> open(host) == expected);
    }

    private void serve() {
        server = netty.watch(new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {}
                        }))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private void connectFrom(String host) throws IOException {
        InetSocketAddress to = (InetSocketAddress) server.localAddress();
        sockets.add(new Socket(to.getAddress(), to.getPort(), InetAddress.getByName(host), 0));
    }

    /** Doesn't ask for the hosts, which takes a sample: one comes with each connection. */
    private long open(String host) {
        return netty.channels().stream()
                .filter(c -> c.remote().startsWith(host + ":"))
                .count();
    }

    private List<LeakReport> growing() {
        guard.flush(Leaks.BOUND);
        return leaks.reports.stream()
                .filter(r -> r.cause() == LeakCause.GROWING)
                .toList();
    }

    @Test
    void a_host_from_which_more_and_more_are_open_is_reported_and_one_from_which_as_many_are_is_not() throws Exception {
        serve();
        for (int i = 0; i < 12; i++) {
            connectFrom("127.0.0.3");
        }
        for (int i = 1; i <= 500 && growing().isEmpty(); i++) {
            connectFrom("127.0.0.2");
            awaitOpen("127.0.0.2", i);
        }
        assertThat(growing()).singleElement().satisfies(report -> {
            assertThat(report.kind()).isEqualTo(NettyGuard.CHANNEL_ACCEPTED);
            assertThat(report.cause().confidence()).isEqualTo(LeakCause.Confidence.SUSPECTED);
            assertThat(report.siteText()).contains("RemoteHostsTest.serve(");
            assertThat(report.description()).startsWith("from 127.0.0.2:");
            assertThat(report.detail())
                    .contains("are open from or to 127.0.0.2")
                    .doesNotContain("127.0.0.3");
            assertThat(report.toText()).contains("keeps growing").contains("127.0.0.2");
        });
        assertThat(guard.stats().of(NettyGuard.CHANNEL_ACCEPTED).byCause().get(LeakCause.GROWING))
                .isEqualTo(1);
        assertThat(guard.leaks()).extracting(SiteLeaks::cause).containsExactly(LeakCause.GROWING);
        assertThat(netty.remoteHosts())
                .filteredOn(RemoteHost::growing)
                .singleElement()
                .satisfies(host -> {
                    assertThat(host.host()).isEqualTo("127.0.0.2");
                    assertThat(host.grownFrom()).isBetween(1, host.open() - 10);
                });
        assertThat(netty.channelsText()).containsPattern("127\\.0\\.0\\.2: [0-9]+ open.*, GROWING from [0-9]+");
        assertThat(netty.channelsText()).containsPattern("127\\.0\\.0\\.3: 12 open, 0 idle, 12 at the most(\\n|$)");
    }

    @Test
    void a_host_to_which_more_and_more_are_open_is_reported_at_the_client_s_line() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getByName("127.0.0.4"))) {
            List<Channel> channels = new ArrayList<>();
            Bootstrap client = netty.watch(new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {}
                    }));
            for (int i = 1; i <= 500 && growing().isEmpty(); i++) {
                channels.add(client.connect(server.getLocalSocketAddress())
                        .syncUninterruptibly()
                        .channel());
                awaitOpen("127.0.0.4", i);
            }
            assertThat(growing()).singleElement().satisfies(report -> {
                assertThat(report.kind()).isEqualTo(NettyGuard.CHANNEL);
                assertThat(report.siteText()).contains("RemoteHostsTest.a_host_to_which");
                assertThat(report.detail()).contains("127.0.0.4");
            });
            channels.forEach(channel -> channel.close().syncUninterruptibly()); // before the server resets them
        }
    }

    @Test
    void connections_that_come_and_go_are_not_growth() throws Exception {
        serve();
        for (int i = 0; i < 150; i++) {
            connectFrom("127.0.0.5");
            sockets.remove(0).close();
            Awaitility.await()
                    .atMost(Leaks.BOUND)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> open("127.0.0.5") <= 1);
        }
        assertThat(growing()).isEmpty();
    }

    @Test
    void a_period_that_is_not_positive_is_refused() {
        assertThatThrownBy(() -> netty.growthPeriod(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }
}
