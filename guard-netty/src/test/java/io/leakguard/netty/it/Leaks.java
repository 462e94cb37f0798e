package io.leakguard.netty.it;

import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.netty.NettyGuard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** Keeps what a guard reports, and forces collections until it was reported. */
final class Leaks implements LeakListener {

    static final Duration BOUND = Duration.ofSeconds(60);
    static final ResourceKind BYTEBUF = NettyGuard.BYTEBUF;
    private static final ResourceKind SENTINEL = ResourceKind.of("test.sentinel");

    final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    final List<OpenResources> atShutdown = new CopyOnWriteArrayList<>();

    @Override
    public void onLeak(LeakReport report) {
        if (!report.kind().equals(SENTINEL)) {
            reports.add(report);
        }
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        atShutdown.add(open);
    }

    /** A guard that reports every leak with its stack. */
    LeakGuardBuilder guard() {
        return LeakGuard.builder()
                .log(false)
                .capture(io.leakguard.CaptureBudget.unlimited())
                .reportInterval(Duration.ZERO)
                .listener(this);
    }

    List<LeakReport> of(ResourceKind kind) {
        return reports.stream().filter(r -> r.kind().equals(kind)).toList();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        reports.forEach(r -> text.append(r.toText()).append("\n"));
        return text.toString();
    }

    static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    System.gc();
                    return condition.call();
                });
    }

    /** Waits until whatever was unreachable before this call has been collected and reported. */
    static void settle(LeakGuard guard) {
        for (int i = 0; i < 2; i++) {
            long before = guard.stats().of(SENTINEL).collected();
            guard.track(new Object(), SENTINEL);
            until(() -> guard.stats().of(SENTINEL).collected() > before);
            if (!guard.flush(BOUND)) {
                throw new AssertionError("the guard did not become quiet in " + BOUND);
            }
        }
    }
}
