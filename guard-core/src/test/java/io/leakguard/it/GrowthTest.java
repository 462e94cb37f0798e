package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.RunningEngine;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.TrendDetector;
import io.leakguard.internal.config.Config;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leak that stays reachable: in a static list. The rule itself is tested by TrendRuleTest and TrendRatesTest. */
class GrowthTest {

    private static final List<FileInputStream> NEVER_CLEARED = new ArrayList<>();
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Recorder recorder = new Recorder();

    @TempDir
    Path dir;

    @AfterEach
    void close_the_files() throws IOException {
        for (FileInputStream in : NEVER_CLEARED) {
            in.close();
        }
        NEVER_CLEARED.clear();
    }

    @Test
    void files_that_pile_up_in_a_static_list_are_reported_as_growing() throws IOException {
        Path file = Files.writeString(dir.resolve("orders.csv"), "1;2");
        Duration interval = Duration.ofMillis(10);
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .log(false)
                .growthInterval(interval)
                .growthCapacity(2_000)
                .build()) {
            Deque<Thing> turnover = new ArrayDeque<>();
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(interval)
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> {
                        if (NEVER_CLEARED.size() < 3_000) {
                            forget(guard, file);
                        }
                        turnover.add(new Thing(guard, "comes and goes"));
                        if (turnover.size() > 50) {
                            turnover.remove().close();
                        }
                        return !recorder.reports.isEmpty();
                    });
            LeakReport report = recorder.reports.get(0);
            assertThat(report.cause()).isEqualTo(LeakCause.GROWING);
            assertThat(report.cause().confidence()).isEqualTo(LeakCause.Confidence.SUSPECTED);
            assertThat(report.kind()).isEqualTo(ResourceKind.FILE_INPUT);
            assertThat(report.siteText()).startsWith("GrowthTest.forget(GrowthTest.java:");
            assertThat(report.toText())
                    .startsWith(
                            "SUSPECTED LEAK file.input the number open keeps growing · opened at GrowthTest.forget(")
                    .contains("are open from here, each hour")
                    .contains("2000");
            assertThat(guard.stats().leaked()).isZero();
            turnover.forEach(Thing::close);
        }
    }

    private static void forget(LeakGuard guard, Path file) throws IOException {
        FileInputStream in = new FileInputStream(file.toFile());
        guard.track(in, ResourceKind.FILE_INPUT, "orders.csv");
        NEVER_CLEARED.add(in);
    }

    /** Time that passes only when a test says so. */
    private static final class TestClock implements Clock {
        final AtomicLong now = new AtomicLong(1);

        @Override
        public long nanos() {
            return now.get();
        }
    }

    private final TestClock clock = new TestClock();
    private final List<Object> held = new ArrayList<>();

    private RunningEngine engine(int capacity) {
        Config config = Config.defaults();
        config.clock(clock);
        config.listener(recorder);
        config.set("log", "false", "test");
        config.set("growth.capacity", Integer.toString(capacity), "test");
        return new RunningEngine(config.snapshot());
    }

    private LeakTracker open(RunningEngine engine) {
        Object handle = new Object();
        held.add(handle);
        return engine.track(handle, Thing.KIND, "thing", null, null);
    }

    private void step(RunningEngine engine) {
        clock.now.addAndGet(Duration.ofMinutes(4).toNanos());
        assertThat(engine.flush(LONG)).isTrue();
    }

    @Test
    void at_the_default_interval_four_lost_each_4_minutes_are_found_after_300_samples_with_rate_and_forecast() {
        RunningEngine engine = engine(2_000);
        int samples = 0;
        while (recorder.reports.isEmpty() && samples < 2 * TrendDetector.EARLIEST) {
            for (int i = 0; i < 4; i++) {
                open(engine);
            }
            step(engine);
            samples++;
        }
        assertThat(samples).isBetween(TrendDetector.EARLIEST, TrendDetector.EARLIEST + 5);
        LeakReport report = recorder.reports.get(0);
        assertThat(report.detail())
                .matches("1[12]\\d\\d are open from here, each hour 60 more; if it goes on, 2000 are open in"
                        + " 1[2-4]:\\d\\d:\\d\\d");
        assertThat(report.openFor()).isGreaterThan(Duration.ofHours(19));
        engine.close();
    }

    @Test
    void what_ends_again_does_not_grow_and_neither_does_what_is_opened_once() {
        RunningEngine engine = engine(100);
        for (int i = 0; i < 60; i++) {
            open(engine);
        }
        Deque<LeakTracker> turnover = new ArrayDeque<>();
        for (int sample = 0; sample < 2 * TrendDetector.EARLIEST; sample++) {
            for (int i = 0; i < 5; i++) {
                turnover.add(open(engine));
            }
            while (turnover.size() > 40 + sample % 9) {
                turnover.remove().close();
            }
            step(engine);
        }
        assertThat(recorder.reports).isEmpty();
        engine.close();
    }

    @Test
    void growth_that_goes_on_is_told_once_and_again_after_it_had_stopped() {
        RunningEngine engine = engine(100);
        for (int sample = 0; sample < 3 * TrendDetector.EARLIEST; sample++) {
            open(engine);
            step(engine);
        }
        assertThat(recorder.reports).hasSize(1);
        for (int sample = 0; sample < 2 * TrendDetector.WINDOW; sample++) {
            step(engine);
        }
        for (int sample = 0; sample < 2 * TrendDetector.EARLIEST; sample++) {
            open(engine);
            step(engine);
        }
        assertThat(recorder.reports).hasSize(2);
        assertThat(recorder.reports.get(1).detail()).contains("100 or more are too many");
        engine.close();
    }
}
