package io.leakguard.internal.config;

import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The times for which resources may stay open: by kind, and for all others. Immutable. */
public final class Limits {

    public static final Limits NONE = new Limits(null, Map.of());

    /** A hundred years, whose nanoseconds fit into a long. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final @Nullable Duration all;
    private final Map<ResourceKind, Duration> byKind;

    private Limits(@Nullable Duration all, Map<ResourceKind, Duration> byKind) {
        this.all = all;
        this.byKind = byKind;
    }

    /** Returns these limits and one more. A null kind stands for all kinds without a limit of their own. */
    public Limits with(@Nullable ResourceKind kind, Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("limit of " + limit + " for " + (kind == null ? "all kinds" : kind)
                    + ": give a positive time, or leave it out for no limit");
        }
        Duration bounded = limit.compareTo(FOREVER) > 0 ? FOREVER : limit;
        if (kind == null) {
            return new Limits(bounded, byKind);
        }
        Map<ResourceKind, Duration> copy = new HashMap<>(byKind);
        copy.put(kind, bounded);
        return new Limits(all, Map.copyOf(copy));
    }

    /** Returns the limit of a kind. Scopes have one only by name: the limits of their resources don't apply to them. */
    public @Nullable Duration of(ResourceKind kind) {
        Duration limit = byKind.get(kind);
        return limit != null || kind == ResourceKind.SCOPE ? limit : all;
    }

    /** Returns the shortest limit; the longest possible time if there is none. */
    public long shortestNanos() {
        long shortest = all == null ? Long.MAX_VALUE : all.toNanos();
        for (Duration limit : byKind.values()) {
            shortest = Math.min(shortest, limit.toNanos());
        }
        return shortest;
    }
}
