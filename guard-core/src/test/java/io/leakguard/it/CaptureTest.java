package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CaptureTest {

    private static final ResourceKind OTHER = ResourceKind.of("test.other");

    private static LeakGuardBuilder builder(Recorder recorder) {
        return LeakGuard.builder()
                .listener(recorder)
                .reportInterval(Duration.ZERO)
                .log(false);
    }

    private static void leak(LeakGuard guard, ResourceKind kind) {
        guard.track(new Object(), kind);
    }

    @Test
    void a_report_without_a_stack_says_why_and_the_next_leak_of_that_kind_has_one() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = builder(recorder).capture(CaptureBudget.none()).build()) {
            leak(guard, Thing.KIND);
            Gc.until(() -> recorder.reports.size() == 1);
            LeakReport first = recorder.reports.get(0);
            assertThat(first.stack()).isEmpty();
            assertThat(first.site()).isEmpty();
            assertThat(first.siteText())
                    .isEqualTo("no creation stack: the capture budget (none) was used up; test.thing is now captured in"
                            + " full for 00:00:30");

            leak(guard, Thing.KIND);
            Gc.until(() -> recorder.reports.size() == 2);
            assertThat(recorder.reports.get(1).siteText()).startsWith("CaptureTest.leak(CaptureTest.java:");

            leak(guard, OTHER);
            Gc.until(() -> recorder.reports.size() == 3);
            assertThat(recorder.reports.get(2).stack())
                    .as("another kind is not escalated")
                    .isEmpty();
        }
    }

    @Test
    void escalation_ends_after_its_time() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = builder(recorder)
                .capture(CaptureBudget.none())
                .escalation(Duration.ofMillis(1))
                .build()) {
            leak(guard, Thing.KIND);
            Gc.until(() -> recorder.reports.size() == 1);
            long until = System.nanoTime() + 5_000_000;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            leak(guard, Thing.KIND);
            Gc.until(() -> recorder.reports.size() == 2);
            assertThat(recorder.reports.get(1).stack()).isEmpty();
        }
    }

    @Test
    void escalation_can_be_switched_off_and_the_report_says_so() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = builder(recorder)
                .capture(CaptureBudget.none())
                .escalation(Duration.ZERO)
                .build()) {
            leak(guard, Thing.KIND);
            leak(guard, Thing.KIND);
            Gc.until(() -> recorder.reports.size() == 2);
            assertThat(recorder.reports)
                    .allSatisfy(r -> assertThat(r.siteText()).endsWith("was used up; escalation is off"));
        }
    }

    @Test
    void the_budget_bounds_how_many_stacks_are_captured_and_every_resource_is_still_counted() {
        Recorder recorder = new Recorder();
        int rate = 1_000;
        try (LeakGuard guard =
                builder(recorder).capture(CaptureBudget.perSecond(rate)).build()) {
            long start = System.nanoTime();
            for (int i = 0; i < 200_000; i++) {
                new Thing(guard).close();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            GuardStats stats = guard.stats();
            assertThat(stats.opened()).isEqualTo(200_000);
            assertThat(stats.captured() + stats.notCaptured()).isEqualTo(200_000);
            double most = (rate + CaptureBudget.RESERVED_PER_KIND) * (1 + seconds) + 2;
            assertThat((double) stats.captured()).isBetween(Math.min(rate, 200_000) * 0.9, most);
        }
    }

    @Test
    void a_rare_kind_gets_its_stacks_beside_a_busy_one() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard =
                builder(recorder).capture(CaptureBudget.perSecond(100)).build()) {
            for (int i = 0; i < 50_000; i++) {
                new Thing(guard).close();
            }
            leak(guard, OTHER);
            Gc.until(() -> recorder.of(OTHER).size() == 1);
            assertThat(recorder.of(OTHER).get(0).stack()).isNotEmpty();
        }
    }

    @Test
    void unlimited_captures_all() {
        Recorder recorder = new Recorder();
        try (LeakGuard guard =
                builder(recorder).capture(CaptureBudget.unlimited()).build()) {
            for (int i = 0; i < 20_000; i++) {
                new Thing(guard).close();
            }
            assertThat(guard.stats().notCaptured()).isZero();
            assertThat(guard.stats().captured()).isEqualTo(20_000);
        }
    }

    @Test
    void a_negative_budget_is_refused_with_the_fix() {
        assertThatThrownBy(() -> CaptureBudget.perSecond(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1")
                .hasMessageContaining("CaptureBudget.unlimited()");
    }
}
