package io.leakguard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The rates that docs/watch.md publishes, on a virtual clock: {@value #RUNS} runs each with fixed seeds, noise of ρ = 0.9
 * and a standard deviation of 1.5 % of the capacity, ten windows a run.
 */
class TrendRatesTest {

    private static final int RUNS = 200;
    private static final int SAMPLES = 10 * TrendTest.WINDOW;
    private static final double CAPACITY = 100;
    private static final double NOISE = 1.5;
    private static final double RHO = 0.9;
    private static final long STEP_NANOS = Duration.ofMinutes(4).toNanos();

    private interface Shape {
        double at(int sample);
    }

    private static int alarmsOf100(String name, Shape shape) {
        int alarms = 0;
        for (int run = 0; run < RUNS; run++) {
            if (alarm(shape, 7_919L * run + 13)) {
                alarms++;
            }
        }
        System.out.printf("trend rates: %-40s %5.1f %%%n", name, alarms * 100.0 / RUNS);
        return Math.round(alarms * 100f / RUNS);
    }

    private static boolean alarm(Shape shape, long seed) {
        Random random = new Random(seed);
        TrendTest trend = new TrendTest();
        double noise = random.nextGaussian() * NOISE;
        for (int i = 0; i < SAMPLES; i++) {
            noise = RHO * noise + Math.sqrt(1 - RHO * RHO) * NOISE * random.nextGaussian();
            if (trend.add(i * STEP_NANOS, shape.at(i) + noise, CAPACITY).alarm()) {
                return true;
            }
        }
        return false;
    }

    @Test
    void a_flat_series_raises_no_alarm() {
        assertThat(alarmsOf100("flat", i -> 30)).isZero();
    }

    @Test
    void a_warm_up_within_a_window_raises_no_alarm() {
        assertThat(alarmsOf100("warm-up, time constant a third of a window", i -> 10 + 40 * (1 - Math.exp(-i / 40.0))))
                .isZero();
    }

    @Test
    void a_daily_load_raises_no_alarm() {
        // 360 samples, 4 minutes apart
        assertThat(alarmsOf100("daily load, ± 20 % of capacity", i -> 40 - 20 * Math.cos(2 * Math.PI * i / 360)))
                .isZero();
    }

    @Test
    void a_step_raises_no_alarm() {
        assertThat(alarmsOf100("step of 25 % of capacity", i -> i < 500 ? 30 : 55))
                .isZero();
    }

    @Test
    void a_leak_of_15_percent_of_capacity_a_window_is_always_found() {
        // To the wall and no further: 5 windows.
        assertThat(alarmsOf100("leak of 15 % a window", i -> Math.min(20 + 15.0 * i / TrendTest.WINDOW, CAPACITY)))
                .isEqualTo(100);
    }

    @Test
    void a_leak_of_5_percent_of_capacity_a_window_is_mostly_found() {
        assertThat(alarmsOf100("leak of 5 % a window", i -> 20 + 5.0 * i / TrendTest.WINDOW))
                .isGreaterThanOrEqualTo(70);
    }

    @Test
    void a_leak_under_a_daily_load_is_found() {
        assertThat(alarmsOf100(
                        "leak of 15 % a day under a daily load of ± 5 %",
                        i -> 15 + 15.0 * i / 360 - 5 * Math.cos(2 * Math.PI * i / 360)))
                .isGreaterThanOrEqualTo(50);
    }
}
