package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.ResourceProbe;
import io.leakguard.jdbc.JdbcGuard;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/** A guard whose reports are kept, and real garbage collections. */
final class Recorder implements AutoCloseable {

    private static final ResourceKind SENTINEL = ResourceKind.of("test.sentinel");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    final LeakGuard guard;
    private final Object anchor = new Object();
    private final LeakTracker anchorTracker;

    Recorder() {
        this(UnaryOperator.identity());
    }

    Recorder(UnaryOperator<LeakGuard.Builder> more) {
        guard = more.apply(LeakGuard.builder()
                        .log(false)
                        .reportInterval(Duration.ZERO)
                        .capture(CaptureBudget.unlimited())
                        .maxReportsPerMinute(100_000)
                        .listener(reports::add))
                .build();
        anchorTracker = guard.track(anchor, ResourceKind.of("test.anchor"));
    }

    /** Guarded so that what is collected is judged at once, not after the usual grace. */
    DataSource guard(DataSource dataSource) {
        return builder().wrap(dataSource);
    }

    JdbcGuard.Builder builder() {
        return JdbcGuard.builder().guard(guard).childGrace(Duration.ZERO);
    }

    /** Runs the garbage collector until a report of that kind is there, and returns it. */
    LeakReport await(String kind) {
        Awaitility.await().alias("a report of " + kind).atMost(PATIENCE).until(() -> {
            System.gc();
            return leaks().stream().anyMatch(r -> r.kind().name().equals(kind));
        });
        return leaks().stream()
                .filter(r -> r.kind().name().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /** Collects everything that is unreachable by now, has it reported, and returns what is not a sentinel. */
    List<LeakReport> settled() {
        for (int i = 0; i < 2; i++) {
            long before = sentinels();
            dropSentinel();
            Awaitility.await().atMost(PATIENCE).until(() -> {
                System.gc();
                return sentinels() > before;
            });
        }
        assertThat(guard.flush(PATIENCE)).isTrue();
        assertThat(guard.stats().internalErrors()).isZero();
        return leaks();
    }

    void assertNothingLeaked() {
        assertThat(settled()).extracting(LeakReport::toText).isEmpty();
    }

    private List<LeakReport> leaks() {
        return reports.stream().filter(r -> r.kind() != SENTINEL).toList();
    }

    private long sentinels() {
        return reports.stream().filter(r -> r.kind() == SENTINEL).count();
    }

    /** It waits longer for its parent than what is tested, so its report comes last. */
    private void dropSentinel() {
        guard.track(new Object(), SENTINEL, null, anchorTracker, new Waiting());
    }

    private static final class Waiting implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public Duration parentGrace() {
            return Duration.ofMillis(100);
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        try {
            anchorTracker.close();
        } finally {
            Reference.reachabilityFence(anchor);
        }
        guard.close();
    }
}
