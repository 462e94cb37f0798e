package io.leakguard.micrometer;

import io.leakguard.LeakGuard;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Binds the metrics of a guard to Micrometer registries, under the names that they have in OpenTelemetry: {@code
 * leakguard.resource.active}, {@code leakguard.leaks}, {@code leakguard.resource.hold.duration}, {@code
 * leakguard.reports.dropped}, {@code leakguard.pressure.reports} and {@code leakguard.file_descriptor.utilization}.
 *
 * <p>All is read when a registry reads its meters; nothing runs in between. The meters of a kind are made at the first reading
 * after the kind was first used, so they may be missing from that one reading, and the durations of one reading are in the
 * next. The tags are a resource's kind, a leak's cause and the like, never a line, an id or a path.
 *
 * <p>The meters hold the guard. Thread-safe.
 *
 * {@snippet :
 * LeakGuardMetrics metrics = LeakGuardMetrics.of(guard);
 * metrics.bindTo(registry);
 * }
 */
public final class LeakGuardMetrics implements MeterBinder, AutoCloseable {

    private final LeakGuard guard;
    private final Iterable<Tag> tags;
    private final Map<MeterRegistry, GuardMeters> bound = new ConcurrentHashMap<>();

    private LeakGuardMetrics(LeakGuard guard, Iterable<Tag> tags) {
        this.guard = guard;
        this.tags = tags;
    }

    /**
     * Returns the metrics of a guard.
     *
     * @param guard the guard
     * @return a binder, to be closed before the guard
     */
    public static LeakGuardMetrics of(LeakGuard guard) {
        return of(guard, Tags.empty());
    }

    /**
     * Returns the metrics of a guard, each with some tags: where several guards of one process are told apart.
     *
     * @param guard the guard
     * @param tags added to each meter
     * @return a binder, to be closed before the guard
     */
    public static LeakGuardMetrics of(LeakGuard guard, Iterable<Tag> tags) {
        return new LeakGuardMetrics(Objects.requireNonNull(guard, "guard"), Tags.of(tags));
    }

    /**
     * Adds the meters to a registry. Does nothing if it has them, or if the guard is off.
     *
     * @param registry the registry
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        if (guard.isEnabled()) {
            bound.computeIfAbsent(registry, r -> new GuardMeters(guard, r, tags));
        }
    }

    /** Takes the meters out of the registries again, the last durations included. Closing again does nothing. */
    @Override
    public void close() {
        bound.keySet().forEach(registry -> {
            GuardMeters meters = bound.remove(registry);
            if (meters != null) {
                meters.close();
            }
        });
    }
}
