package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scopes of a protocol of our own: a line that begins with {@code >} is a request, {@code .} ends the answer. */
@SuppressWarnings("FutureReturnValueIgnored")
class ScopesTest extends GuardedNetty {

    private final List<ByteBuf> held = new ArrayList<>();

    @Override
    LeakGuardBuilder settings() {
        return leaks.guard().scopeGrace(Duration.ZERO);
    }

    @AfterEach
    void releaseHeld() {
        held.forEach(ByteBuf::release);
    }

    private EmbeddedChannel lines(ChannelInboundHandlerAdapter app) {
        return new EmbeddedChannel(
                netty.requestScope(
                        msg -> msg instanceof String line && line.startsWith(">") ? line.substring(1) : null,
                        "."::equals),
                app);
    }

    private ByteBuf holdOne() {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        held.add(buffer);
        return buffer;
    }

    private List<LeakReport> reported() {
        guard.flush(Leaks.BOUND);
        return leaks.of(Leaks.BYTEBUF);
    }

    @Test
    void what_a_handler_opens_for_a_request_and_still_holds_after_the_answer_is_reported_with_it() {
        EmbeddedChannel channel = lines(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                holdOne();
                ctx.writeAndFlush(".");
            }
        });
        channel.writeInbound(">first");
        assertThat(reported()).singleElement().satisfies(r -> {
            assertThat(r.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
            assertThat(r.scopes()).containsExactly("first");
            assertThat(r.siteText()).contains("ScopesTest.holdOne(");
        });
        channel.finishAndReleaseAll();
    }

    @Test
    void a_request_is_over_only_when_the_handlers_that_answered_it_have_returned() {
        EmbeddedChannel channel = lines(new SimpleChannelInboundHandler<String>() {
            @Override
            protected void channelRead0(ChannelHandlerContext ctx, String msg) {
                ByteBuf scratch = ctx.alloc().directBuffer(16);
                ctx.writeAndFlush(".");
                assertThat(NettyGuard.scopeOf(ctx.channel())).isPresent();
                scratch.release(); // after the answer, as SimpleChannelInboundHandler does with what it is given
            }
        });
        channel.writeInbound(">first");
        assertThat(NettyGuard.scopeOf(channel)).isEmpty();
        assertThat(reported()).isEmpty();
        assertThat(guard.stats().open()).as(() -> guard.open().toText()).isZero();
        channel.finishAndReleaseAll();
    }

    @Test
    void requests_are_answered_in_the_order_in_which_they_came() {
        List<Object> asked = new ArrayList<>();
        EmbeddedChannel channel = lines(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                asked.add(msg);
                holdOne();
            }
        });
        channel.writeInbound(">first", ">second");
        assertThat(asked).hasSize(2);
        channel.writeOutbound("part of it", ".");
        assertThat(reported()).extracting(LeakReport::scopes).containsExactly(List.of("first"));
        channel.writeOutbound(".");
        assertThat(reported()).extracting(LeakReport::scopes).containsExactly(List.of("first"), List.of("second"));
        channel.finishAndReleaseAll();
    }

    @Test
    void requests_that_are_never_answered_end_with_their_channel() {
        EmbeddedChannel channel = lines(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                holdOne();
            }
        });
        channel.writeInbound(">first");
        assertThat(reported()).isEmpty();
        channel.close();
        assertThat(reported()).extracting(LeakReport::scopes).containsExactly(List.of("first"));
        channel.finishAndReleaseAll();
    }

    @Test
    void a_task_on_another_thread_takes_the_request_s_scope_along() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        EmbeddedChannel channel = lines(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                LeakScope scope = NettyGuard.scopeOf(ctx.channel()).orElseThrow();
                executor.execute(scope.wrap(() -> {
                    holdOne();
                }));
            }
        });
        channel.writeInbound(">first");
        executor.shutdown();
        assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        channel.writeOutbound(".");
        assertThat(reported()).extracting(LeakReport::scopes).containsExactly(List.of("first"));
        channel.finishAndReleaseAll();
    }

    @Test
    void a_channel_s_scope_lasts_as_long_as_the_channel_and_holds_its_requests() {
        List<Optional<LeakScope>> seen = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(
                netty.channelScope(),
                netty.requestScope(msg -> ((String) msg).startsWith(">") ? (String) msg : null, "."::equals),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        seen.add(NettyGuard.scopeOf(ctx.channel()));
                        holdOne();
                    }
                });
        channel.writeInbound("of no request");
        channel.writeInbound(">first");
        assertThat(seen.get(0).orElseThrow().name()).startsWith("channel ");
        assertThat(seen.get(1).orElseThrow().name()).isEqualTo(">first");
        channel.writeOutbound(".");
        assertThat(reported())
                .singleElement()
                .satisfies(r -> assertThat(r.scopes()).hasSize(2).last().isEqualTo(">first"));
        channel.close();
        Awaitility.await().atMost(Leaks.BOUND).until(() -> reported().size() == 2);
        assertThat(reported().get(1).scopes()).singleElement().asString().startsWith("channel ");
        assertThat(NettyGuard.scopeOf(channel)).isEmpty();
        channel.finishAndReleaseAll();
    }
}
