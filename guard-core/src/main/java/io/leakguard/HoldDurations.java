package io.leakguard;

import java.time.Duration;
import java.util.List;

/**
 * Reads the hold times of resources: from opening to a proper close. Leaked resources aren't in it.
 *
 * <p>The guard counts durations into buckets, four to each power of two. A bucket is at most a quarter wider than its
 * lower end, so that its {@linkplain Bucket#middle() middle} is at most an eighth off. All durations below about 1 µs
 * are in one bucket. Nothing is counted while no reader is open. Each reader drains its own counts. Thread-safe.
 *
 * {@snippet :
 * try (HoldDurations reader = guard.holdDurations()) {
 *     serve();
 *     for (HoldDurations.Held held : reader.drain()) {
 *         System.out.println(held.kind() + ": " + held.count() + " closed, 99 % within " + held.quantile(0.99));
 *     }
 * }
 * }
 */
public interface HoldDurations extends LeakListener.Registration {

    /**
     * Returns the durations of the resources closed since the last call, or since this reader was opened.
     *
     * @return the kinds of which any was closed, in no particular order; empty once this reader is closed
     */
    List<Held> drain();

    /** Ends the reading. Without any reader nothing is counted any more. Closing it again does nothing. */
    @Override
    void close();

    /**
     * The hold times of the resources of one kind.
     *
     * @param kind the kind
     * @param buckets the non-empty buckets, shortest first
     */
    record Held(ResourceKind kind, List<Bucket> buckets) {

        /** Copies the list. */
        public Held {
            buckets = List.copyOf(buckets);
        }

        /**
         * Returns the number of closed resources.
         *
         * @return 1 or more
         */
        public long count() {
            return buckets.stream().mapToLong(Bucket::count).sum();
        }

        /**
         * Returns an upper bound of the duration within which a share of them was closed.
         *
         * @param share from 0 to 1: 0.99 for all but the longest hundredth
         * @return the upper end of the bucket in which that share is reached
         */
        public Duration quantile(double share) {
            long wanted = Math.max(1, (long) Math.ceil(share * count()));
            long seen = 0;
            Duration end = Duration.ZERO;
            for (Bucket bucket : buckets) {
                seen += bucket.count();
                end = bucket.to();
                if (seen >= wanted) {
                    break;
                }
            }
            return end;
        }
    }

    /**
     * Resources that were held for about the same time.
     *
     * @param from the shortest time, inclusive
     * @param to the longest time, exclusive
     * @param count the number of resources
     */
    record Bucket(Duration from, Duration to, long count) {

        /**
         * Returns the duration that represents the bucket.
         *
         * @return the middle between its ends
         */
        public Duration middle() {
            return from.plus(to.minus(from).dividedBy(2));
        }
    }
}
