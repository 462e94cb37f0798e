package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.SiteLeaks;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Uses that nobody means to make. */
class AttacksTest extends GuardedNetty {

    /** Not a constant: the guard must be installed before Netty's buffers are used. */
    private static ByteBufAllocator alloc() {
        return PooledByteBufAllocator.DEFAULT;
    }

    private static void leak(ByteBufAllocator alloc) {
        alloc.directBuffer(64).writeInt(1);
    }

    @Test
    void installed_twice_with_the_same_guard_each_leak_is_counted_once() {
        try (NettyGuard again = NettyGuard.install(guard)) {
            assertThat(again.buffers()).isEqualTo(BufferTracking.EVERY);
            for (int i = 0; i < 20; i++) {
                leak(alloc());
            }
            Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= 20);
            Leaks.settle(guard);
        }
        assertThat(guard.stats().of(Leaks.BYTEBUF).leaked()).isEqualTo(20);
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(20);
    }

    @Test
    void closed_in_the_wrong_order_the_one_that_is_left_tracks() {
        Leaks second = new Leaks();
        try (LeakGuard other = second.guard().build();
                NettyGuard inner = NettyGuard.install(other)) {
            netty.close();
            ByteBuf theirs = alloc().directBuffer(64);
            assertThat(other.stats().of(Leaks.BYTEBUF).open()).isEqualTo(1);
            assertThat(guard.stats().of(Leaks.BYTEBUF).open()).isZero();
            theirs.release();
        }
        ByteBuf nobodys = alloc().directBuffer(64);
        assertThat(guard.stats().of(Leaks.BYTEBUF).open()).isZero();
        nobodys.release();
    }

    @Test
    void buffers_that_are_open_at_close_stay_with_their_guard() {
        ByteBuf released = alloc().directBuffer(64);
        leak(alloc());
        netty.close();
        assertThat(guard.stats().of(Leaks.BYTEBUF).open()).isEqualTo(2);
        assertThat(released.writeInt(7).readInt()).isEqualTo(7);
        released.release();
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() == 1);
        Leaks.settle(guard);
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(1);
        GuardStatsCheck.noneOpen(guard, Leaks.BYTEBUF);
    }

    @Test
    void a_guard_that_is_closed_before_netty_is_let_go_harms_nothing() {
        ByteBuf before = alloc().directBuffer(64);
        guard.close();
        ByteBuf after = alloc().directBuffer(64).writeInt(7);
        assertThat(after.readInt()).isEqualTo(7);
        assertThat(before.release()).isTrue();
        assertThat(after.release()).isTrue();
        netty.close();
        assertThat(alloc().directBuffer(64).release()).isTrue();
    }

    @Test
    void installed_again_after_it_was_closed_every_buffer_is_tracked() {
        netty.close();
        netty = NettyGuard.install(guard);
        assertThat(netty.buffers()).isEqualTo(BufferTracking.EVERY);
        leak(alloc());
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() == 1);
        Leaks.settle(guard); // it is counted before it is reported
        assertThat(leaks.text()).contains("AttacksTest.leak(");
    }

    @Test
    void many_event_loops_that_leak_at_once_under_load_are_counted_exactly() {
        int loops = 8;
        long expected = 2_000;
        int leaksOfEach = 250; // 2,000 in all
        int buffersOfEach = 10_000;
        EventExecutorGroup group = new DefaultEventExecutorGroup(loops);
        List<Future<?>> work = new ArrayList<>();
        for (EventExecutor loop : group) {
            work.add(loop.submit(() -> {
                for (int i = 0; i < buffersOfEach; i++) {
                    ByteBuf buffer = alloc().directBuffer(64).writeInt(i);
                    ByteBuf slice = buffer.retainedSlice();
                    buffer.release();
                    slice.release();
                    if (i % (buffersOfEach / leaksOfEach) == 0) {
                        leak(alloc());
                    }
                }
            }));
        }
        work.forEach(Future::syncUninterruptibly);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= expected);
        Leaks.settle(guard);
        assertThat(guard.stats().of(Leaks.BYTEBUF).leaked()).isEqualTo(expected);
        assertThat(guard.stats().of(Leaks.BYTEBUF).collected()).isEqualTo(expected);
        List<SiteLeaks> sites = guard.leaks().stream()
                .filter(l -> l.kind().equals(Leaks.BYTEBUF))
                .toList();
        assertThat(sites).singleElement().satisfies(site -> {
            assertThat(site.siteText()).contains("AttacksTest.leak(");
            assertThat(site.occurrences()).isEqualTo(expected);
        });
        GuardStatsCheck.noneOpen(guard, Leaks.BYTEBUF);
    }

    @Test
    void a_retained_slice_that_is_leaked_a_hundred_times_is_reported_a_hundred_times() {
        for (int i = 0; i < 100; i++) {
            ByteBuf buffer = alloc().directBuffer(64).writeInt(1);
            keepSlice(buffer);
            buffer.release();
        }
        Leaks.until(() -> leaks.of(Leaks.BYTEBUF).size() >= 100);
        Leaks.settle(guard);
        assertThat(leaks.of(Leaks.BYTEBUF))
                .hasSize(100)
                .allSatisfy(r -> assertThat(r.toText()).contains("AttacksTest.keepSlice("));
        GuardStatsCheck.noneOpen(guard, Leaks.BYTEBUF);
    }

    private static void keepSlice(ByteBuf buffer) {
        buffer.retainedSlice(0, 2);
    }

    @Test
    void buffers_that_other_threads_release_are_not_reported() {
        EventExecutorGroup group = new DefaultEventExecutorGroup(4);
        List<Future<?>> releases = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            ByteBuf buffer = alloc().directBuffer(64).writeInt(i);
            releases.add(group.next().submit(() -> buffer.release()));
        }
        releases.forEach(Future::syncUninterruptibly);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(guard.stats().of(Leaks.BYTEBUF).closed()).isEqualTo(2_000);
        GuardStatsCheck.nothingOpen(guard, Leaks.BYTEBUF);
    }

    @Test
    void in_a_daemon_that_does_nothing_any_more_a_leak_is_found_by_the_next_collection() {
        leak(alloc());
        long allocated = guard.stats().of(Leaks.BYTEBUF).opened();
        Awaitility.await().atMost(Leaks.BOUND).until(() -> {
            System.gc();
            return !leaks.reports.isEmpty();
        });
        assertThat(guard.stats().of(Leaks.BYTEBUF).opened()).isEqualTo(allocated);
        assertThat(leaks.reports).extracting(LeakReport::siteText).allMatch(s -> s.contains("AttacksTest.leak("));
    }

    @Test
    void a_buffer_that_is_released_once_too_often_throws_as_it_does_without_a_guard() {
        ByteBuf buffer = alloc().directBuffer(64);
        buffer.release();
        org.assertj.core.api.Assertions.assertThatThrownBy(buffer::release)
                .isInstanceOf(io.netty.util.IllegalReferenceCountException.class);
        GuardStatsCheck.nothingOpen(guard, Leaks.BYTEBUF);
        assertThat(guard.stats().of(Leaks.BYTEBUF).closed()).isEqualTo(1);
    }
}
