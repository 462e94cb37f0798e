package io.leakguard.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrendRuleTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static TrendDetector.Result grow(TrendDetector trend, int samples, double perSecond, double capacity) {
        TrendDetector.Result result = trend.result();
        for (int i = 0; i < samples; i++) {
            result = trend.add(i * SECOND, 1_000 + perSecond * i, capacity);
        }
        return result;
    }

    @Test
    void nothing_is_known_before_the_first_window() {
        TrendDetector trend = new TrendDetector();
        grow(trend, TrendDetector.WINDOW * 3 / 2 - 1, 10, 10_000);
        assertThat(trend.result()).isEqualTo(TrendDetector.Result.NONE);
        assertThat(trend.result().forecastNanos()).isEmpty();
    }

    @Test
    void the_earliest_alarm_comes_with_the_third_window_if_little_time_is_left() {
        // 10 a second: 606 samples are left of 10,000, and 306 of 7,000.
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST - 1, 10, 7_000)
                        .alarm())
                .isFalse();
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST, 10, 7_000).alarm())
                .isTrue();
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST, 10, 10_000).alarm())
                .isFalse();
    }

    @Test
    void what_has_more_time_is_found_by_the_steady_pace_and_what_is_small_by_the_slow_one() {
        // 600 in a steady window are 5 % of 12,000.
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST_STEADY - 1, 1, 11_900)
                        .alarm())
                .isFalse();
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST_STEADY, 1, 11_900)
                        .alarm())
                .isTrue();
        // 3,600 in a slow window are 7.5 % of 48,000.
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST_SLOW - 1, 1, 47_900)
                        .alarm())
                .isFalse();
        assertThat(grow(new TrendDetector(), TrendDetector.EARLIEST_SLOW, 1, 47_900)
                        .alarm())
                .isTrue();
        assertThat(grow(new TrendDetector(), 20_000, 1, 48_100).alarm()).isFalse();
    }

    @Test
    void slope_and_forecast_are_those_of_the_line() {
        TrendDetector.Result result = grow(new TrendDetector(), TrendDetector.EARLIEST, 10, 7_000);
        assertThat(result.slopePerSecond()).isCloseTo(10, within(1e-9));
        // The last block's minimum is its first sample: 1,000 + 10 × 294.
        assertThat(result.level()).isCloseTo(3_940, within(1e-6));
        assertThat(result.forecastNanos()).hasValue(306 * SECOND);
    }

    @Test
    void without_a_known_capacity_growth_is_judged_by_the_level_and_there_is_no_forecast() {
        TrendDetector.Result result =
                grow(new TrendDetector(), TrendDetector.EARLIEST_STEADY, 10, TrendDetector.UNKNOWN_CAPACITY);
        assertThat(result.alarm()).isTrue();
        assertThat(result.forecastNanos()).isEmpty();
        assertThat(grow(new TrendDetector(), 10_000, 0.05, 0).alarm()).isFalse();
    }

    @Test
    void what_comes_down_again_is_no_growth_when_it_rises_the_next_time() {
        TrendDetector trend = new TrendDetector();
        boolean alarm = false;
        int period = 1_000; // far longer than the fast pace's windows
        for (int i = 0; i < 20 * period; i++) {
            boolean first = i < period;
            alarm |= trend.add(i * SECOND, 30 + (first ? 0 : 40.0) * (i % period) / period, 100)
                            .alarm()
                    && i >= 2 * period;
        }
        assertThat(alarm).isFalse();
    }

    @Test
    void growth_above_a_peak_of_long_ago_is_found_again_once_the_peak_is_forgotten() {
        TrendDetector trend = new TrendDetector();
        for (int i = 0; i < 400; i++) {
            trend.add(i * SECOND, 90, 100);
        }
        boolean alarm = false;
        for (int i = 400; i < 12_000; i++) {
            alarm |= trend.add(i * SECOND, i < 8_000 ? 10 : 10 + (i - 8_000) / 60.0, 100)
                    .alarm();
        }
        assertThat(alarm).isTrue();
    }

    @Test
    void an_alarm_ends_when_growth_ends() {
        TrendDetector trend = new TrendDetector();
        assertThat(grow(trend, TrendDetector.EARLIEST, 10, 7_000).alarm()).isTrue();
        for (int i = TrendDetector.EARLIEST; i < TrendDetector.EARLIEST + TrendDetector.WINDOW; i++) {
            trend.add(i * SECOND, 4_000, 7_000);
        }
        assertThat(trend.result().alarm()).isFalse();
    }

    @Test
    void values_that_are_no_numbers_are_left_out() {
        TrendDetector trend = new TrendDetector();
        for (int i = 0; i < 1_000; i++) {
            trend.add(i * SECOND, i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY, 100);
        }
        assertThat(trend.result()).isEqualTo(TrendDetector.Result.NONE);
    }

    @Test
    void a_few_outliers_do_not_bend_the_slope() {
        double[] x = new double[40];
        double[] y = new double[40];
        for (int i = 0; i < 40; i++) {
            x[i] = i;
            y[i] = i % 10 == 3 ? 1_000 : 2 * i;
        }
        assertThat(Slopes.theilSen(x, y, 0, 40)).isCloseTo(2, within(0.2));
    }

    @Test
    void the_mann_kendall_score_is_the_textbooks_with_ties() {
        // n = 4, S = 6: variance 4·3·13/18
        assertThat(Slopes.mannKendall(new double[] {1, 2, 3, 4}, 0, 4)).isCloseTo(1.6984, within(1e-3));
        assertThat(Slopes.mannKendall(new double[] {4, 3, 2, 1}, 0, 4)).isCloseTo(-1.6984, within(1e-3));
        // S = 5, one tie of two: variance (156 − 18)/18
        assertThat(Slopes.mannKendall(new double[] {1, 2, 2, 4}, 0, 4)).isCloseTo(1.4446, within(1e-3));
        assertThat(Slopes.mannKendall(new double[] {7, 7, 7, 7}, 0, 4)).isZero();
    }
}
