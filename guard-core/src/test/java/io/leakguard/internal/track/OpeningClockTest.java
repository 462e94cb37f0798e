package io.leakguard.internal.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leakguard.internal.base.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpeningClockTest {

    private static final AtomicInteger TESTS = new AtomicInteger();

    /** Each test's own: the thread of the test before may be on its way out. */
    private final String threadName = "opening-clock-test-" + TESTS.incrementAndGet();

    private final OpeningClock clock = new OpeningClock(Clock.SYSTEM, threadName, task -> {
        task.run();
        return true;
    });

    @AfterEach
    void stop() {
        clock.stop();
    }

    @Test
    void time_is_exact_while_it_is_seldom_asked_for() {
        for (int i = 0; i < 300; i++) {
            long before = System.nanoTime();
            long now = clock.nanos();
            assertThat(now).isBetween(before, System.nanoTime());
        }
        assertThat(clock.tick()).isZero();
        assertThat(running()).isFalse();
    }

    @Test
    void time_comes_by_ticks_while_it_is_asked_for_very_often_and_goes_on() {
        untilItTicks();
        long first = clock.nanos();
        assertThat(System.nanoTime() - first)
                .isLessThan(TimeUnit.SECONDS.toNanos(5))
                .isGreaterThanOrEqualTo(-1);
        await().atMost(Duration.ofSeconds(10)).until(() -> clock.nanos() - first > TimeUnit.MILLISECONDS.toNanos(50));
    }

    @Test
    void ticks_end_when_nobody_asks_and_come_back() {
        untilItTicks();
        await().atMost(Duration.ofSeconds(20)).until(() -> clock.tick() == 0);
        long before = System.nanoTime();
        assertThat(clock.nanos()).isBetween(before, System.nanoTime());
        untilItTicks();
    }

    @Test
    void a_peak_ends_when_nobody_asks() {
        assertThat(clock.isPeak()).isFalse();
        untilItTicks();
        assertThat(clock.isPeak()).isTrue();
        await().atMost(Duration.ofSeconds(20)).until(() -> !clock.isPeak());
        assertThat(clock.tick()).isZero();
    }

    /** Else some 350 stacks more were captured each second, in the moment in which the need for ticks is looked at again. */
    @Test
    void a_peak_goes_on_while_the_need_for_ticks_is_looked_at_again() {
        untilItTicks();
        // More than once: this thread may lose its processor for longer than the clock waits.
        await().atMost(Duration.ofSeconds(30)).until(this::peakOutlastsTicks);
    }

    /** From ticks to ticks. */
    private boolean peakOutlastsTicks() {
        while (clock.tick() != 0) {
            clock.nanos();
        }
        boolean peak = clock.isPeak();
        while (clock.tick() == 0) {
            clock.nanos();
            peak &= clock.isPeak();
        }
        return peak;
    }

    @Test
    void an_interrupt_of_its_thread_changes_nothing() {
        untilItTicks();
        Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals(threadName))
                .forEach(Thread::interrupt);
        long first = clock.nanos();
        await().atMost(Duration.ofSeconds(10)).until(() -> clock.nanos() - first > TimeUnit.MILLISECONDS.toNanos(50));
    }

    @Test
    void its_thread_ends_when_it_is_stopped_and_time_goes_on() {
        untilItTicks();
        clock.stop();
        await().atMost(Duration.ofSeconds(10)).until(() -> !running());
        long before = System.nanoTime();
        assertThat(clock.nanos()).isBetween(before, System.nanoTime());
        for (int i = 0; i < 5_000; i++) {
            clock.nanos();
        }
        assertThat(running()).isFalse();
    }

    @Test
    void the_clock_of_a_test_is_always_asked() {
        AtomicLong time = new AtomicLong(1);
        OpeningClock own = new OpeningClock(
                new Clock() {
                    @Override
                    public long nanos() {
                        return time.get();
                    }
                },
                threadName,
                task -> {
                    throw new AssertionError("no ticks");
                });
        for (int i = 0; i < 5_000; i++) {
            time.addAndGet(1_000);
            assertThat(own.nanos()).isEqualTo(time.get());
        }
    }

    private void untilItTicks() {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            for (int i = 0; i < 5_000 && clock.tick() == 0; i++) {
                clock.nanos();
            }
            return clock.tick() != 0;
        });
    }

    private boolean running() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals(threadName));
    }
}
