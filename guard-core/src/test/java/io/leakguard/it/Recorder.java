package io.leakguard.it;

import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeUsage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a guard reports. */
public final class Recorder implements LeakListener {
    public final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    public final List<LeakReport> released = new CopyOnWriteArrayList<>();
    public final List<OpenResources> atShutdown = new CopyOnWriteArrayList<>();
    public final List<ScopeUsage> allocations = new CopyOnWriteArrayList<>();

    @Override
    public void onLeak(LeakReport report) {
        if (!report.kind().equals(Gc.SENTINEL)) {
            reports.add(report);
        }
    }

    @Override
    public void onLateRelease(LeakReport report, Duration openFor) {
        released.add(report);
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        atShutdown.add(open);
    }

    @Override
    public void onAllocation(ScopeUsage usage, long limit) {
        allocations.add(usage);
    }

    public List<LeakReport> of(ResourceKind kind) {
        return reports.stream().filter(r -> r.kind().equals(kind)).toList();
    }
}
