package io.leakguard.internal;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.detect.DelayedFindings;
import io.leakguard.internal.detect.Finding;
import io.leakguard.internal.detect.ReportImpl;
import io.leakguard.internal.detect.SiteRegistry;
import io.leakguard.internal.detect.Snapshot;
import io.leakguard.internal.detect.SuppressionList;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.SiteFinder;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.Registry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Loads the classes of a report, on the loop's thread. When descriptors run out, classes can't be loaded from a folder any more, so
 * that those are loaded at once. From a jar, which is open, they can: the start of an application need not wait for them.
 */
final class Warmup {

    private final Registry registry;
    private final Clock clock;
    private final SiteFinder siteFinder;
    private final SuppressionList suppressions;
    private boolean done;

    Warmup(Registry registry, SiteFinder siteFinder, SuppressionList suppressions) {
        this.registry = registry;
        this.clock = registry.clock;
        this.siteFinder = siteFinder;
        this.suppressions = suppressions;
    }

    /** What can't wait. */
    void start() {
        siteFinder.start();
        if (Preload.isFolder()) {
            run();
        }
    }

    /** All that is left, once. */
    void run() {
        if (done) {
            return;
        }
        done = true;
        Preload.once();
        StackInfo info = registry.stacks.explain(new CreationStack(), "");
        Instant now = Instant.ofEpochMilli(clock.wallMillis());
        ReportImpl sample = new ReportImpl.Builder(
                        LeakCause.COLLECTED, ResourceKind.CLOSEABLE, Text.safe("a\u0001", 10))
                .site(info.site, info.siteText, info.frames)
                .path(info.path, "")
                .counts(2, 1, ReportImpl.OfSite.ALONE)
                .thread("t", 1, info.frames)
                .times(now, now, Duration.ofMillis(1))
                .scope(List.of("s"), Map.of("k", "v"), null)
                .touches(List.of(new LeakReport.Touch("h", "t", now, info.frames)), 2)
                .children(List.of(new LeakReport.Child(ResourceKind.CLOSEABLE, "d", "s")), 1)
                .build();
        SiteRegistry.preload(sample);
        new OpenResources(
                        now,
                        1,
                        List.of(new OpenResources.Group(
                                sample.kind(), "s", "", 1, Duration.ZERO, "d", "", List.of(), List.of(), info.frames)))
                .toText();
        Snapshot.preload(registry, info);
        suppressions.matches("leakguard.preload", List.of(), info.path);
        DelayedFindings delayed = new DelayedFindings(clock);
        delayed.add(1, new Finding.Job(() -> {}));
        delayed.poll();
    }
}
