package io.leakguard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTest {

    @Test
    void a_collection_records_what_was_counted_and_beyond_its_bound_the_same_shares_of_it() {
        assertThat(Metrics.share(7, Metrics.MAX_RECORDS)).isEqualTo(7);
        assertThat(Metrics.share(500_000, 1_000_000)).isEqualTo(Metrics.MAX_RECORDS / 2);
        assertThat(Metrics.share(3, 1_000_000_000))
                .as("the rare long hold stays visible")
                .isEqualTo(1);
    }
}
