package io.leakguard.telemetry;

import io.leakguard.GuardStats;
import io.leakguard.GuardStats.DropReason;
import io.leakguard.HoldDurations;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.ResourceKind;
import io.leakguard.watch.FileDescriptors;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the installed guards, added up. They are read when the SDK collects. Nothing runs in between.
 *
 * <p>OpenTelemetry has no asynchronous histogram, so the guards' buckets are recorded at collection: the SDK calls back
 * first and collects then. The middle of a bucket represents its values.
 */
final class Metrics {

    /**
     * At most some ten milliseconds of a collection. With more values, a histogram is a sample with the right shape.
     */
    static final long MAX_RECORDS = 100_000;

    /** In seconds: from an object that a pool lends for a moment to a resource that a daemon holds for a day. */
    private static final List<Double> BOUNDARIES =
            List.of(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 86_400.0);

    private record Cause(ResourceKind kind, LeakCause cause) {}

    private record Source(LeakGuard guard, @Nullable HoldDurations holds) {}

    private final Meter meter;
    private final boolean holdDurations;
    private final DoubleHistogram held;
    private final ObservableLongMeasurement active;
    private final ObservableLongMeasurement leaks;
    private final ObservableLongMeasurement dropped;
    private final ObservableDoubleMeasurement descriptors;

    private final List<Source> sources = new ArrayList<>();
    /** The counts of guards that are no longer installed: a counter must not go backwards. */
    private final Map<Cause, Long> pastLeaks = new HashMap<>();

    private final Map<DropReason, Long> pastDrops = new HashMap<>();
    private @Nullable BatchCallback callback;

    private final Map<ResourceKind, Attributes> ofKind = new ConcurrentHashMap<>();

    Metrics(Meter meter, boolean holdDurations) {
        this.meter = meter;
        this.holdDurations = holdDurations;
        this.held = NewerApi.setBoundaries(
                        meter.histogramBuilder(Names.HOLD_DURATION)
                                .setUnit("s")
                                .setDescription("How long resources were held, from opening to close."),
                        BOUNDARIES)
                .build();
        this.active = meter.upDownCounterBuilder(Names.ACTIVE)
                .setUnit("{resource}")
                .setDescription("Resources that are open now.")
                .buildObserver();
        this.leaks = meter.counterBuilder(Names.LEAKS)
                .setUnit("{leak}")
                .setDescription("Leaks found, by cause.")
                .buildObserver();
        this.dropped = meter.counterBuilder(Names.DROPPED)
                .setUnit("{report}")
                .setDescription("Reports that were lost; their leaks are still counted.")
                .buildObserver();
        this.descriptors = meter.gaugeBuilder(Names.DESCRIPTOR_UTILIZATION)
                .setUnit("1")
                .setDescription("The share of the file descriptors that is used; absent if it is unknown.")
                .buildObserver();
    }

    synchronized Registration add(LeakGuard guard) {
        // Without an SDK nobody collects, and close() need not count.
        Source source = new Source(guard, holdDurations && NewerApi.isEnabled(held) ? guard.holdDurations() : null);
        sources.add(source);
        if (callback == null) {
            callback = meter.batchCallback(this::observe, active, leaks, dropped, descriptors);
        }
        return () -> remove(source);
    }

    private synchronized void remove(Source source) {
        if (!sources.remove(source)) {
            return;
        }
        GuardStats last = source.guard.stats();
        last.byKind()
                .forEach((kind, stats) ->
                        stats.byCause().forEach((cause, n) -> pastLeaks.merge(new Cause(kind, cause), n, Long::sum)));
        last.droppedBy().forEach((reason, n) -> pastDrops.merge(reason, n, Long::sum));
        if (source.holds != null) {
            record(source.holds.drain());
            source.holds.close();
        }
        if (sources.isEmpty() && callback != null) {
            callback.close();
            callback = null;
        }
    }

    private synchronized void observe() {
        Map<ResourceKind, Long> open = new HashMap<>();
        Map<Cause, Long> found = new HashMap<>(pastLeaks);
        Map<DropReason, Long> lost = new HashMap<>(pastDrops);
        List<HoldDurations.Held> holds = new ArrayList<>();
        for (Source source : sources) {
            GuardStats stats = source.guard.stats();
            boolean on = source.guard.isEnabled();
            stats.byKind().forEach((kind, ofThis) -> {
                open.merge(kind, on ? ofThis.open() : 0, Long::sum);
                ofThis.byCause().forEach((cause, n) -> found.merge(new Cause(kind, cause), n, Long::sum));
                // This counter exists from the start: an alert on its increase sees the first leak too.
                found.merge(new Cause(kind, LeakCause.COLLECTED), 0L, Long::sum);
                found.merge(new Cause(kind, LeakCause.ESCAPED_SCOPE), 0L, Long::sum);
            });
            stats.droppedBy().forEach((reason, n) -> lost.merge(reason, n, Long::sum));
            if (source.holds != null) {
                holds.addAll(source.holds.drain());
            }
        }
        open.forEach((kind, n) -> active.record(n, attributes(kind)));
        found.forEach((key, n) -> leaks.record(
                n,
                Attributes.of(
                        Names.KIND, key.kind().name(), Names.CAUSE, key.cause().name())));
        lost.forEach((reason, n) -> dropped.record(n, Attributes.of(Names.DROP_REASON, reason.name())));
        FileDescriptors.ofThisProcess().utilization().ifPresent(descriptors::record);
        record(holds);
    }

    private void record(List<HoldDurations.Held> holds) {
        long total = holds.stream().mapToLong(HoldDurations.Held::count).sum();
        for (HoldDurations.Held kind : holds) {
            Attributes attributes = attributes(kind.kind());
            for (HoldDurations.Bucket bucket : kind.buckets()) {
                double seconds = bucket.middle().toNanos() / (double) TimeUnit.SECONDS.toNanos(1);
                long n = share(bucket.count(), total);
                for (long i = 0; i < n; i++) {
                    held.record(seconds, attributes, Context.root());
                }
            }
        }
    }

    /** The number of records that represent {@code n} of {@code total}: all of them, unless these are too many. */
    static long share(long n, long total) {
        return total <= MAX_RECORDS ? n : Math.max(1, Math.round((double) n * MAX_RECORDS / total));
    }

    private Attributes attributes(ResourceKind kind) {
        return ofKind.computeIfAbsent(kind, k -> Attributes.of(Names.KIND, k.name()));
    }
}
