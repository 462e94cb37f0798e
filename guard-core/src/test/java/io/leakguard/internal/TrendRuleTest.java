package io.leakguard.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrendRuleTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static TrendTest.Result grow(TrendTest trend, int samples, double perSecond, double capacity) {
        TrendTest.Result result = trend.result();
        for (int i = 0; i < samples; i++) {
            result = trend.add(i * SECOND, 1_000 + perSecond * i, capacity);
        }
        return result;
    }

    @Test
    void nothing_is_known_before_the_first_window() {
        TrendTest trend = new TrendTest();
        grow(trend, TrendTest.WINDOW - 1, 10, 10_000);
        assertThat(trend.result()).isEqualTo(TrendTest.Result.NONE);
        assertThat(trend.result().forecastNanos()).isEmpty();
    }

    @Test
    void the_earliest_alarm_comes_with_the_third_window_after_the_first() {
        assertThat(grow(new TrendTest(), TrendTest.EARLIEST - 1, 10, 10_000).alarm())
                .isFalse();
        assertThat(grow(new TrendTest(), TrendTest.EARLIEST, 10, 10_000).alarm())
                .isTrue();
    }

    @Test
    void slope_and_forecast_are_those_of_the_line() {
        TrendTest.Result result = grow(new TrendTest(), TrendTest.EARLIEST, 10, 10_000);
        assertThat(result.slopePerSecond()).isCloseTo(10, within(1e-9));
        // The last block's minimum is its first sample: 1,000 + 10 × 294.
        assertThat(result.level()).isCloseTo(3_940, within(1e-6));
        assertThat(result.forecastNanos()).hasValue(606 * SECOND);
    }

    @Test
    void growth_that_is_small_against_the_capacity_raises_no_alarm() {
        // 120 in a window
        assertThat(grow(new TrendTest(), 2_000, 1, 4_900).alarm()).isFalse();
        assertThat(grow(new TrendTest(), 2_000, 1, 4_700).alarm()).isTrue();
    }

    @Test
    void without_a_known_capacity_growth_is_judged_by_the_level_and_there_is_no_forecast() {
        TrendTest.Result result = grow(new TrendTest(), TrendTest.EARLIEST, 10, TrendTest.UNKNOWN_CAPACITY);
        assertThat(result.alarm()).isTrue();
        assertThat(result.forecastNanos()).isEmpty();
        assertThat(grow(new TrendTest(), 600, 0.5, 0).alarm()).isFalse();
    }

    @Test
    void an_alarm_ends_when_growth_ends() {
        TrendTest trend = new TrendTest();
        grow(trend, TrendTest.EARLIEST, 10, 10_000);
        for (int i = TrendTest.EARLIEST; i < TrendTest.EARLIEST + TrendTest.WINDOW; i++) {
            trend.add(i * SECOND, 5_000, 10_000);
        }
        assertThat(trend.result().alarm()).isFalse();
    }

    @Test
    void values_that_are_no_numbers_are_left_out() {
        TrendTest trend = new TrendTest();
        for (int i = 0; i < 1_000; i++) {
            trend.add(i * SECOND, i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY, 100);
        }
        assertThat(trend.result()).isEqualTo(TrendTest.Result.NONE);
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
