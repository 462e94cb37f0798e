package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ScopeOptions;
import io.leakguard.ScopeUsage;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The memory of a unit of work. */
class ScopeAllocationTest extends GuardFixture {

    private static final long MIB = 1 << 20;
    private static final ScopeOptions MEASURED = ScopeOptions.create().measureAllocated();

    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private volatile byte[] sink = {};

    /** What loading classes allocates is none of the tests' business. */
    @BeforeEach
    void warm_up() {
        await(new CountDownLatch(0));
        allocate(1);
        guard.openScope("warm-up", MEASURED).close();
    }

    @AfterEach
    void end_the_pool() {
        pool.shutdownNow();
    }

    private void allocate(long mib) {
        for (int i = 0; i < mib; i++) {
            sink = new byte[(int) MIB];
        }
        if (sink.length == 0 && mib > 0) {
            throw new AssertionError("it was optimised away");
        }
    }

    /** Half a MiB for what a test and the guard allocate themselves. */
    private static void assertAllocated(ScopeUsage usage, long mib) {
        assertThat(usage.allocatedBytes()).isPresent();
        assertThat(usage.allocatedBytes().getAsLong()).isBetween(mib * MIB, mib * MIB + MIB / 2);
    }

    @Test
    void a_scope_that_allocates_more_than_its_limit_is_told_with_its_name_and_the_figures() {
        try (LogEvents log = new LogEvents("io.leakguard.leak");
                LeakGuard logging = LeakGuard.builder().listener(recorder).build()) {
            try (LeakScope scope = logging.openScope(
                            "event-8841", ScopeOptions.create().maxAllocated(4 * MIB))
                    .attribute("tenant", "acme")) {
                allocate(12);
            }
            try (LeakScope scope =
                    logging.openScope("frugal", ScopeOptions.create().maxAllocated(4 * MIB))) {
                allocate(1);
            }
            assertThat(logging.flush(LONG)).isTrue();
            assertThat(recorder.allocations).hasSize(1);
            ScopeUsage usage = recorder.allocations.get(0);
            assertThat(usage.name()).isEqualTo("event-8841");
            assertThat(usage.ended()).isTrue();
            assertAllocated(usage, 12);
            assertThat(log.messages())
                    .anySatisfy(line -> assertThat(line)
                            .matches("scope event-8841 allocated 12\\.\\d MiB, more than its limit of 4\\.0 MiB"
                                    + " · open .* · thread .* · tenant=acme"));
        }
    }

    @Test
    void at_peak_load_what_is_told_is_limited_and_the_rest_is_counted() {
        Recorder mine = new Recorder();
        try (LeakGuard limited = LeakGuard.builder()
                .listener(mine)
                .log(false)
                .maxReportsPerMinute(10)
                .build()) {
            for (int i = 0; i < 200; i++) {
                try (LeakScope scope =
                        limited.openScope("event-" + i, ScopeOptions.create().maxAllocated(1_000))) {
                    allocate(1);
                }
            }
            assertThat(limited.flush(LONG)).isTrue();
            assertThat(mine.allocations).hasSizeBetween(10, 100);
            assertThat(limited.stats().droppedBy().get(GuardStats.DropReason.RATE_LIMITED))
                    .isEqualTo(200 - mine.allocations.size());
            assertThat(limited.topScopesByAllocation(200)).hasSize(100);
        }
    }

    @Test
    void what_a_nested_scope_allocates_is_counted_in_both_once() {
        LeakScope outer = guard.openScope("outer", MEASURED);
        allocate(2);
        LeakScope inner = guard.openScope("inner", MEASURED);
        allocate(3);
        inner.close();
        try (LeakScope plain = guard.openScope("not measured itself")) {
            allocate(1);
        }
        allocate(1);
        outer.close();
        assertAllocated(inner.usage(), 3);
        assertAllocated(outer.usage(), 7);
    }

    @Test
    void what_other_threads_allocate_in_the_scope_is_counted() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        LeakScope scope = guard.openScope("event", MEASURED);
        allocate(1);
        executor.submit(() -> allocate(5)).get();
        pool.submit(() -> allocate(7)).get(); // not in the scope
        scope.close();
        assertAllocated(scope.usage(), 6);
    }

    @Test
    void a_task_that_runs_inside_its_own_scope_on_the_same_thread_is_counted_once() {
        LeakScope scope = guard.openScope("event", MEASURED);
        guard.propagate(() -> scope.wrap(() -> allocate(4)).run()).run();
        scope.close();
        assertAllocated(scope.usage(), 4);
    }

    @Test
    void what_the_thread_allocates_for_another_scope_meanwhile_is_not_counted() {
        LeakScope other = guard.openDetachedScope("other", null, MEASURED);
        LeakScope scope = guard.openScope("event", MEASURED);
        allocate(1);
        other.wrap(() -> allocate(6)).run();
        allocate(1);
        scope.close();
        other.close();
        assertAllocated(scope.usage(), 2);
        assertAllocated(other.usage(), 6);
    }

    @Test
    void a_scope_that_is_still_open_tells_what_it_has_used_up_to_now_to_any_thread() {
        LeakScope scope = guard.openScope("event", MEASURED);
        allocate(3);
        assertAllocated(scope.usage(), 3);
        onThread("watcher", () -> assertAllocated(scope.usage(), 3));
        allocate(2);
        scope.close();
        allocate(10);
        assertAllocated(scope.usage(), 5);
    }

    @Test
    void a_scope_that_is_closed_by_another_thread_counts_what_was_allocated_until_then() throws Exception {
        LeakScope scope = guard.openScope("event", MEASURED);
        allocate(3);
        pool.submit(scope::close).get();
        allocate(10);
        assertAllocated(scope.usage(), 3);
    }

    @Test
    void a_thread_that_is_still_in_the_scope_when_it_ends_is_counted_up_to_then() throws Exception {
        ExecutorService executor = guard.propagate(pool);
        CountDownLatch allocated = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        LeakScope scope = guard.openScope("event", MEASURED);
        var task = executor.submit(() -> {
            allocate(4);
            allocated.countDown();
            boolean unused = ended.await(LONG.toSeconds(), TimeUnit.SECONDS);
            allocate(8);
            return unused;
        });
        await(allocated);
        scope.close();
        ended.countDown();
        task.get();
        assertAllocated(scope.usage(), 4);
    }

    @Test
    void what_was_allocated_by_a_thread_that_is_gone_without_leaving_is_unknown() {
        AtomicReference<LeakScope> scope = new AtomicReference<>();
        onThread("gone", () -> {
            scope.set(guard.openScope("event", MEASURED));
            allocate(2);
        });
        scope.get().close();
        assertThat(scope.get().usage().allocatedBytes()).isEmpty();
    }

    @Test
    void on_a_virtual_thread_it_is_unknown_and_never_a_wrong_number() throws Exception {
        Virtual.assumeThereAre();
        ExecutorService virtual = guard.propagate(Virtual.executor());
        LeakScope own = virtual.submit(() -> {
                    try (LeakScope scope =
                            guard.openScope("virtual", ScopeOptions.create().maxAllocated(MIB))) {
                        allocate(4);
                        return scope;
                    }
                })
                .get();
        assertThat(own.usage().allocatedBytes()).isEmpty();

        LeakScope mixed = guard.openScope("mixed", MEASURED);
        allocate(1);
        virtual.submit(() -> allocate(4)).get();
        mixed.close();
        assertThat(mixed.usage().allocatedBytes()).isEmpty();
        assertThat(guard.flush(LONG)).isTrue();
        assertThat(recorder.allocations).isEmpty();
        virtual.shutdown();
    }

    @Test
    void without_measurement_it_is_unknown() {
        try (LeakScope scope = guard.openScope("event")) {
            allocate(1);
            assertThat(scope.usage().allocatedBytes()).isEmpty();
        }
    }

    @Test
    void inherited_scopes_do_not_guess_what_their_threads_allocate() {
        try (LeakGuard inheriting =
                LeakGuard.builder().log(false).inheritScopes(true).build()) {
            LeakScope scope = inheriting.openScope("test", MEASURED);
            onThread("child", () -> allocate(2));
            scope.close();
            assertThat(scope.usage().allocatedBytes()).isEmpty();
        }
    }

    @Test
    void the_top_scopes_by_allocation_are_those_that_are_open_and_those_that_have_ended() {
        for (int i = 1; i <= 5; i++) {
            try (LeakScope scope = guard.openScope("ended-" + i, MEASURED)) {
                allocate(i);
            }
        }
        try (LeakScope open = guard.openScope("open", MEASURED)) {
            allocate(4);
            allocate(0);
            sink = new byte[600_000];
            List<ScopeUsage> top = guard.topScopesByAllocation(3);
            assertThat(top).extracting(ScopeUsage::name).containsExactly("ended-5", "open", "ended-4");
            assertThat(top).extracting(ScopeUsage::ended).containsExactly(true, false, true);
        }
    }

    @Test
    void of_many_ended_scopes_the_greatest_are_remembered() {
        for (int i = 0; i < 400; i++) {
            try (LeakScope scope = guard.openScope("small", MEASURED)) {
                sink = new byte[1_000];
            }
            if (i % 40 == 0) {
                try (LeakScope scope = guard.openScope("great", MEASURED)) {
                    allocate(1);
                }
            }
        }
        assertThat(guard.topScopesByAllocation(10))
                .extracting(ScopeUsage::name)
                .hasSize(10)
                .allMatch("great"::equals);
        assertThat(guard.topScopesByAllocation(1_000)).hasSize(100);
    }

    @Test
    void the_top_scopes_by_open_resources_are_those_that_hold_most() {
        LeakScope few = guard.openDetachedScope("few", null);
        LeakScope many = guard.openDetachedScope("many", null);
        Thing[] things = new Thing[6];
        few.wrap(() -> things[0] = new Thing(guard)).run();
        many.wrap(() -> {
                    for (int i = 1; i < things.length; i++) {
                        things[i] = new Thing(guard);
                    }
                })
                .run();
        List<ScopeUsage> top = guard.topScopesByOpen(2);
        assertThat(top).extracting(ScopeUsage::name).containsExactly("many", "few");
        assertThat(top).extracting(ScopeUsage::open).containsExactly(5, 1);
        for (Thing thing : things) {
            thing.close();
        }
        few.close();
        many.close();
        Awaitility.await().atMost(LONG).until(() -> guard.topScopesByOpen(5).isEmpty());
    }

    @Test
    void a_limit_of_no_bytes_is_refused() {
        assertThatThrownBy(() -> ScopeOptions.create().maxAllocated(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("allocation limit of 0 bytes: give a positive number");
    }
}
