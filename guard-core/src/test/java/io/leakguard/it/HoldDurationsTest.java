package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.HoldDurations;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class HoldDurationsTest {

    private static final ResourceKind QUICK = ResourceKind.of("test.quick");
    private static final ResourceKind SLOW = ResourceKind.of("test.slow");

    private static void openAndClose(LeakGuard guard, ResourceKind kind, int times) {
        Object handle = new Object();
        for (int i = 0; i < times; i++) {
            guard.track(handle, kind).close();
        }
    }

    private static HoldDurations.Held of(ResourceKind kind, List<HoldDurations.Held> all) {
        return all.stream().filter(h -> h.kind() == kind).findFirst().orElseThrow();
    }

    @Test
    void every_close_is_counted_once_by_kind_also_from_many_threads() throws InterruptedException {
        try (LeakGuard guard = LeakGuard.builder().log(false).build();
                HoldDurations reader = guard.holdDurations()) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Thread thread = new Thread(() -> openAndClose(guard, QUICK, 10_000));
                threads.add(thread);
                thread.start();
            }
            long drained = 0;
            for (Thread thread : threads) {
                thread.join();
                drained += reader.drain().stream()
                        .mapToLong(HoldDurations.Held::count)
                        .sum();
            }
            drained +=
                    reader.drain().stream().mapToLong(HoldDurations.Held::count).sum();
            assertThat(drained).isEqualTo(40_000);
        }
    }

    @Test
    void a_duration_lies_in_a_bucket_at_most_a_quarter_wide() {
        try (LeakGuard guard = LeakGuard.builder().log(false).build();
                HoldDurations reader = guard.holdDurations()) {
            Object handle = new Object();
            LeakTracker tracker = guard.track(handle, SLOW);
            Awaitility.await().until(() -> tracker.age().toMillis() >= 300);
            Duration before = tracker.age();
            tracker.close();
            HoldDurations.Bucket bucket = of(SLOW, reader.drain()).buckets().get(0);

            assertThat(bucket.to()).isGreaterThan(before);
            assertThat(bucket.from()).isGreaterThan(Duration.ofMillis(200));
            assertThat(bucket.to().minus(bucket.from()))
                    .isLessThanOrEqualTo(bucket.from().dividedBy(4));
        }
    }

    @Test
    void readers_do_not_share_what_they_drain_and_a_leak_is_no_hold() {
        Leaks.Recorder recorder = new Leaks.Recorder();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(recorder).build();
                HoldDurations first = guard.holdDurations();
                HoldDurations second = guard.holdDurations()) {
            openAndClose(guard, QUICK, 3);
            assertThat(of(QUICK, first.drain()).count()).isEqualTo(3);
            openAndClose(guard, QUICK, 2);
            Leaks.forget(guard, SLOW, "");
            recorder.await(SLOW);

            assertThat(of(QUICK, first.drain()).count()).isEqualTo(2);
            assertThat(second.drain()).singleElement().satisfies(h -> {
                assertThat(h.kind()).isEqualTo(QUICK);
                assertThat(h.count()).isEqualTo(5);
            });
        }
    }

    @Test
    void nothing_is_counted_without_a_reader_or_where_it_is_switched_off() {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            guard.holdDurations().close();
            openAndClose(guard, QUICK, 5);
            try (HoldDurations reader = guard.holdDurations()) {
                assertThat(reader.drain()).isEmpty();
            }
        }
        try (LeakGuard guard =
                        LeakGuard.builder().log(false).holdDurations(false).build();
                HoldDurations reader = guard.holdDurations()) {
            openAndClose(guard, QUICK, 5);
            assertThat(reader.drain()).isEmpty();
        }
    }
}
