package io.leakguard.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The capture budget's rate limit, at its bounds: who asks is refused as long as it says, and not a nanosecond longer. */
class TokenBucketTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOW = 5 * SECOND;

    private static int takeAll(TokenBucket bucket, long now) {
        int taken = 0;
        while (bucket.tryTake(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void starts_with_a_full_burst_and_gives_back_one_at_a_time() {
        TokenBucket bucket = new TokenBucket(10, SECOND, NOW);
        assertThat(takeAll(bucket, NOW)).isEqualTo(10);
        assertThat(takeAll(bucket, NOW + SECOND / 10 - 1)).isZero();
        assertThat(takeAll(bucket, NOW + SECOND / 10)).isEqualTo(1);
        assertThat(takeAll(bucket, NOW + SECOND / 2)).isEqualTo(4);
    }

    @Test
    void what_is_not_taken_adds_up_to_a_burst_and_no_more() {
        TokenBucket bucket = new TokenBucket(10, SECOND, NOW);
        takeAll(bucket, NOW);
        assertThat(takeAll(bucket, NOW + 3_600 * SECOND)).isEqualTo(10);
    }

    @Test
    void says_how_long_there_is_nothing_to_take() {
        TokenBucket bucket = new TokenBucket(10, SECOND, NOW);
        assertThat(bucket.nanosUntilNext(NOW)).isZero();
        takeAll(bucket, NOW);
        assertThat(bucket.nanosUntilNext(NOW)).isEqualTo(SECOND / 10);
        assertThat(bucket.nanosUntilNext(NOW + SECOND / 10 - 1)).isEqualTo(1);
        assertThat(bucket.nanosUntilNext(NOW + SECOND / 10)).isZero();
        assertThat(bucket.nanosUntilNext(NOW + SECOND)).isZero();
    }

    @Test
    void without_tokens_it_gives_none_and_says_so_for_a_second() {
        TokenBucket bucket = new TokenBucket(0, SECOND, NOW);
        assertThat(bucket.tryTake(NOW + SECOND)).isFalse();
        assertThat(bucket.nanosUntilNext(NOW + SECOND)).isEqualTo(SECOND);
    }

    @Test
    void says_a_second_where_it_is_longer() {
        TokenBucket bucket = new TokenBucket(1, 60 * SECOND, NOW);
        takeAll(bucket, NOW);
        assertThat(bucket.nanosUntilNext(NOW)).isEqualTo(SECOND);
    }

    @Test
    void another_rate_starts_with_a_full_burst_of_it() {
        TokenBucket bucket = new TokenBucket(2, SECOND, NOW);
        takeAll(bucket, NOW);
        bucket.rate(5, SECOND, NOW);
        assertThat(takeAll(bucket, NOW)).isEqualTo(5);
        bucket.rate(0, SECOND, NOW);
        assertThat(bucket.tryTake(NOW + 1_000 * SECOND)).isFalse();
        bucket.rate(1, SECOND, NOW);
        assertThat(bucket.tryTake(NOW)).isTrue();
        assertThat(bucket.tryTake(NOW + SECOND - 1)).isFalse();
        assertThat(bucket.tryTake(NOW + SECOND)).isTrue();
    }
}
