package io.leakguard.micrometer.it;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** Makes real leaks and waits for the collector to find them. */
public final class Leaks {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private Leaks() {}

    /** Collects reports, in the order in which they come. */
    public static final class Recorder implements LeakListener {
        public final List<LeakReport> reports = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {
            reports.add(report);
        }

        public LeakReport await(ResourceKind kind) {
            gcUntil(() -> reports.stream().anyMatch(r -> r.kind() == kind));
            return reports.stream().filter(r -> r.kind() == kind).findFirst().orElseThrow();
        }
    }

    /** A resource that nobody closes. */
    public static void forget(LeakGuard guard, ResourceKind kind, String description) {
        guard.track(new Object(), kind, description);
    }

    public static void gcUntil(BooleanSupplier done) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            System.gc();
            return done.getAsBoolean();
        });
    }
}
