package io.leakguard.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static History.Sample at(long millis) {
        return new History.Sample(millis, millis, 0, millis, 0, -1, -1);
    }

    @Test
    void it_spans_the_whole_life_in_bounded_space() {
        History history = new History();
        long time = 0;
        for (int i = 0; i < 5_000; i++) {
            history.add(at(time));
            time += Math.max(1, history.gapMillis());
        }
        List<History.Sample> samples = history.samples();

        assertThat(samples).hasSizeBetween(History.CAPACITY / 2, History.CAPACITY);
        assertThat(samples.get(0)).isEqualTo(at(0));
        assertThat(samples).extracting(History.Sample::atMillis).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void the_newest_sample_is_always_there() {
        History history = new History();
        for (int i = 0; i < 5_000; i++) {
            history.add(at(i));
            List<History.Sample> samples = history.samples();
            assertThat(samples.get(samples.size() - 1)).isEqualTo(at(i));
        }
    }
}
