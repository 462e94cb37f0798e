package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.leakguard.junit.ExpectLeaks;
import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.TestScope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Netty takes part in test runs: a test that expects a leak here fails unless the extension finds it. */
@LeakGuarded(grace = "500ms")
@SuppressWarnings("deprecation") // DefaultEventLoopGroup: what Netty 4.1 has
class TestExtensionTest {

    /** What leaks stays reachable, so that only the test's scope can find it. */
    private static final List<ByteBuf> HELD = new ArrayList<>();

    private static EventLoopGroup group;

    @AfterAll
    static void release() throws InterruptedException {
        HELD.forEach(ByteBuf::release);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
    }

    @Test
    @ExpectLeaks(kind = "netty.bytebuf", site = "*.TestExtensionTest.a_buffer_that_is_held*", count = 1)
    void a_buffer_that_is_held_and_not_released_is_a_leak_of_its_test() {
        HELD.add(PooledByteBufAllocator.DEFAULT.directBuffer(16));
        PooledByteBufAllocator.DEFAULT.heapBuffer(16).release();
    }

    @Test
    @ExpectLeaks(kind = "netty.bytebuf", count = 1)
    void a_buffer_that_is_dropped_is_a_leak_of_its_test() {
        assertThat(PooledByteBufAllocator.DEFAULT.directBuffer(16).isReadable()).isFalse();
    }

    @Test
    void what_is_released_is_no_leak() {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(16);
        ByteBuf slice = buffer.retainedSlice();
        slice.release();
        assertThat(buffer.release()).isTrue();
        assertThat(Unpooled.EMPTY_BUFFER.isReadable()).isFalse();
    }

    @Test
    @ExpectLeaks(kind = "netty.eventloopgroup", count = 1)
    void an_event_loop_group_is_watched_when_the_test_asks_for_it(TestScope scope) {
        group = scope.guarded(new DefaultEventLoopGroup(1));
    }

    @Test
    void what_no_adapter_knows_is_refused(TestScope scope) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scope.guarded("a text"))
                .withMessageContaining("no adapter on the class path wraps a java.lang.String");
    }
}
