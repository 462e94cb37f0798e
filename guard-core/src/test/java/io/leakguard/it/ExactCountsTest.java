package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ExactCountsTest {

    private static final int THREADS = 4;
    private static final int PER_THREAD = 300_000;
    private static final int OPENED_BETWEEN_COLLECTIONS = 2_000;

    private static final ResourceKind[] KINDS = {
        ResourceKind.of("test.count.a"), ResourceKind.of("test.count.b"), ResourceKind.of("test.count.c")
    };

    @Test
    void a_million_resources_of_which_one_in_a_hundred_leaks_are_counted_exactly_while_gc_runs() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder().listener(recorder).log(false).build()) {
            AtomicBoolean running = new AtomicBoolean(true);
            ExecutorService pool = Executors.newFixedThreadPool(THREADS + 1);
            LongAdder opened = new LongAdder();
            Future<?> collector = pool.submit(() -> {
                long next = 0;
                while (running.get()) {
                    if (opened.sum() >= next) {
                        System.gc(); // one after the other would leave the others hardly any time
                        next = opened.sum() + OPENED_BETWEEN_COLLECTIONS;
                    } else {
                        LockSupport.parkNanos(100_000);
                    }
                }
            });
            List<Future<long[]>> work = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                long seed = 42L + i;
                work.add(pool.submit((Callable<long[]>) () -> openAndClose(guard, seed, opened)));
            }
            long[] leaked = new long[KINDS.length];
            for (Future<long[]> result : work) {
                long[] some = result.get();
                for (int k = 0; k < leaked.length; k++) {
                    leaked[k] += some[k];
                }
            }
            running.set(false);
            collector.get();
            pool.shutdown();

            Gc.settle(guard);
            GuardStats stats = guard.stats();
            long sites = 0;
            for (int k = 0; k < KINDS.length; k++) {
                ResourceKind kind = KINDS[k];
                GuardStats.KindStats of = stats.of(kind);
                assertThat(of.leaked()).as("leaked of %s", kind).isEqualTo(leaked[k]);
                assertThat(of.collected()).isEqualTo(leaked[k]);
                assertThat(of.closed()).isEqualTo(of.opened() - leaked[k]);
                assertThat(of.open()).isZero();
                sites += guard.leaks().stream()
                        .filter(site -> site.kind().equals(kind))
                        .mapToLong(SiteLeaks::occurrences)
                        .sum();
            }
            assertThat(stats.opened() - stats.of(Gc.SENTINEL).opened()).isEqualTo((long) THREADS * PER_THREAD);
            assertThat(stats.captured() + stats.notCaptured()).isEqualTo(stats.opened());
            assertThat(stats.dropped()).isZero();
            assertThat(stats.internalErrors()).isZero();
            assertThat(sites).as("occurrences survive the rate limit").isEqualTo(leaked[0] + leaked[1] + leaked[2]);
            assertThat(recorder.reports).isNotEmpty();
            assertThat(recorder.reports)
                    .extracting(LeakReport::siteText)
                    .allMatch(site -> site.startsWith("ExactCountsTest.leak(") || site.startsWith("no creation stack"));
        }
    }

    private static long[] openAndClose(LeakGuard guard, long seed, LongAdder opened) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] leaked = new long[KINDS.length];
        for (int i = 0; i < PER_THREAD; i++) {
            int k = random.nextInt(KINDS.length);
            opened.increment();
            if (random.nextInt(100) == 0) {
                leak(guard, KINDS[k]);
                leaked[k]++;
            } else {
                use(guard, KINDS[k], random);
            }
        }
        return leaked;
    }

    private static void leak(LeakGuard guard, ResourceKind kind) {
        guard.track(new Object(), kind, "leaked");
    }

    private static void use(LeakGuard guard, ResourceKind kind, SplittableRandom random) {
        Thing thing = new Thing(guard, kind, null, null);
        if (random.nextInt(16) == 0) {
            thing.leakTracker().touch("used");
        }
        thing.close();
        if (random.nextInt(16) == 0) {
            thing.close();
        }
    }

    @Test
    void what_is_dropped_from_a_full_queue_is_counted_and_the_leaks_stay_exact() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .queueCapacity(4)
                .reportInterval(Duration.ZERO)
                .capture(CaptureBudget.none())
                .escalation(Duration.ZERO)
                .log(false)
                .build()) {
            ResourceKind kind = ResourceKind.of("test.count.dropped");
            for (int i = 0; i < 20_000; i++) {
                guard.track(new Object(), kind, (java.util.function.Supplier<String>) ExactCountsTest::slow);
            }
            Gc.until(() -> guard.stats().of(kind).leaked() == 20_000);
            Gc.until(() -> {
                GuardStats stats = guard.stats();
                return stats.reported() + stats.dropped() >= 20_000;
            });
            assertThat(guard.stats().dropped()).isPositive();
        }
    }

    private static String slow() {
        long until = System.nanoTime() + 50_000;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return "slow";
    }
}
