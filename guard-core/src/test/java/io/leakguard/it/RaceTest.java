package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stress: no false report, no double report, no lost leak, whatever happens at once. */
class RaceTest {

    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void shutdown() {
        pool.shutdownNow();
    }

    private static LeakGuard guard(Recorder recorder) {
        return LeakGuard.builder()
                .listener(recorder)
                .capture(CaptureBudget.perSecond(1_000))
                .reportInterval(Duration.ZERO)
                .maxReportsPerMinute(1_000_000)
                .log(false)
                .build();
    }

    @Test
    void of_all_closes_at_once_one_wins() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder)) {
            int threads = 4;
            int rounds = 20_000;
            AtomicInteger won = new AtomicInteger();
            AtomicReference<LeakTracker> current = new AtomicReference<>();
            CyclicBarrier barrier = new CyclicBarrier(threads, () -> current.set(new Thing(guard).leakTracker()));
            // The handle is gone at once: close races with collection too, and either may end it, but only one.
            inParallel(threads, () -> {
                int mine = 0;
                for (int i = 0; i < rounds; i++) {
                    barrier.await();
                    if (current.get().close()) {
                        mine++;
                    }
                }
                won.addAndGet(mine);
            });
            Gc.settle(guard);
            GuardStats.KindStats stats = guard.stats().of(Thing.KIND);
            assertThat(stats.opened()).isEqualTo(rounds);
            assertThat(stats.closed()).isEqualTo(won.get());
            assertThat(stats.collected()).isEqualTo(rounds - won.get());
            assertThat(recorder.of(Thing.KIND).size() + guard.stats().dropped()).isEqualTo(rounds - won.get());
            assertThat(stats.open()).isZero();
        }
    }

    @Test
    void close_on_the_last_use_of_a_handle_never_loses_to_its_collection() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder)) {
            AtomicBoolean running = new AtomicBoolean(true);
            Future<?> collector = pool.submit(() -> {
                while (running.get()) {
                    System.gc();
                }
            });
            inParallel(3, () -> {
                for (int i = 0; i < 150_000; i++) {
                    new Thing(guard).close();
                }
            });
            running.set(false);
            collector.get();
            Gc.settle(guard);
            assertThat(recorder.reports).isEmpty();
            assertThat(guard.stats().of(Thing.KIND).closed()).isEqualTo(450_000);
        }
    }

    @Test
    void touching_while_another_closes_neither_fails_nor_reports() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder)) {
            AtomicReference<Thing> current = new AtomicReference<>(new Thing(guard));
            AtomicBoolean running = new AtomicBoolean(true);
            List<Future<?>> touching = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                touching.add(pool.submit(() -> {
                    while (running.get()) {
                        current.get().leakTracker().touch("again");
                        current.get().leakTracker().age();
                    }
                }));
            }
            for (int i = 0; i < 100_000; i++) {
                current.getAndSet(new Thing(guard)).close();
            }
            running.set(false);
            for (Future<?> f : touching) {
                f.get();
            }
            current.get().close();
            Gc.settle(guard);
            assertThat(recorder.reports).isEmpty();
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    @Test
    void closing_the_guard_against_everything_else_neither_fails_nor_leaves_anything_tracked() throws Exception {
        for (int round = 0; round < 60; round++) {
            Recorder recorder = new Recorder();
            LeakGuard guard = guard(recorder);
            AtomicBoolean running = new AtomicBoolean(true);
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                work.add(pool.submit(() -> {
                    List<Thing> held = new ArrayList<>();
                    while (running.get()) {
                        Thing thing = new Thing(guard);
                        int what = ThreadLocalRandom.current().nextInt(8);
                        if (what == 0) {
                            held.add(thing);
                        } else if (what == 1) {
                            new Thing(guard, Thing.KIND, "child", thing);
                            thing.close();
                        } else if (what == 2) {
                            guard.stats();
                        } else if (what == 3) {
                            guard.addListener(report -> {}).close();
                        } else {
                            thing.leakTracker().touch("x");
                            thing.close();
                        }
                        if (held.size() > 100) {
                            held.forEach(Thing::close);
                            held.clear();
                        }
                    }
                    held.forEach(Thing::close);
                }));
            }
            long spin = System.nanoTime() + ThreadLocalRandom.current().nextLong(5_000_000);
            while (System.nanoTime() < spin) {
                Thread.onSpinWait();
            }
            guard.close();
            guard.close();
            running.set(false);
            for (Future<?> f : work) {
                f.get();
            }
            assertThat(guard.isEnabled()).isFalse();
            assertThat(guard.stats().internalErrors()).isZero();
            assertThat(guard.open().total()).as("nothing is tracked any more").isZero();
            assertThat(guard.track(new Object(), Thing.KIND).isOpen()).isFalse();
        }
    }

    @Test
    void what_leaks_on_many_threads_at_once_is_reported_once_each() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = guard(recorder)) {
            AtomicInteger number = new AtomicInteger();
            inParallel(4, () -> {
                for (int i = 0; i < 200; i++) {
                    guard.track(new Object(), Thing.KIND, "leak " + number.incrementAndGet());
                }
            });
            Gc.settle(guard);
            assertThat(recorder.of(Thing.KIND)).hasSize(800);
            assertThat(recorder.of(Thing.KIND))
                    .extracting(io.leakguard.LeakReport::description)
                    .doesNotHaveDuplicates();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private void inParallel(int threads, Work work) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(pool.submit((Callable<Void>) () -> {
                work.run();
                return null;
            }));
        }
        for (Future<?> f : all) {
            f.get();
        }
    }
}
