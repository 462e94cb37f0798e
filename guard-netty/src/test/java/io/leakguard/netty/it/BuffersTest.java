package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.Version;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

class BuffersTest extends GuardedNetty {

    @Test
    void the_expected_netty_is_on_the_class_path() {
        assertThat(Version.identify().get("netty-buffer").artifactVersion())
                .startsWith(System.getProperty("expected.netty", "4."));
    }

    @Test
    void installed_first_every_buffer_is_tracked() {
        assertThat(netty.buffers()).isEqualTo(BufferTracking.EVERY);
    }

    static Stream<Arguments> allocators() {
        return Stream.of(
                Arguments.of("pooled", (Supplier<ByteBufAllocator>) () -> PooledByteBufAllocator.DEFAULT),
                Arguments.of("unpooled", (Supplier<ByteBufAllocator>) () -> UnpooledByteBufAllocator.DEFAULT),
                Arguments.of("adaptive", (Supplier<ByteBufAllocator>) AdaptiveByteBufAllocator::new),
                Arguments.of("default", (Supplier<ByteBufAllocator>) () -> ByteBufAllocator.DEFAULT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void every_leaked_buffer_of_an_allocator_is_counted_and_found_at_its_line(
            String name, Supplier<ByteBufAllocator> allocator) {
        ByteBufAllocator alloc = allocator.get();
        for (int i = 0; i < 20; i++) {
            leakDirect(alloc);
            leakComposite(alloc);
            if (!name.equals("unpooled")) { // Netty has no leak detection for a plain byte array
                leakHeap(alloc);
            }
        }
        int expected = name.equals("unpooled") ? 40 : 60;
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= expected);
        Leaks.settle(guard);
        assertThat(guard.stats().of(Leaks.BYTEBUF).leaked()).isEqualTo(expected);
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(expected).allSatisfy(r -> {
            assertThat(r.cause()).isEqualTo(LeakCause.COLLECTED);
            assertThat(r.siteText()).contains("BuffersTest.leak");
        });
        assertThat(leaks.text()).contains("BuffersTest.leakDirect(").contains("BuffersTest.leakComposite(");
        assertThat(leaks.text().contains("BuffersTest.leakHeap(")).isEqualTo(!name.equals("unpooled"));
    }

    private static void leakDirect(ByteBufAllocator alloc) {
        alloc.directBuffer(256);
    }

    private static void leakHeap(ByteBufAllocator alloc) {
        alloc.heapBuffer(256);
    }

    private static void leakComposite(ByteBufAllocator alloc) {
        alloc.compositeBuffer();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void buffers_and_views_that_are_released_are_never_reported(String name, Supplier<ByteBufAllocator> allocator) {
        ByteBufAllocator alloc = allocator.get();
        for (int i = 0; i < 2_000; i++) {
            ByteBuf buffer = i % 2 == 0 ? alloc.directBuffer(64) : alloc.heapBuffer(64);
            buffer.writeLong(i);
            buffer.slice().readLong();
            ByteBuf slice = buffer.readRetainedSlice(4);
            ByteBuf copy = buffer.retainedDuplicate().touch("copied");
            CompositeByteBuf both = alloc.compositeBuffer(2).addComponents(true, slice, copy);
            ByteBuf late = both.retainedSlice(0, 2);
            both.release();
            buffer.release();
            assertThat(late.release()).isTrue();
            assertThat(buffer.refCnt()).isZero();
        }
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        GuardStatsCheck.nothingOpen(guard, Leaks.BYTEBUF);
        assertThat(guard.stats().of(Leaks.BYTEBUF).opened()).isPositive();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void a_view_that_is_still_used_keeps_its_buffer_from_being_reported(
            String name, Supplier<ByteBufAllocator> allocator) {
        ByteBuf view = viewOfDroppedBuffer(allocator.get());
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(view.readInt()).isEqualTo(7);
        view.release();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        GuardStatsCheck.nothingOpen(guard, Leaks.BYTEBUF);
    }

    private static ByteBuf viewOfDroppedBuffer(ByteBufAllocator alloc) {
        ByteBuf buffer = alloc.directBuffer(64).writeInt(7).writeInt(8);
        ByteBuf view = buffer.retainedSlice(0, 4).duplicate();
        buffer.release();
        return view;
    }

    @Test
    void a_leaked_retained_slice_is_one_report_that_names_the_slice_s_line() {
        leakSlice(PooledByteBufAllocator.DEFAULT);
        Leaks.until(() -> !leaks.reports.isEmpty());
        Leaks.settle(guard);
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(1);
        assertThat(leaks.text()).contains("BuffersTest.leakSlice(").contains("BuffersTest.cut(");
    }

    private static void leakSlice(ByteBufAllocator alloc) {
        ByteBuf buffer = alloc.directBuffer(64).writeInt(7);
        cut(buffer);
        buffer.release();
    }

    private static void cut(ByteBuf buffer) {
        buffer.retainedSlice(0, 2);
    }

    @Test
    void a_touch_shows_in_the_report_with_its_hint() {
        leakTouched();
        Leaks.until(() -> !leaks.reports.isEmpty());
        LeakReport report = leaks.reports.get(0);
        assertThat(report.touches()).extracting(LeakReport.Touch::hint).contains("parsed the header");
        assertThat(report.toText()).contains("parsed the header");
    }

    private static void leakTouched() {
        PooledByteBufAllocator.DEFAULT.directBuffer(64).touch("parsed the header");
    }

    @Test
    void the_handlers_that_had_a_buffer_show_in_the_report() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast("decoder", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                ctx.fireChannelRead(msg);
            }
        });
        channel.pipeline().addLast("forgetful", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                // neither releases nor forwards
            }
        });
        send(channel);
        Leaks.until(() -> !leaks.reports.isEmpty());
        assertThat(leaks.text()).contains("decoder → forgetful");
        channel.finishAndReleaseAll();
    }

    private static void send(EmbeddedChannel channel) {
        channel.writeInbound(channel.alloc().directBuffer(64).writeInt(1));
    }

    @Test
    void netty_s_own_detector_says_nothing_while_the_guard_does() {
        Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            for (int i = 0; i < 500; i++) {
                leakDirect(PooledByteBufAllocator.DEFAULT);
            }
            Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= 500);
            leakDirect(PooledByteBufAllocator.DEFAULT);
            assertThat(List.copyOf(log.list)).isEmpty();
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void netty_s_level_samples_nothing_away() {
        Level before = ResourceLeakDetector.getLevel();
        for (Level level : List.of(Level.SIMPLE, Level.ADVANCED, Level.PARANOID)) {
            ResourceLeakDetector.setLevel(level);
            long opened = guard.stats().of(Leaks.BYTEBUF).opened();
            for (int i = 0; i < 100; i++) {
                ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64);
                buffer.writeInt(i);
                buffer.release();
            }
            assertThat(guard.stats().of(Leaks.BYTEBUF).opened() - opened).isEqualTo(100);
        }
        ResourceLeakDetector.setLevel(before);
    }

    @Test
    void closing_restores_the_guard_that_was_there() {
        Leaks second = new Leaks();
        ResourceLeakDetectorFactory factory = ResourceLeakDetectorFactory.instance();
        try (LeakGuard other = second.guard().build()) {
            NettyGuard inner = NettyGuard.install(other);
            ByteBuf theirs = PooledByteBufAllocator.DEFAULT.directBuffer(64);
            inner.close();
            inner.close();
            ByteBuf ours = PooledByteBufAllocator.DEFAULT.directBuffer(64);
            assertThat(other.stats().of(Leaks.BYTEBUF).open()).isEqualTo(1);
            assertThat(guard.stats().of(Leaks.BYTEBUF).open()).isEqualTo(1);
            theirs.release();
            ours.release();
            assertThat(other.stats().open()).isZero();
        }
        assertThat(ResourceLeakDetectorFactory.instance()).isSameAs(factory);
    }
}
