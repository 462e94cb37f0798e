package io.leakguard.micrometer;

import io.leakguard.GuardStats;
import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.watch.FileDescriptors;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The meters of one guard in one registry. */
final class GuardMeters implements LeakListener {

    private record Cause(ResourceKind kind, LeakCause cause) {}

    private final LeakGuard guard;
    private final MeterRegistry registry;
    private final Iterable<Tag> tags;
    private final HoldTimers holds;
    private final Registration listening;

    private final Set<ResourceKind> kinds = ConcurrentHashMap.newKeySet();
    private final Set<Cause> causes = ConcurrentHashMap.newKeySet();
    private final Set<Meter> meters = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    GuardMeters(LeakGuard guard, MeterRegistry registry, Iterable<Tag> tags) {
        this.guard = guard;
        this.registry = registry;
        this.tags = tags;
        this.holds = new HoldTimers(guard, registry, tags);
        for (DropReason reason : DropReason.values()) {
            meters.add(FunctionCounter.builder(
                            Names.DROPPED, guard, g -> read().droppedBy().getOrDefault(reason, 0L))
                    .description("Reports that were lost; their leaks are still counted.")
                    .tags(tags)
                    .tag(Names.DROP_REASON, reason.name())
                    .register(registry));
        }
        if (FileDescriptors.ofThisProcess().utilization().isPresent()) {
            meters.add(Gauge.builder(
                            Names.DESCRIPTOR_UTILIZATION,
                            () -> FileDescriptors.ofThisProcess().utilization().orElse(Double.NaN))
                    .description("The share of the file descriptors that is used.")
                    .tags(tags)
                    .register(registry));
        }
        read();
        this.listening = guard.addListener(this);
    }

    /** Each reading of a registry reads the stats, so that new kinds are found. */
    private GuardStats read() {
        GuardStats stats = guard.stats();
        if (!closed) {
            stats.byKind().forEach((kind, ofThis) -> {
                add(kind);
                ofThis.byCause().keySet().forEach(cause -> add(new Cause(kind, cause)));
            });
            holds.record();
        }
        return stats;
    }

    private void add(ResourceKind kind) {
        if (kinds.add(kind)) {
            meters.add(Gauge.builder(
                            Names.ACTIVE,
                            guard,
                            g -> g.isEnabled() ? g.stats().of(kind).open() : 0)
                    .description("Resources that are open now.")
                    .strongReference(true)
                    .tags(tags)
                    .tag(Names.KIND, kind.name())
                    .register(registry));
            // Counters that exist from the start, so that an alert on their increase sees the first leak too.
            add(new Cause(kind, LeakCause.COLLECTED));
            add(new Cause(kind, LeakCause.ESCAPED_SCOPE));
        }
    }

    private void add(Cause cause) {
        if (causes.add(cause)) {
            meters.add(FunctionCounter.builder(Names.LEAKS, this, m -> m.leaks(cause))
                    .description("Leaks found, by cause.")
                    .tags(tags)
                    .tag(Names.KIND, cause.kind().name())
                    .tag(Names.CAUSE, cause.cause().name())
                    .register(registry));
        }
    }

    private double leaks(Cause cause) {
        return guard.stats().of(cause.kind()).byCause().getOrDefault(cause.cause(), 0L);
    }

    @Override
    public void onLeak(LeakReport report) {}

    @Override
    public void onPressure(PressureReport report) {
        Counter counter = Counter.builder(Names.PRESSURE)
                .description("Reports of resources that the process is running out of.")
                .tags(tags)
                .tag(Names.PRESSURE_AREA, report.area().name())
                .tag(Names.PRESSURE_LEVEL, report.level().name())
                .register(registry);
        meters.add(counter);
        counter.increment();
    }

    void close() {
        closed = true;
        listening.close();
        holds.close();
        meters.forEach(registry::remove);
    }
}
