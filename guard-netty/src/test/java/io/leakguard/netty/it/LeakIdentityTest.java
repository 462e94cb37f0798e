package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.SiteLeaks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which of a server's handlers forgets the buffers that Netty reads, at default settings: a report a minute for each path. */
class LeakIdentityTest extends GuardedNetty {

    private final AtomicInteger received = new AtomicInteger();
    private volatile boolean looks = true;
    private EventLoopGroup loops;

    @Override
    LeakGuardBuilder settings() {
        return LeakGuard.builder().listener(leaks);
    }

    @BeforeEach
    @SuppressWarnings("deprecation") // what both lines of Netty have
    void start() {
        loops = new NioEventLoopGroup(1);
    }

    @AfterEach
    void end() {
        endOnceEmpty(loops);
    }

    @ChannelHandler.Sharable
    private final class Orders extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (looks) {
                looksAt((ByteBuf) msg);
            }
            received.incrementAndGet();
        }

        private void looksAt(ByteBuf order) {
            order.readByte();
        }
    }

    @ChannelHandler.Sharable
    private final class Pings extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            received.incrementAndGet();
        }
    }

    private Channel serve(ChannelHandler handler) {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(handler)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Each of these is one buffer that is read and forgotten. */
    private void send(Channel server, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            int before = received.get();
            InetSocketAddress address = (InetSocketAddress) server.localAddress();
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                socket.getOutputStream().write(7);
                Leaks.until(() -> received.get() > before);
            }
        }
    }

    private List<SiteLeaks> rows() {
        return guard.leaks().stream().filter(l -> l.kind() == Leaks.BYTEBUF).toList();
    }

    @Test
    void two_handlers_that_forget_buffers_are_two_leaks_with_counts_of_their_own() throws Exception {
        Channel orders = serve(new Orders());
        Channel pings = serve(new Pings());
        send(orders, 8);
        send(pings, 1);
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() == 9);
        Leaks.settle(guard);
        assertThat(countOf("$Orders")).isEqualTo(8);
        assertThat(countOf("$Pings")).isEqualTo(1);
        assertThat(leaks.of(Leaks.BYTEBUF))
                .as("the rarer is told at once")
                .anyMatch(r -> r.pathText().contains("$Pings)") && r.toText().contains("1 leaked "));
        assertThat(guard.leaks()).allMatch(l -> !l.path().lastHolder().isEmpty() || l.kind() != Leaks.BYTEBUF);
        orders.close().syncUninterruptibly();
        pings.close().syncUninterruptibly();
    }

    private long countOf(String handler) {
        return rows().stream()
                .filter(l -> l.path().lastHolder().contains(handler))
                .mapToLong(SiteLeaks::occurrences)
                .sum();
    }

    @Test
    void the_first_leak_of_a_process_with_little_to_do_has_the_line_that_used_the_buffer() throws Exception {
        Channel orders = serve(new Orders());
        send(orders, 1);
        Leaks.until(() -> !leaks.of(Leaks.BYTEBUF).isEmpty());
        assertThat(leaks.of(Leaks.BYTEBUF))
                .singleElement()
                .satisfies(first -> assertThat(first.pathText())
                        .contains("first used at LeakIdentityTest$Orders.looksAt(LeakIdentityTest.java:"));
        orders.close().syncUninterruptibly();
    }

    @Test
    void after_a_leak_without_a_line_the_first_that_has_one_is_reported_at_once() throws Exception {
        looks = false;
        Channel orders = serve(new Orders());
        send(orders, 1);
        Leaks.until(() -> !leaks.of(Leaks.BYTEBUF).isEmpty());
        assertThat(leaks.of(Leaks.BYTEBUF).get(0).touches()).isEmpty();
        looks = true;
        Leaks.until(() -> {
            send(orders, 1);
            return leaks.of(Leaks.BYTEBUF).size() > 1;
        });
        LeakReport second = leaks.of(Leaks.BYTEBUF).get(1);
        assertThat(second.pathText()).contains("first used at LeakIdentityTest$Orders.looksAt(LeakIdentityTest.java:");
        assertThat(second.touches()).isNotEmpty();
        assertThat(leaks.of(Leaks.BYTEBUF)).as("each path once a minute").hasSize(2);
        Leaks.settle(guard);
        assertThat(rows().stream().mapToLong(SiteLeaks::occurrences).sum())
                .isEqualTo(guard.stats().of(Leaks.BYTEBUF).leaked());
        orders.close().syncUninterruptibly();
    }
}
