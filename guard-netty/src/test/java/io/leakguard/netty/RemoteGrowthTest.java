package io.leakguard.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class RemoteGrowthTest {

    private static final int SAMPLES = 5;

    private final RemoteGrowth growth = new RemoteGrowth(Duration.ofMinutes(10));

    private final List<RemoteGrowth.Grown> grown = new ArrayList<>();

    /** Samples {@code periods} periods; {@code open} gives the count of each sample. */
    private void sample(int periods, IntUnaryOperator open) {
        for (int i = 0; i < periods * SAMPLES; i++) {
            grown.addAll(growth.sample(Map.of("10.0.0.7", open.applyAsInt(i), "10.0.0.8", 40)));
        }
    }

    @Test
    void a_host_whose_count_rises_in_every_period_is_growing_and_told_once() {
        sample(RemoteGrowth.PERIODS, i -> 10 + i);
        assertThat(growth.growingFrom("10.0.0.7")).isNegative();
        sample(3, i -> 10 + RemoteGrowth.PERIODS * SAMPLES + i);
        assertThat(growth.growingFrom("10.0.0.7")).isPositive();
        assertThat(growth.growingFrom("10.0.0.8")).isNegative();
        assertThat(grown).singleElement().satisfies(g -> {
            assertThat(g.host()).isEqualTo("10.0.0.7");
            assertThat(g.open()).isGreaterThan(g.before());
            assertThat(g.before()).isEqualTo(10);
        });
    }

    @Test
    void a_load_that_comes_and_goes_is_not_growth() {
        sample(20, i -> 10 + (i % SAMPLES) * 100);
        assertThat(growth.growingFrom("10.0.0.7")).isNegative();
        assertThat(growth.most("10.0.0.7")).isEqualTo(410);
        assertThat(grown).isEmpty();
    }

    @Test
    void a_rise_by_less_than_ten_is_not_growth() {
        sample(RemoteGrowth.PERIODS + 1, i -> 1 + i / SAMPLES);
        assertThat(growth.growingFrom("10.0.0.7")).isNegative();
    }

    @Test
    void a_rise_by_less_than_half_is_not_growth() {
        sample(RemoteGrowth.PERIODS + 1, i -> 1_000 + i);
        assertThat(growth.growingFrom("10.0.0.7")).isNegative();
    }

    @Test
    void growth_ends_when_the_count_stays() {
        sample(8, i -> 10 + i);
        assertThat(growth.growingFrom("10.0.0.7")).isPositive();
        sample(2, i -> 49);
        assertThat(growth.growingFrom("10.0.0.7")).isNegative();
    }

    @Test
    void no_more_than_a_thousand_hosts_are_watched_and_those_that_are_gone_are_forgotten() {
        Map<String, Integer> many = new HashMap<>();
        for (int i = 0; i < 1_500; i++) {
            many.put("host-" + i, 3);
        }
        growth.sample(many);
        assertThat(many.keySet()).filteredOn(h -> growth.most(h) == 3).hasSize(1_000);
        growth.sample(Map.of("10.0.0.7", 1));
        assertThat(many.keySet()).noneMatch(h -> growth.most(h) > 0);
        assertThat(growth.most("10.0.0.7")).isEqualTo(1);
    }
}
