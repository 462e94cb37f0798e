package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A listener may do what it likes: it harms only itself. */
class ListenerTest {

    private final Recorder recorder = new Recorder();
    private final LeakGuard guard = LeakGuard.builder()
            .listener(recorder)
            .capture(CaptureBudget.unlimited())
            .reportInterval(Duration.ZERO)
            .maxReportsPerMinute(1_000_000)
            .log(false)
            .build();

    @AfterEach
    void close() {
        guard.close();
    }

    private void leak(int n) {
        for (int i = 0; i < n; i++) {
            guard.track(new Object(), Thing.KIND, "leak " + i);
        }
    }

    @Test
    void one_that_throws_stops_nothing_and_is_counted() {
        AtomicInteger calls = new AtomicInteger();
        guard.addListener(report -> {
            calls.incrementAndGet();
            throw new IllegalStateException("listener");
        });
        guard.addListener(report -> {
            throw new NoClassDefFoundError("listener");
        });
        leak(10);
        Gc.settle(guard);
        assertThat(recorder.reports).hasSize(10);
        assertThat(calls.get()).isGreaterThanOrEqualTo(10);
        assertThat(guard.stats().listenerFailures()).isGreaterThanOrEqualTo(20);
        assertThat(guard.stats().internalErrors()).isZero();
    }

    @Test
    void one_that_blocks_delays_only_itself_and_what_it_misses_is_counted() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger seen = new AtomicInteger();
        guard.addListener(report -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            seen.incrementAndGet();
        });
        int n = LeakListener.QUEUE_CAPACITY + 500;
        leak(n);
        Gc.until(() -> recorder.reports.size() == n);
        assertThat(guard.stats().dropped()).isBetween(400L, 500L);
        release.countDown();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> seen.get() >= LeakListener.QUEUE_CAPACITY);
    }

    @Test
    void one_that_is_slow_at_the_end_does_not_keep_close_from_returning() {
        CountDownLatch never = new CountDownLatch(1);
        guard.addListener(report -> {
            try {
                never.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        leak(1);
        Gc.until(() -> recorder.reports.size() == 1);
        long start = System.nanoTime();
        guard.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void one_that_calls_back_into_the_guard_gets_answers() {
        List<Long> leaked = new CopyOnWriteArrayList<>();
        guard.addListener(report -> {
            new Thing(guard, "opened by a listener").close();
            leaked.add(guard.stats().leaked());
            guard.open();
            guard.leaks();
        });
        leak(3);
        Gc.settle(guard);
        assertThat(leaked).hasSizeGreaterThanOrEqualTo(3);
        assertThat(guard.stats().listenerFailures()).isZero();
    }

    @Test
    void one_that_leaks_for_every_report_does_not_run_away() {
        Recorder own = new Recorder();
        try (LeakGuard limited = LeakGuard.builder().listener(own).log(false).build()) {
            limited.addListener(report -> limited.track(new Object(), Thing.KIND, "leaked by a listener"));
            limited.track(new Object(), Thing.KIND, "first");
            Gc.until(() -> limited.stats().of(Thing.KIND).leaked() >= 2);
            Gc.settle(limited);
            assertThat(own.reports).hasSizeLessThan(10);
        }
    }

    @Test
    void one_that_closes_the_guard_does_not_hang_it() {
        AtomicInteger closed = new AtomicInteger();
        guard.addListener(report -> {
            guard.close();
            closed.incrementAndGet();
        });
        leak(1);
        Gc.until(() -> closed.get() == 1 || !guard.isEnabled());
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !guard.isEnabled());
    }

    @Test
    void a_removed_listener_gets_nothing_more() {
        List<LeakReport> seen = new CopyOnWriteArrayList<>();
        LeakListener.Registration registration = guard.addListener(seen::add);
        leak(1);
        Gc.settle(guard);
        int before = seen.size();
        assertThat(before).isPositive();
        registration.close();
        registration.close();
        leak(5);
        Gc.settle(guard);
        assertThat(seen).hasSize(before);
    }

    @Test
    void close_delivers_what_was_waiting_for_the_rate_limit() {
        Recorder own = new Recorder();
        LeakGuard limited = LeakGuard.builder().listener(own).log(false).build();
        for (int i = 0; i < 25; i++) {
            limited.track(new Object(), Thing.KIND);
        }
        Gc.settle(limited);
        assertThat(own.reports).hasSize(1);
        limited.close();
        assertThat(own.reports).hasSize(2);
        LeakReport last = own.reports.get(1);
        assertThat(last.occurrences()).isEqualTo(25);
        assertThat(own.reports.get(0).sinceLastReport() + last.sinceLastReport())
                .isEqualTo(25);
        assertThat(last.toText()).contains("25 leaked from here (24 since the last report)");
    }

    @Test
    void the_next_report_of_a_site_comes_after_the_interval_and_says_how_many_came_in_between() {
        Recorder own = new Recorder();
        try (LeakGuard limited = LeakGuard.builder()
                .listener(own)
                .reportInterval(Duration.ofMillis(300))
                .log(false)
                .build()) {
            for (int i = 0; i < 100; i++) {
                limited.track(new Object(), Thing.KIND);
            }
            Gc.until(() -> own.reports.size() == 2);
            assertThat(own.reports.get(1).occurrences()).isEqualTo(100);
            assertThat(limited.leaks().stream()
                            .filter(s -> s.kind().equals(Thing.KIND))
                            .findFirst()
                            .orElseThrow()
                            .occurrences())
                    .isEqualTo(100);
        }
    }
}
