package io.leakguard.internal.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HoldBucketsTest {

    @Test
    void every_duration_lies_within_the_bounds_of_its_bucket() {
        for (long base = 1; base < 1L << 50; base *= 3) {
            for (long nanos : new long[] {base - 1, base, base + 1, base + base / 2}) {
                int index = HoldBuckets.index(nanos);
                assertThat(Duration.ofNanos(nanos))
                        .as("%d in bucket %d", nanos, index)
                        .isGreaterThanOrEqualTo(HoldBuckets.from(index))
                        .isLessThan(HoldBuckets.to(index));
            }
        }
    }

    @Test
    void the_buckets_follow_each_other_without_a_gap() {
        for (int i = 1; i < HoldBuckets.COUNT; i++) {
            assertThat(HoldBuckets.from(i)).isEqualTo(HoldBuckets.to(i - 1));
        }
    }

    @Test
    void durations_beyond_the_last_bucket_are_counted_in_it() {
        assertThat(HoldBuckets.index(Long.MAX_VALUE)).isEqualTo(HoldBuckets.COUNT - 1);
        assertThat(HoldBuckets.index(1L << 52)).isEqualTo(HoldBuckets.COUNT - 1);
        assertThat(HoldBuckets.index(-5)).isZero();
    }
}
