package io.leakguard.telemetry;

import io.leakguard.LeakListener.Registration;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchMetric;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The metrics of a watch, read when the SDK collects. */
final class WatchMetrics {

    private final Meter meter;
    private final Map<WatchMetric, ObservableDoubleMeasurement> instruments = new EnumMap<>(WatchMetric.class);
    private final List<ResourceWatch> watches = new ArrayList<>();
    private @Nullable BatchCallback callback;

    WatchMetrics(Meter meter) {
        this.meter = meter;
    }

    synchronized Registration add(ResourceWatch watch) {
        watches.add(watch);
        if (callback == null) {
            for (WatchMetric metric : WatchMetric.values()) {
                instruments.computeIfAbsent(metric, this::instrument);
            }
            ObservableMeasurement[] all = instruments.values().toArray(new ObservableMeasurement[0]);
            callback = meter.batchCallback(this::observe, all[0], all);
        }
        return () -> remove(watch);
    }

    private synchronized void remove(ResourceWatch watch) {
        watches.remove(watch);
        if (watches.isEmpty() && callback != null) {
            callback.close();
            callback = null;
        }
    }

    private ObservableDoubleMeasurement instrument(WatchMetric metric) {
        return switch (metric.type()) {
            case COUNTER ->
                meter.counterBuilder(metric.metricName())
                        .ofDoubles()
                        .setUnit(metric.unit())
                        .setDescription(metric.description())
                        .buildObserver();
            case UP_DOWN_COUNTER ->
                meter.upDownCounterBuilder(metric.metricName())
                        .ofDoubles()
                        .setUnit(metric.unit())
                        .setDescription(metric.description())
                        .buildObserver();
            case GAUGE ->
                meter.gaugeBuilder(metric.metricName())
                        .setUnit(metric.unit())
                        .setDescription(metric.description())
                        .buildObserver();
        };
    }

    private synchronized void observe() {
        if (watches.isEmpty()) {
            return;
        }
        ResourceWatch.Status status = watches.get(0).status();
        instruments.forEach((metric, instrument) -> metric.read(status)
                .forEach((value, number) -> instrument.record(
                        number,
                        metric.attribute().isEmpty()
                                ? Attributes.empty()
                                : Attributes.of(AttributeKey.stringKey(metric.attribute()), value))));
    }
}
