package io.leakguard.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The rates that docs/watch.md publishes, on a virtual clock: {@value #RUNS} runs each with fixed seeds, a sample each 5
 * minutes for 20 days, noise with ρ = 0.9. The build measures them with noise of a standard deviation of 1.5 % of the
 * capacity; {@code -Dtrend.rates=full} measures all of the table.
 */
class TrendRatesTest {

    private static final int RUNS = 200;
    private static final int DAY = 288;
    private static final int SAMPLES = 20 * DAY;
    private static final double CAPACITY = 100;
    private static final double RHO = 0.9;
    private static final long STEP_NANOS = Duration.ofMinutes(5).toNanos();
    private static final double[] NOISES =
            "full".equals(System.getProperty("trend.rates")) ? new double[] {1.5, 0.5, 3} : new double[] {1.5};

    private interface Shape {
        double at(int sample);
    }

    /** How often there was an alarm, in percent, and after how many days in the median. */
    private record Rate(double percent, double days) {
        @Override
        public String toString() {
            return percent == 0
                    ? "0 %"
                    : String.format(Locale.ROOT, "%s %% (%.1f d)", percent == 100 ? "100" : "" + percent, days);
        }
    }

    /** A leak is run until it is at the wall, and what is healthy for 20 days. */
    private static double rate(String name, boolean leak, Shape shape) {
        List<Rate> rates = new ArrayList<>();
        for (double noise : NOISES) {
            rates.add(rate(leak, shape, noise));
        }
        System.out.println("trend rates: | " + name + " | "
                + String.join(" | ", rates.stream().map(Rate::toString).toList()) + " |");
        return rates.get(0).percent;
    }

    private static Rate rate(boolean leak, Shape shape, double noise) {
        List<Integer> alarms = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            int at = alarm(leak, shape, noise, 7_919L * run + 13);
            if (at >= 0) {
                alarms.add(at);
            }
        }
        alarms.sort(null);
        return new Rate(
                alarms.size() * 100.0 / RUNS,
                alarms.isEmpty() ? Double.NaN : alarms.get(alarms.size() / 2) / (double) DAY);
    }

    private static int alarm(boolean leak, Shape shape, double deviation, long seed) {
        Random random = new Random(seed);
        TrendDetector trend = new TrendDetector();
        double noise = random.nextGaussian() * deviation;
        for (int i = 0; i < SAMPLES; i++) {
            noise = RHO * noise + Math.sqrt(1 - RHO * RHO) * deviation * random.nextGaussian();
            double value = shape.at(i);
            if (leak && value >= CAPACITY) {
                return -1;
            }
            if (trend.add(i * STEP_NANOS, value + noise, CAPACITY).alarm()) {
                return i;
            }
        }
        return -1;
    }

    private static double healthy(String name, Shape shape) {
        return rate(name, false, shape);
    }

    private static double leak(String name, Shape shape) {
        return rate(name, true, shape);
    }

    private static Shape warmUp(double by, double hours) {
        return i -> 10 + by * (1 - Math.exp(-i / (hours * 12)));
    }

    private static Shape swing(double by, double days, double phase) {
        return i -> 40 - by * Math.cos(2 * Math.PI * (i / (days * DAY) + phase));
    }

    private static Shape sawtooth(double days) {
        return i -> 30 + 20 * (i / (days * DAY) % 1);
    }

    private static Shape growth(double percentADay) {
        return i -> 20 + percentADay * i / DAY;
    }

    // ------------------------------------------------------------------------------------------- what is healthy

    @Test
    void a_flat_series_raises_no_alarm() {
        assertThat(healthy("flat", i -> 30)).isZero();
    }

    @Test
    void a_cache_that_warms_up_within_a_day_or_two_raises_no_alarm() {
        assertThat(healthy("warm-up by 40 %, time constant 3 h", warmUp(40, 3))).isZero();
        assertThat(healthy("warm-up by 40 %, time constant 8 h", warmUp(40, 8))).isZero();
        assertThat(healthy("warm-up by 40 %, time constant 16 h", warmUp(40, 16)))
                .isLessThanOrEqualTo(1);
        assertThat(healthy("warm-up by 40 %, time constant 33 h", warmUp(40, 33)))
                .isLessThanOrEqualTo(1);
        assertThat(healthy("warm-up that is even, by 40 % in 20 h", i -> 10 + 40 * Math.min(1, i / 240.0)))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void a_warm_up_to_near_the_limit_or_of_many_days_can_raise_one() {
        assertThat(healthy("warm-up by 70 % (to 80 %), time constant 8 h", warmUp(70, 8)))
                .isLessThanOrEqualTo(8);
        assertThat(healthy("warm-up by 70 % (to 80 %), time constant 16 h", warmUp(70, 16)))
                .isLessThanOrEqualTo(40);
        assertThat(healthy("warm-up by 40 %, time constant 67 h", warmUp(40, 67)))
                .isLessThanOrEqualTo(10);
        assertThat(healthy("warm-up by 40 %, time constant 133 h", warmUp(40, 133)))
                .isLessThanOrEqualTo(90);
    }

    @Test
    void a_load_that_swings_raises_no_alarm() {
        for (double phase : new double[] {0, 0.25, 0.5, 0.75}) {
            assertThat(healthy("daily load of ± 20 %, begun at " + phase + " of the day", swing(20, 1, phase)))
                    .isZero();
        }
        assertThat(healthy("a swing of ± 20 % in 12 h", swing(20, 0.5, 0))).isZero();
        assertThat(healthy("a swing of ± 20 % in 30 h", swing(20, 1.25, 0))).isZero();
        assertThat(healthy("a swing of ± 20 % in 40 h", swing(20, 40 / 24.0, 0)))
                .isZero();
        assertThat(healthy("a swing of ± 20 % in 5 days", swing(20, 5, 0))).isZero();
        assertThat(healthy(
                        "a load of ± 20 % on weekdays, ± 8 % and less at the weekend",
                        i -> {
                            double day = i / (double) DAY;
                            boolean weekend = (int) day % 7 >= 5;
                            return 40 - (weekend ? 12 : 0) - (weekend ? 8 : 20) * Math.cos(2 * Math.PI * day);
                        }))
                .isZero();
        assertThat(healthy("rises by 20 % all day, cleared each night", sawtooth(1)))
                .isZero();
        assertThat(healthy("rises by 20 % for 2.5 days, then cleared", sawtooth(2.5)))
                .isZero();
    }

    @Test
    void a_first_swing_of_days_can_raise_one_if_the_watch_begins_at_its_lowest() {
        assertThat(healthy("a swing of ± 20 % in 2.5 days, begun at its lowest", swing(20, 2.5, 0)))
                .isLessThanOrEqualTo(85);
        assertThat(healthy("a swing of ± 20 % in 2.5 days, begun at its highest", swing(20, 2.5, 0.5)))
                .isZero();
    }

    @Test
    void steps_raise_no_alarm() {
        assertThat(healthy("one step of 25 %", i -> i < 500 ? 30 : 55)).isZero();
        assertThat(healthy("three steps of 12 %, 25 h apart", i -> 20 + 12 * Math.min(3, i / 300)))
                .isZero();
        assertThat(healthy("six steps of 8 %, 12 h apart", i -> 20 + 8 * Math.min(6, i / 150)))
                .isLessThanOrEqualTo(1);
    }

    // ----------------------------------------------------------------------------------------------------- leaks

    @Test
    void leaks_are_found_before_the_limit() {
        assertThat(leak("leak of 72 % a day (1.1 days to the limit)", growth(72)))
                .isGreaterThanOrEqualTo(95);
        assertThat(leak("leak of 36 % a day (2.2 days to the limit)", growth(36)))
                .isGreaterThanOrEqualTo(98);
        assertThat(leak("leak of 24 % a day (3.3 days)", growth(24))).isGreaterThanOrEqualTo(85);
        assertThat(leak("leak of 12 % a day (6.7 days)", growth(12))).isEqualTo(100);
        assertThat(leak("leak of 7 % a day (11 days)", growth(7))).isEqualTo(100);
        assertThat(leak("leak of 5 % a day (16 days)", growth(5))).isEqualTo(100);
        assertThat(leak("leak of 2.4 % a day (33 days)", growth(2.4))).isGreaterThanOrEqualTo(98);
        assertThat(leak("leak of 1.2 % a day (67 days)", growth(1.2))).isGreaterThanOrEqualTo(90);
        assertThat(leak("leak of 12 % a day that begins after 2 days", i -> 20 + 12 * Math.max(0, i - 600.0) / DAY))
                .isGreaterThanOrEqualTo(98);
        assertThat(leak(
                        "leak of 12 % a day beside a warm-up by 25 %, time constant 3 h",
                        i -> 10 + 25 * (1 - Math.exp(-i / 40.0)) + 12.0 * i / DAY))
                .isGreaterThanOrEqualTo(98);
    }

    @Test
    void a_leak_under_a_daily_load_is_found_by_what_each_night_leaves() {
        assertThat(leak(
                        "leak of 2 % a day under a daily load of ± 20 %",
                        i -> 25 + 2.0 * i / DAY - 20 * Math.cos(2 * Math.PI * i / DAY)))
                .isGreaterThanOrEqualTo(95);
        assertThat(leak(
                        "leak of 15 % a day under a daily load of ± 5 %",
                        i -> 15 + 15.0 * i / DAY - 5 * Math.cos(2 * Math.PI * i / DAY)))
                .isGreaterThanOrEqualTo(35);
        // It is at the limit after 11 days, before the slow pace can tell.
        assertThat(leak(
                        "leak of 5 % a day under a daily load of ± 20 %",
                        i -> 25 + 5.0 * i / DAY - 20 * Math.cos(2 * Math.PI * i / DAY)))
                .isZero();
    }
}
