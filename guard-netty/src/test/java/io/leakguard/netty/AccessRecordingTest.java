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
    void nothing_is_recorded_before_a_leak() {
        assertThat(recording.accesses()).isEqualTo(Accesses.NONE);
        assertThat(Accesses.NONE.isRecordedNow()).isFalse();
    }

    @Test
    void after_a_leak_that_no_line_explains_all_is_recorded_for_a_while_and_some_until_one_is_explained() {
        leaked(false, Duration.ZERO);
        assertThat(after(Duration.ofSeconds(29))).isEqualTo(Accesses.OF_APPLICATION);
        assertThat(after(Duration.ofSeconds(31))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        assertThat(after(Duration.ofHours(23))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        leaked(true, Duration.ofHours(23));
        assertThat(after(Duration.ofHours(23))).isEqualTo(Accesses.NONE);
    }

    @Test
    void a_leak_that_stays_without_a_line_has_all_recorded_every_ten_minutes_and_is_given_up_after_a_day() {
        leaked(false, Duration.ZERO);
        assertThat(after(Duration.ofMinutes(1))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        leaked(false, Duration.ofMinutes(5));
        assertThat(after(Duration.ofMinutes(5))).isEqualTo(Accesses.SOME_OF_APPLICATION);
        leaked(false, Duration.ofMinutes(11));
        assertThat(after(Duration.ofMinutes(11))).isEqualTo(Accesses.OF_APPLICATION);
        assertThat(after(Duration.ofHours(25))).isEqualTo(Accesses.NONE);
    }

    @Test
    void the_budget_of_looks_at_stacks_is_that_of_a_second() {
        long now = 5L << 30;
        for (int i = 0; i < WalkBudget.PER_SECOND; i++) {
            assertThat(WalkBudget.take(now)).isTrue();
        }
        assertThat(WalkBudget.take(now)).isFalse();
        assertThat(WalkBudget.take(now + (1L << 30))).isTrue();
    }
}
