package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What can be read and changed while the daemon runs. */
class ControlTest {

    private static final ResourceKind KIND = ResourceKind.of("test.control");
    private static final ResourceKind OTHER = ResourceKind.of("test.control.other");

    private final Leaks.Recorder recorder = new Leaks.Recorder();

    @Test
    void leaks_are_counted_by_kind_and_cause_also_where_reports_are_rate_limited() {
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .reportInterval(Duration.ofHours(1))
                .listener(recorder)
                .build()) {
            for (int i = 0; i < 50; i++) {
                Leaks.forget(guard, KIND, "");
            }
            Leaks.gcUntil(() -> guard.stats().of(KIND).leaked() == 50);
            assertThat(guard.flush(Leaks.PATIENCE)).isTrue();

            assertThat(guard.stats().of(KIND).byCause()).containsOnly(java.util.Map.entry(LeakCause.COLLECTED, 50L));
            assertThat(recorder.reports).hasSize(1);
        }
    }

    @Test
    void raising_the_capture_budget_gives_the_next_leaks_their_stack() {
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .escalation(Duration.ZERO)
                .capture(CaptureBudget.none())
                .reportInterval(Duration.ZERO)
                .listener(recorder)
                .build()) {
            Leaks.forget(guard, KIND, "");
            assertThat(recorder.await(KIND).site()).isEmpty();
            assertThat(guard.captureBudget()).isEqualTo(CaptureBudget.none());

            guard.captureBudget(CaptureBudget.unlimited());
            Leaks.forget(guard, KIND, "");
            Leaks.gcUntil(() -> recorder.reports.size() == 2);
            assertThat(recorder.reports.get(1).site()).isPresent();
            assertThat(guard.captureBudget()).isEqualTo(CaptureBudget.unlimited());

            guard.captureBudget(CaptureBudget.none());
            Leaks.forget(guard, KIND, "");
            Leaks.forget(guard, OTHER, ""); // a kind that is made only now
            Leaks.gcUntil(() -> recorder.reports.size() == 4);
            assertThat(recorder.reports).filteredOn(r -> r.site().isPresent()).hasSize(1);
        }
    }

    @Test
    void a_lower_capture_budget_holds_for_what_is_opened_from_then_on() {
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .capture(CaptureBudget.unlimited())
                .build()) {
            Object handle = new Object();
            guard.track(handle, KIND).close();
            guard.captureBudget(CaptureBudget.perSecond(1));
            for (int i = 0; i < 10_000; i++) {
                guard.track(handle, KIND).close();
            }
            assertThat(guard.stats().captured()).isBetween(50L, 5_000L);
        }
    }

    @Test
    void forgetting_the_leaks_has_the_next_one_of_the_site_reported_at_once() {
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .reportInterval(Duration.ofHours(1))
                .listener(recorder)
                .build()) {
            forgetOne(guard);
            Leaks.gcUntil(() -> recorder.reports.size() == 1);
            guard.forgetLeaks();
            assertThat(guard.flush(Leaks.PATIENCE)).isTrue();
            assertThat(guard.leaks()).isEmpty();

            forgetOne(guard);
            Leaks.gcUntil(() -> recorder.reports.size() == 2);
            assertThat(recorder.reports.get(1).occurrences()).isEqualTo(1);
            assertThat(guard.stats().leaked()).isEqualTo(2);
        }
    }

    private static void forgetOne(LeakGuard guard) {
        Leaks.forget(guard, KIND, "");
    }

    @Test
    void what_a_slow_listener_loses_is_counted_by_its_reason() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        LeakListener blocked = new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .reportInterval(Duration.ZERO)
                .maxReportsPerMinute(1_000_000)
                .listener(blocked)
                .build()) {
            try {
                int leaks = LeakListener.QUEUE_CAPACITY + 500;
                for (int i = 0; i < leaks; i++) {
                    Leaks.forget(guard, KIND, "");
                }
                Leaks.gcUntil(() -> guard.stats().reported() == leaks);
                GuardStats stats = guard.stats();
                assertThat(stats.droppedBy())
                        .containsEntry(GuardStats.DropReason.LISTENER_FULL, 499L)
                        .containsEntry(GuardStats.DropReason.QUEUE_FULL, 0L);
                assertThat(stats.dropped()).isEqualTo(499);
            } finally {
                release.countDown();
            }
        }
    }

    @Test
    void a_capture_budget_reads_back_what_it_prints() {
        for (CaptureBudget budget :
                new CaptureBudget[] {CaptureBudget.unlimited(), CaptureBudget.none(), CaptureBudget.perSecond(7)}) {
            assertThat(CaptureBudget.parse(budget.toString())).isEqualTo(budget);
        }
        assertThatThrownBy(() -> CaptureBudget.parse("lots"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'lots'")
                .hasMessageContaining("2000/s");
    }
}
