package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** A guard that reports every single leak, and what it reported. */
abstract class GuardFixture {
    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration GRACE = Duration.ofMillis(50);

    private static final ResourceKind MARKER = ResourceKind.of("test.marker");

    final Recorder recorder = new Recorder();
    final LeakGuard guard = configure(LeakGuard.builder()
                    .listener(recorder)
                    .log(false)
                    .reportInterval(Duration.ZERO)
                    .maxReportsPerMinute(1_000_000)
                    .capture(CaptureBudget.unlimited())
                    .scopeGrace(GRACE))
            .build();

    LeakGuardBuilder configure(LeakGuardBuilder builder) {
        return builder;
    }

    @AfterEach
    void close_the_guard() {
        assertThat(guard.stats().internalErrors()).isZero();
        guard.close();
    }

    /** All reports so far but for those of {@link #afterGrace()}. */
    List<LeakReport> reports() {
        return recorder.reports.stream().filter(r -> r.kind() != MARKER).toList();
    }

    /** All late releases so far but for those of {@link #afterGrace()}. */
    List<LeakReport> released() {
        return recorder.released.stream().filter(r -> r.kind() != MARKER).toList();
    }

    LeakReport onlyReport() {
        assertThat(reports()).hasSize(1);
        return reports().get(0);
    }

    void await(int reports) {
        Awaitility.await().atMost(LONG).until(() -> reports().size() >= reports);
    }

    /** Waits until every scope that has ended by now was judged: the grace of one that ends now is over. */
    void afterGrace() {
        long before = markers();
        Thing marker;
        LeakScope scope =
                guard.openDetachedScope("marker", null, ScopeOptions.create().grace(GRACE));
        try (var binding = scope.bind()) {
            marker = new Thing(guard, MARKER, null, null);
        }
        scope.close();
        Awaitility.await().atMost(LONG).until(() -> markers() > before);
        assertThat(guard.flush(LONG)).isTrue();
        marker.close();
    }

    private long markers() {
        return recorder.reports.stream().filter(r -> r.kind() == MARKER).count();
    }

    /** Runs a task on another thread and waits for it. */
    static void onThread(String name, Runnable task) {
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(task, name);
        thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
