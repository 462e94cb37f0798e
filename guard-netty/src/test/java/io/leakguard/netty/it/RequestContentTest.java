package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a request came in was read before the request was known; a leak of it names the request all the same. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class RequestContentTest {

    private final Leaks leaks = new Leaks();
    /** Contents that are used after the answer, as a task of another thread does. */
    private final Queue<ByteBuf> later = new ConcurrentLinkedQueue<>();

    private LeakGuard guard;
    private NettyGuard netty;
    private EventLoopGroup loops;
    private Channel server;

    /** {@code /leak…} keeps the content and forgets it, {@code /later…} releases it after the answer. */
    private final class App extends ChannelInboundHandlerAdapter {
        private String path = "";

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof HttpRequest request) {
                path = request.uri();
                NettyGuard.scopeOf(ctx.channel()).orElseThrow().attribute("tenant", "acme" + path);
            }
            if (msg instanceof HttpContent content && content.content().isReadable()) {
                if (path.startsWith("/leak")) {
                    content.retain();
                } else if (path.startsWith("/later")) {
                    later.add(content.content().retain());
                }
            }
            boolean last = msg instanceof LastHttpContent;
            ReferenceCountUtil.release(msg);
            if (last) {
                DefaultFullHttpResponse ok =
                        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
                HttpUtil.setContentLength(ok, 0);
                ctx.writeAndFlush(ok);
            }
        }
    }

    @BeforeEach
    void serve() {
        guard = LeakGuard.builder()
                .log(false)
                .listener(leaks)
                .reportInterval(Duration.ZERO)
                .build();
        netty = NettyGuard.install(guard);
        loops = new NioEventLoopGroup(1);
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec(), netty.httpRequestScope(), new App());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void end() {
        server.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        netty.close();
        guard.close();
    }

    /** All in one packet, so that they are read into one buffer. */
    private void post(String... paths) throws Exception {
        InetSocketAddress to = (InetSocketAddress) server.localAddress();
        StringBuilder requests = new StringBuilder();
        for (String path : paths) {
            requests.append("POST ").append(path).append(" HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello");
        }
        try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
            socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            StringBuilder answers = new StringBuilder();
            while (answers.toString().split("\r\n\r\n", -1).length <= paths.length) {
                answers.append((char) in.read());
            }
            // Until then the loop's stack holds what it has read.
            loops.next().submit(() -> {}).syncUninterruptibly();
        }
    }

    private List<LeakReport> collected() {
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).allSatisfy(r -> assertThat(r.cause()).isEqualTo(LeakCause.COLLECTED));
        return leaks.of(Leaks.BYTEBUF);
    }

    @Test
    void a_leaked_content_names_its_request_with_the_attributes() throws Exception {
        post("/leak?token=secret");
        assertThat(collected()).singleElement().satisfies(report -> {
            assertThat(report.scopes()).containsExactly("POST /leak");
            assertThat(report.toText()).contains("scope POST /leak", "tenant", "acme/leak");
        });
    }

    @Test
    void of_many_requests_a_second_each_leaked_content_names_its_own() throws Exception {
        for (int i = 0; i < 300; i++) {
            post("/fine");
        }
        post("/leak/1");
        post("/leak/2");
        assertThat(collected())
                .hasSize(2)
                .extracting(LeakReport::scopes)
                .containsExactlyInAnyOrder(List.of("POST /leak/1"), List.of("POST /leak/2"));
    }

    @Test
    void a_content_that_is_released_after_the_answer_is_not_reported() throws Exception {
        post("/later");
        post("/later");
        Awaitility.await()
                .atMost(Leaks.BOUND)
                .pollDelay(Duration.ofMillis(1_500)) // longer than a scope's grace
                .until(() -> guard.flush(Leaks.BOUND));
        assertThat(later).hasSize(2).allSatisfy(ByteBuf::release);
        assertThat(collected()).isEmpty();
    }

    @Test
    void of_several_leaks_of_what_was_read_together_the_report_says_what_is_known() throws Exception {
        post("/leak/1", "/leak/2");
        StringBuilder all = new StringBuilder();
        collected().forEach(report -> all.append(report.toText()));
        assertThat(all).contains("POST /leak/1", "POST /leak/2");
    }

    @Test
    void of_requests_that_were_read_together_the_one_that_leaks_is_named() throws Exception {
        post("/fine", "/leak", "/fine");
        assertThat(collected())
                .singleElement()
                .satisfies(report -> assertThat(report.scopes()).containsExactly("POST /leak"));
    }
}
