package io.leakguard.micrometer;

import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchMetric;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The meters of one watch in one registry. */
final class WatchMeters {

    /** A metric, and the value of its attribute; empty if it has none. */
    private record Series(WatchMetric metric, String value) {}

    private final ResourceWatch watch;
    private final MeterRegistry registry;
    private final Iterable<Tag> tags;
    private final Set<Series> known = ConcurrentHashMap.newKeySet();
    private final Set<Meter> meters = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    WatchMeters(ResourceWatch watch, MeterRegistry registry, Iterable<Tag> tags) {
        this.watch = watch;
        this.registry = registry;
        this.tags = tags;
        read(new Series(WatchMetric.LEVEL, ""));
    }

    /** Each reading looks for new values, which come with the watch's first rounds. */
    private double read(Series series) {
        ResourceWatch.Status status = watch.status();
        if (!closed) {
            for (WatchMetric metric : WatchMetric.values()) {
                metric.read(status).keySet().forEach(value -> add(new Series(metric, value)));
            }
        }
        Double value = series.metric().read(status).get(series.value());
        return value == null ? Double.NaN : value;
    }

    private void add(Series series) {
        if (known.add(series)) {
            WatchMetric metric = series.metric();
            Tags all = metric.attribute().isEmpty()
                    ? Tags.of(tags)
                    : Tags.of(tags).and(metric.attribute(), series.value());
            String unit = unit(metric.unit());
            meters.add(
                    metric.type() == WatchMetric.Type.COUNTER
                            ? FunctionCounter.builder(metric.metricName(), this, m -> m.read(series))
                                    .description(metric.description())
                                    .baseUnit(unit)
                                    .tags(all)
                                    .register(registry)
                            : Gauge.builder(metric.metricName(), this, m -> m.read(series))
                                    .description(metric.description())
                                    .baseUnit(unit)
                                    .strongReference(true)
                                    .tags(all)
                                    .register(registry));
        }
    }

    /** Micrometer's name of an OpenTelemetry unit; null for shares and counts. */
    private static @Nullable String unit(String unit) {
        return unit.equals("By") ? "bytes" : null;
    }

    void close() {
        closed = true;
        meters.forEach(registry::remove);
    }
}
