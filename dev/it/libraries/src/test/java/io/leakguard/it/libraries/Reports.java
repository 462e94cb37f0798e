package io.leakguard.it.libraries;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** What a guard has reported. */
final class Reports implements LeakListener {

    private static final Duration BOUND = Duration.ofSeconds(60);

    private final List<LeakReport> all = new CopyOnWriteArrayList<>();

    @Override
    public void onLeak(LeakReport report) {
        all.add(report);
    }

    /** All of what nobody can reach now was collected, and what is a leak is among these. */
    List<String> settled(LeakGuard guard) {
        if (!guard.awaitCollection(BOUND)) {
            throw new AssertionError("the collector did not come to an end in " + BOUND);
        }
        return all.stream().map(LeakReport::toText).toList();
    }

    LeakReport await(LeakGuard guard) {
        Awaitility.await().atMost(BOUND).until(() -> !settled(guard).isEmpty());
        return all.get(0);
    }
}
