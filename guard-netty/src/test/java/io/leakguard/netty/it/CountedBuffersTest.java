package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.junit.AllowLeaks;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Of more buffers than 250 a second Netty 4.2's reference counts tell what leaked; on 4.1 all is as it is with few. */
class CountedBuffersTest extends GuardedNetty {

    private static final boolean BY_COUNT =
            System.getProperty("expected.netty", "4.2").equals("4.2");

    @Override
    LeakGuardBuilder settings() {
        return leaks.guard()
                .capture(CaptureBudget.perSecond(2_000))
                .maxReportsPerMinute(1_000_000)
                .escalation(Duration.ZERO); // or the first leak would have all recorded from then on
    }

    static Stream<Arguments> allocators() {
        return Stream.of(
                Arguments.of("pooled", PooledByteBufAllocator.DEFAULT),
                Arguments.of("adaptive", new AdaptiveByteBufAllocator()));
    }

    /** On a thread such as an event loop's, since Netty keeps its buffers by such threads. */
    static <T> T onLoop(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        new FastThreadLocalThread(task).start();
        return task.get(120, TimeUnit.SECONDS);
    }

    private static boolean isWrapped(ByteBuf buffer) {
        return buffer.getClass().getSimpleName().contains("LeakAware");
    }

    /** One that is tracked by its count; on 4.1 just one. */
    private static ByteBuf counted(ByteBufAllocator alloc) {
        for (int i = 0; i < 1_000_000; i++) {
            ByteBuf buffer = alloc.directBuffer(256);
            if (!BY_COUNT || !isWrapped(buffer)) {
                return buffer;
            }
            buffer.release();
        }
        throw new AssertionError("every buffer is in Netty's wrapper");
    }

    private static int leakCounted(ByteBufAllocator alloc) {
        return counted(alloc).capacity();
    }

    private GuardStats.KindStats stats() {
        return guard.stats().of(Leaks.BYTEBUF);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void many_buffers_are_counted_exactly_and_need_no_wrapper(String name, ByteBufAllocator alloc) throws Exception {
        int many = 200_000;
        int wrapped = onLoop(() -> {
            int n = 0;
            for (int i = 0; i < many; i++) {
                ByteBuf buffer = i % 3 == 0 ? alloc.heapBuffer(64) : alloc.directBuffer(64 + i % 1_000);
                n += isWrapped(buffer) ? 1 : 0;
                buffer.release();
            }
            return n;
        });
        assertThat(stats().opened()).isEqualTo(many);
        assertThat(stats().closed()).isEqualTo(many);
        assertThat(stats().open()).isZero();
        if (BY_COUNT) {
            assertThat(wrapped).isBetween(1, 5_000);
        }
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(stats().opened()).isEqualTo(many);
        assertThat(stats().closed()).isEqualTo(many);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void every_leaked_one_is_found_and_counted_once(String name, ByteBufAllocator alloc) throws Exception {
        int many = 200_000;
        int each = 1_000;
        onLoop(() -> {
            Deque<ByteBuf> out = new ArrayDeque<>();
            for (int i = 1; i <= many; i++) {
                ByteBuf buffer = alloc.directBuffer(64 + i % 1_000);
                if (i % each != 0) {
                    out.add(buffer);
                }
                if (out.size() > 50) {
                    out.poll().release();
                }
                if (i % 50_000 == 0) {
                    System.gc();
                }
            }
            out.forEach(ByteBuf::release);
            return null;
        });
        int leaked = many / each;
        Leaks.until(() -> stats().leaked() >= leaked);
        Leaks.settle(guard);
        assertThat(stats().leaked()).isEqualTo(leaked);
        assertThat(stats().opened()).isEqualTo(many);
        assertThat(stats().closed()).isEqualTo(many - leaked);
        assertThat(stats().open()).isZero();
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(leaked);
        assertThat(guard.stats().internalErrors()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void buffers_that_other_threads_release_are_counted_exactly(String name, ByteBufAllocator alloc) throws Exception {
        int rounds = 200;
        int each = 500;
        List<ByteBuf> handed = Collections.synchronizedList(new ArrayList<>());
        onLoop(() -> {
            for (int r = 0; r < rounds; r++) {
                for (int i = 0; i < each; i++) {
                    handed.add(alloc.directBuffer(128));
                }
                onLoop(() -> {
                    handed.forEach(ByteBuf::release);
                    handed.clear();
                    return null;
                });
            }
            return null;
        });
        assertThat(stats().opened()).isEqualTo((long) rounds * each);
        assertThat(stats().open()).isZero();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void threads_that_are_no_event_loops_take_part_in_either_way(String name, ByteBufAllocator alloc) throws Exception {
        int each = 20_000;
        for (int round = 0; round < 3; round++) {
            onLoop(() -> allocateAndRelease(alloc, each));
            allocateAndRelease(alloc, each); // here
        }
        assertThat(stats().opened()).isEqualTo(6L * each);
        assertThat(stats().open()).isZero();
        int lost = 20;
        onLoop(() -> {
            for (int i = 0; i < lost; i++) {
                leakCounted(alloc);
            }
            return null;
        });
        for (int i = 0; i < lost; i++) {
            alloc.directBuffer(256);
        }
        Leaks.until(() -> stats().leaked() >= 2L * lost);
        Leaks.settle(guard);
        assertThat(stats().leaked()).isEqualTo(2L * lost);
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(2 * lost);
        assertThat(stats().open()).isZero();
    }

    private static int allocateAndRelease(ByteBufAllocator alloc, int times) {
        for (int i = 0; i < times; i++) {
            alloc.directBuffer(64).release();
        }
        return times;
    }

    @Test
    void a_report_of_one_says_its_size_and_what_it_lacks() throws Exception {
        onLoop(() -> leakCounted(PooledByteBufAllocator.DEFAULT));
        Leaks.until(() -> !leaks.reports.isEmpty());
        LeakReport report = leaks.reports.get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.kind()).isEqualTo(Leaks.BYTEBUF);
        assertThat(report.description()).contains("256 B");
    }

    @Test
    void a_slice_that_keeps_one_is_one_leak() throws Exception {
        onLoop(() -> {
            ByteBuf buffer = counted(PooledByteBufAllocator.DEFAULT);
            ByteBuf slice = buffer.retainedSlice(0, 8);
            buffer.release();
            return slice.capacity();
        });
        Leaks.until(() -> !leaks.reports.isEmpty());
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(1);
    }

    @Test
    void a_composite_that_leaks_has_them_in_its_report() throws Exception {
        onLoop(() -> {
            ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
            ByteBuf sliced = counted(alloc).writeZero(64);
            CompositeByteBuf both = alloc.compositeBuffer()
                    .addComponents(true, counted(alloc).writeZero(64), sliced.readRetainedSlice(8));
            sliced.release();
            return both.capacity();
        });
        Leaks.until(() -> !leaks.reports.isEmpty() && guard.stats().open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(1);
        assertThat(leaks.reports.get(0).children()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void in_a_scope_each_is_wrapped_and_reported_with_it() throws Exception {
        onLoop(() -> {
            counted(PooledByteBufAllocator.DEFAULT).release();
            try (LeakScope scope = guard.openScope("GET /orders")) {
                for (int i = 0; i < 30_000; i++) {
                    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64);
                    assertThat(isWrapped(buffer)).isTrue();
                    buffer.release();
                }
                PooledByteBufAllocator.DEFAULT.directBuffer(64).touch("kept");
            }
            return null;
        });
        Leaks.until(() -> !leaks.reports.isEmpty());
        Leaks.settle(guard);
        assertThat(leaks.reports).singleElement().satisfies(report -> {
            assertThat(report.scopes()).containsExactly("GET /orders");
            assertThat(report.touches()).isNotEmpty();
        });
        assertThat(stats().open()).isZero();
    }

    @Test
    void at_netty_s_levels_that_record_every_access_each_is_wrapped() throws Exception {
        Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.PARANOID);
        try {
            onLoop(() -> {
                for (int i = 0; i < 30_000; i++) {
                    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64);
                    assertThat(isWrapped(buffer)).isTrue();
                    buffer.release();
                }
                return null;
            });
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
    }

    @Test
    void the_guard_that_comes_next_has_its_own_and_the_one_before_does_not_report_them() throws Exception {
        Leaks second = new Leaks();
        try (LeakGuard other = second.guard()
                .capture(CaptureBudget.perSecond(2_000))
                .escalation(Duration.ZERO)
                .build()) {
            onLoop(() -> {
                ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
                counted(alloc).release();
                NettyGuard inner = NettyGuard.install(other);
                int size = leakCounted(alloc); // the same object, if Netty keeps it
                inner.close();
                counted(alloc).release();
                return size;
            });
            Leaks.until(() -> !second.reports.isEmpty());
            Leaks.settle(guard);
            Leaks.settle(other);
            assertThat(second.of(Leaks.BYTEBUF)).hasSize(1);
            assertThat(leaks.of(Leaks.BYTEBUF)).isEmpty();
            assertThat(stats().open()).isZero();
            assertThat(other.stats().of(Leaks.BYTEBUF).open()).isZero();
        }
    }

    @Test
    @AllowLeaks(kind = "netty.bytebuf", reason = "leaked on purpose, for the guard of this test run to find")
    void what_leaks_after_the_guard_was_uninstalled_is_none_of_its() throws Exception {
        Level before = ResourceLeakDetector.getLevel();
        onLoop(() -> {
            ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
            counted(alloc).release();
            netty.close();
            ResourceLeakDetector.setLevel(Level.DISABLED);
            return alloc.directBuffer(256).capacity(); // the same object, if Netty keeps it
        });
        ResourceLeakDetector.setLevel(before);
        Leaks.settle(guard);
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(stats().open()).isZero();
    }

    @Test
    void guards_that_come_and_go_under_load_report_nothing_that_was_released() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<FutureTask<Long>> load = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ByteBufAllocator alloc = i == 0 ? new AdaptiveByteBufAllocator() : PooledByteBufAllocator.DEFAULT;
            FutureTask<Long> task = new FutureTask<>(() -> churn(alloc, stop));
            load.add(task);
            new FastThreadLocalThread(task).start();
        }
        Leaks others = new Leaks();
        try {
            for (int i = 0; i < 100; i++) {
                try (LeakGuard other = others.guard()
                        .capture(CaptureBudget.perSecond(2_000))
                        .escalation(Duration.ZERO)
                        .build()) {
                    long before = stats().opened();
                    NettyGuard inner = NettyGuard.install(other);
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(1))
                            .until(() -> other.stats().opened() > 30_000);
                    inner.close();
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(1))
                            .until(() -> stats().opened() > before + 1_000);
                    if (i % 10 == 0) {
                        System.gc();
                    }
                }
            }
        } finally {
            stop.set(true);
        }
        for (FutureTask<Long> task : load) {
            assertThat(task.get(60, TimeUnit.SECONDS)).isPositive();
        }
        Leaks.settle(guard);
        Leaks.settle(guard);
        assertThat(others.text()).isEmpty();
        assertThat(leaks.text()).isEmpty();
        assertThat(stats().open()).isZero();
        assertThat(guard.stats().internalErrors()).isZero();
    }

    private static long churn(ByteBufAllocator alloc, AtomicBoolean stop) {
        Deque<ByteBuf> out = new ArrayDeque<>();
        long n = 0;
        while (!stop.get()) {
            out.add(alloc.directBuffer(64 + (int) (n++ % 500)));
            if (out.size() > 20) {
                out.poll().release();
            }
        }
        out.forEach(ByteBuf::release);
        return n;
    }

    @Test
    void what_is_out_is_listed_as_open() throws Exception {
        ByteBuf[] out = new ByteBuf[1];
        onLoop(() -> out[0] = counted(PooledByteBufAllocator.DEFAULT));
        assertThat(stats().open()).isEqualTo(1);
        assertThat(guard.open().toText()).contains("256 B");
        out[0].release();
        assertThat(stats().open()).isZero();
        assertThat(guard.open().total()).isZero();
    }

    @Test
    void buffers_that_netty_does_not_keep_are_counted_so_too() throws Exception {
        int many = 100_000;
        int wrapped = onLoop(() -> {
            Deque<ByteBuf> out = new ArrayDeque<>();
            int n = 0;
            for (int i = 0; i < many; i++) {
                ByteBuf buffer = i % 2 == 0
                        ? PooledByteBufAllocator.DEFAULT.compositeBuffer(4)
                        : UnpooledByteBufAllocator.DEFAULT.directBuffer(64);
                n += isWrapped(buffer) ? 1 : 0;
                out.add(buffer);
                if (out.size() > i % 200) { // some are out for longer than they are looked after
                    out.remove().release();
                }
            }
            out.forEach(ByteBuf::release);
            return n;
        });
        if (BY_COUNT) {
            assertThat(wrapped).isBetween(1, 5_000);
        }
        assertThat(stats().opened()).isEqualTo(many);
        assertThat(stats().open()).isZero();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(stats().closed()).isEqualTo(many);
    }

    @Test
    void a_leaked_one_without_a_wrapper_has_the_line_that_allocated_it() throws Exception {
        onLoop(() -> leakCounted(PooledByteBufAllocator.DEFAULT));
        Leaks.until(() -> !leaks.reports.isEmpty());
        assertThat(leaks.reports).singleElement().satisfies(report -> {
            assertThat(report.siteText()).contains("CountedBuffersTest.counted(");
            assertThat(report.stack())
                    .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("leakCounted"));
        });
    }

    @Test
    void a_composite_without_a_wrapper_has_its_components_in_its_report() throws Exception {
        onLoop(() -> {
            ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
            CompositeByteBuf inner =
                    composite(alloc).addComponent(true, counted(alloc).writeZero(64));
            CompositeByteBuf outer =
                    composite(alloc).addComponent(true, counted(alloc).writeZero(8));
            return outer.addComponent(true, inner).capacity();
        });
        Leaks.until(() -> !leaks.reports.isEmpty() && guard.stats().open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(1);
        assertThat(leaks.reports.get(0).description()).contains("CompositeByteBuf");
        assertThat(leaks.reports.get(0).children()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(stats().leaked()).isEqualTo(4);
    }

    private static CompositeByteBuf composite(ByteBufAllocator alloc) {
        for (int i = 0; i < 1_000_000; i++) {
            CompositeByteBuf buffer = alloc.compositeBuffer();
            if (!BY_COUNT || !isWrapped(buffer)) {
                return buffer;
            }
            buffer.release();
        }
        throw new AssertionError("every composite buffer is in Netty's wrapper");
    }

    /** Which way a buffer is tracked changes from one to the next, and the objects are the same. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void however_each_is_tracked_all_are_counted_and_each_leak_is_told_once(String name, ByteBufAllocator alloc)
            throws Exception {
        int threads = 3;
        int each = 60_000;
        int lost = 60;
        List<FutureTask<Integer>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int seed = t;
            FutureTask<Integer> task = new FutureTask<>(() -> mixed(alloc, new Random(seed), each, lost));
            all.add(task);
            if (t == 0) {
                new Thread(task).start(); // not one of Netty's
            } else {
                new FastThreadLocalThread(task).start();
            }
        }
        for (FutureTask<Integer> task : all) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
                guard.stats(); // looks at what they have allocated, meanwhile
                return task.isDone();
            });
            assertThat(task.get()).isEqualTo(each);
        }
        int leaked = threads * lost;
        Leaks.until(() -> stats().leaked() >= leaked);
        Leaks.settle(guard);
        assertThat(stats().leaked()).isEqualTo(leaked);
        assertThat(leaks.of(Leaks.BYTEBUF)).hasSize(leaked);
        assertThat(stats().opened()).isEqualTo((long) threads * each);
        assertThat(stats().closed()).isEqualTo((long) threads * each - leaked);
        assertThat(stats().open()).isZero();
        assertThat(guard.stats().internalErrors()).isZero();
    }

    private int mixed(ByteBufAllocator alloc, Random random, int times, int lost) {
        Deque<ByteBuf> out = new ArrayDeque<>();
        LeakScope scope = guard.openDetachedScope("job", null);
        for (int i = 0; i < times; i++) {
            ByteBuf buffer;
            if (random.nextInt(20) == 0) {
                try (LeakListener.Registration inIt = scope.bind()) {
                    buffer = alloc.directBuffer(64); // in the wrapper
                }
            } else {
                buffer = alloc.directBuffer(64);
            }
            if (i % (times / lost) != 0) {
                out.add(buffer);
            }
            while (out.size() > random.nextInt(80)) {
                out.remove().release();
            }
            if (i % 20_000 == 0) {
                System.gc();
            }
        }
        out.forEach(ByteBuf::release);
        scope.close();
        return times;
    }
}
