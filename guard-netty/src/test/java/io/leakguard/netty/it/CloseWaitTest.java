package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.netty.NettyGuard;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The watch knows Netty's channels by their ends. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class CloseWaitTest {

    private final List<PressureReport> reports = new CopyOnWriteArrayList<>();

    private static Channel connect(NettyGuard netty, EventLoopGroup group, ServerSocket to) {
        return netty.watch(new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false) // so Netty doesn't see that the peer has closed
                        .handler(new ChannelInboundHandlerAdapter()))
                .connect(to.getInetAddress(), to.getLocalPort())
                .syncUninterruptibly()
                .channel();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_channel_in_close_wait_is_reported_with_its_opener() throws Exception {
        LeakGuard guard = LeakGuard.builder()
                .capture(CaptureBudget.unlimited())
                .log(false)
                .listener(new LeakListener() {
                    @Override
                    public void onLeak(LeakReport report) {}

                    @Override
                    public void onPressure(PressureReport report) {
                        reports.add(report);
                    }
                })
                .build();
        NettyGuard netty = NettyGuard.install(guard);
        EventLoopGroup group = new NioEventLoopGroup(1);
        WatchOptions options = WatchOptions.defaults()
                .withSocketInterval(Duration.ofMillis(50))
                .withCloseWaitAfter(Duration.ofMillis(300));
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ResourceWatch watch = ResourceWatch.start(guard, options)) {
            Channel channel = connect(netty, group, server);
            server.accept().close();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> reports.stream().anyMatch(r -> r.area() == Area.CLOSE_WAIT));
            PressureReport report = reports.stream()
                    .filter(r -> r.area() == Area.CLOSE_WAIT)
                    .findFirst()
                    .orElseThrow();
            assertThat(report.untracked()).as(report.toText()).hasValue(0);
            assertThat(report.opened()).singleElement().satisfies(g -> {
                assertThat(g.kind()).isEqualTo(NettyGuard.CHANNEL);
                assertThat(g.siteText()).startsWith("CloseWaitTest.connect(");
                assertThat(g.oldestDescription()).contains("to 127.0.0.1:" + server.getLocalPort());
            });
            assertThat(watch.status().closeWait()).hasValue(1);
            channel.close().syncUninterruptibly();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            netty.close();
            guard.close();
        }
    }
}
