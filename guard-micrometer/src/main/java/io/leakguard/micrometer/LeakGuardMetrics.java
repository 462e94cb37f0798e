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
 * Binds the metrics of a guard to Micrometer registries, under their OpenTelemetry names: {@code
 * leakguard.resource.active}, {@code leakguard.leaks}, {@code leakguard.resource.hold.duration}, {@code
 * leakguard.reports.dropped}, {@code leakguard.pressure.reports} and {@code leakguard.file_descriptor.utilization}.
 *
 * <p>Values are read when a registry reads its meters; nothing runs in between. The meters of a kind are made at the
 * first reading after the kind was first used, so that reading may lack them. Durations appear one reading later. The
 * tags are a resource's kind, a leak's cause and similar values, never a line, an id or a path.
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
     * Returns the metrics of a guard with additional tags, which distinguish several guards of one process.
     *
     * @param guard the guard
     * @param tags tags that are added to each meter
     * @return a binder, to be closed before the guard
     */
    public static LeakGuardMetrics of(LeakGuard guard, Iterable<Tag> tags) {
        return new LeakGuardMetrics(Objects.requireNonNull(guard, "guard"), Tags.of(tags));
    }

    /**
     * Adds the meters to a registry. Does nothing if the registry has them, or if the guard is off.
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

    /** Removes the meters from the registries, after recording the last durations. Closing again does nothing. */
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
