package io.leakguard.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When uses of buffers are recorded: the times are given, none is waited for. */
class AccessRecordingTest {

    private static final long START = Long.MAX_VALUE - 1_000; // as System.nanoTime() may: it overflows in the test

    private final AccessRecording recording = new AccessRecording();

    private Accesses after(Duration time) {
        return recording.accesses(START + time.toNanos());
    }

    private void leaked(boolean explained, Duration time) {
        recording.leaked(explained, START + time.toNanos());
    }

    @Test
    void before_a_leak_the_uses_of_a_few_buffers_are_recorded() {
        assertThat(recording.accesses()).isEqualTo(Accesses.FEW_OF_APPLICATION);
    }

    @Test
    void after_a_leak_that_no_line_explains_all_is_recorded_for_a_while_and_some_until_one_is_explained() {
        leaked(false, Duration.ZERO);
        assertThat(after(Duration.ofSeconds(29))).isEqualTo(Accesses.OF_APPLICATION);
        assertThat(after(Duration.ofSeconds(31))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        assertThat(after(Duration.ofHours(23))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        leaked(true, Duration.ofHours(23));
        assertThat(after(Duration.ofHours(23))).isEqualTo(Accesses.FEW_OF_APPLICATION);
    }

    @Test
    void a_leak_that_stays_without_a_line_has_all_recorded_every_ten_minutes_and_is_given_up_after_a_day() {
        leaked(false, Duration.ZERO);
        assertThat(after(Duration.ofMinutes(1))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        leaked(false, Duration.ofMinutes(5));
        assertThat(after(Duration.ofMinutes(5))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        leaked(false, Duration.ofMinutes(11));
        assertThat(after(Duration.ofMinutes(11))).isEqualTo(Accesses.OF_APPLICATION);
        assertThat(after(Duration.ofHours(25))).isEqualTo(Accesses.FEW_OF_APPLICATION);
    }

    @Test
    void a_budget_is_that_of_a_second() {
        SecondBudget budget = new SecondBudget(3);
        long now = 5L << 30;
        for (int i = 0; i < 3; i++) {
            assertThat(budget.take(now)).isTrue();
        }
        assertThat(budget.take(now)).isFalse();
        assertThat(budget.take(now + (1L << 30))).isTrue();
    }
}
