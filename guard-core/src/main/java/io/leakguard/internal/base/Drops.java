package io.leakguard.internal.base;

import io.leakguard.GuardStats;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The number of lost reports, by reason. Counting allocates nothing, so that a full heap loses no count. Any thread.
 */
public final class Drops {

    private final Map<GuardStats.DropReason, AtomicLong> counts = new EnumMap<>(GuardStats.DropReason.class);

    public Drops() {
        for (GuardStats.DropReason reason : GuardStats.DropReason.values()) {
            counts.put(reason, new AtomicLong());
        }
    }

    public void add(GuardStats.DropReason reason, long reports) {
        Objects.requireNonNull(counts.get(reason)).addAndGet(reports);
    }

    public Map<GuardStats.DropReason, Long> byReason() {
        Map<GuardStats.DropReason, Long> result = new EnumMap<>(GuardStats.DropReason.class);
        counts.forEach((reason, count) -> result.put(reason, count.get()));
        return result;
    }
}
