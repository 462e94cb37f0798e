package io.leakguard.internal;

import io.leakguard.GuardStats;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.detect.ReportFactory;
import io.leakguard.internal.detect.ReportPacer;
import io.leakguard.internal.track.Registry;
import java.util.Map;

/** Adds up the counts of all parts. Thread-safe. */
final class Totals {

    private final Registry registry;
    private final Drops drops;
    private final Failures failures;
    private final ReportPacer pacer;
    private final ReportFactory reports;

    Totals(Registry registry, Drops drops, Failures failures, ReportPacer pacer, ReportFactory reports) {
        this.registry = registry;
        this.drops = drops;
        this.failures = failures;
        this.pacer = pacer;
        this.reports = reports;
    }

    GuardStats read() {
        Map<ResourceKind, GuardStats.KindStats> byKind = registry.stats();
        long opened = 0;
        long closed = 0;
        long collected = 0;
        long leaked = 0;
        long captured = 0;
        for (GuardStats.KindStats kind : byKind.values()) {
            opened += kind.opened();
            closed += kind.closed();
            collected += kind.collected();
            leaked += kind.leaked();
            captured += kind.captured();
        }
        Map<GuardStats.DropReason, Long> droppedBy = drops.byReason();
        return new GuardStats(
                opened,
                closed,
                collected,
                opened - closed - collected,
                leaked,
                captured,
                opened - captured,
                pacer.reported(),
                reports.suppressed(),
                droppedBy.values().stream().mapToLong(Long::longValue).sum(),
                failures.listenerCount(),
                failures.internalCount(),
                byKind,
                droppedBy);
    }
}
