package io.leakguard.micrometer;

import io.leakguard.HoldDurations;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Hold durations: records the guard's bucket counts since the last reading in a timer for each kind. */
final class HoldTimers {

    /** This many take some ten milliseconds of a reading. Beyond that, a timer is a sample with the right shape. */
    static final long MAX_RECORDS = 100_000;

    /** From a pool's short loans to resources that a daemon holds for a day. */
    private static final Duration[] BOUNDARIES = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofDays(1)
    };

    private final MeterRegistry registry;
    private final Iterable<Tag> tags;
    private final HoldDurations durations;
    private final Map<ResourceKind, Timer> timers = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    HoldTimers(LeakGuard guard, MeterRegistry registry, Iterable<Tag> tags) {
        this.registry = registry;
        this.tags = tags;
        this.durations = guard.holdDurations();
    }

    /** Records the counts since the last call. Returns at once while another thread records. */
    void record() {
        if (lock.tryLock()) {
            try {
                record(durations.drain());
            } finally {
                lock.unlock();
            }
        }
    }

    private void record(List<HoldDurations.Held> held) {
        long total = held.stream().mapToLong(HoldDurations.Held::count).sum();
        for (HoldDurations.Held kind : held) {
            Timer timer = timers.computeIfAbsent(kind.kind(), this::timer);
            for (HoldDurations.Bucket bucket : kind.buckets()) {
                long n = share(bucket.count(), total);
                for (long i = 0; i < n; i++) {
                    timer.record(bucket.middle());
                }
            }
        }
    }

    /** The number of records for {@code n} of {@code total}: all of them, unless these are too many. */
    static long share(long n, long total) {
        return total <= MAX_RECORDS ? n : Math.max(1, Math.round((double) n * MAX_RECORDS / total));
    }

    private Timer timer(ResourceKind kind) {
        return Timer.builder(Names.HOLD_DURATION)
                .description("How long resources were held, from opening to close.")
                .serviceLevelObjectives(BOUNDARIES)
                .tags(tags)
                .tag(Names.KIND, kind.name())
                .register(registry);
    }

    void close() {
        lock.lock();
        try {
            record(durations.drain());
            durations.close();
        } finally {
            lock.unlock();
        }
        timers.values().forEach(registry::remove);
    }
}
