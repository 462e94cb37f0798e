package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.jdbc.JdbcGuard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/** A guard whose reports are kept, and real garbage collections. */
final class Recorder implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    final LeakGuard guard;

    Recorder() {
        this(UnaryOperator.identity());
    }

    Recorder(UnaryOperator<LeakGuardBuilder> more) {
        guard = more.apply(LeakGuard.builder()
                        .log(false)
                        .reportInterval(Duration.ZERO)
                        .capture(CaptureBudget.unlimited())
                        .maxReportsPerMinute(100_000)
                        .listener(reports::add))
                .build();
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
        Awaitility.await()
                .alias("a report of " + kind)
                .atMost(PATIENCE)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    System.gc(); // one, where awaitCollection needs two to be sure: most of these tests' time is
                    // collections
                    guard.flush(PATIENCE);
                    return reports.stream().anyMatch(r -> r.kind().name().equals(kind));
                });
        return reports.stream()
                .filter(r -> r.kind().name().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /** Collects everything that is unreachable by now, has it reported, and returns the reports. */
    List<LeakReport> settled() {
        assertThat(guard.awaitCollection(PATIENCE)).isTrue();
        assertThat(guard.stats().internalErrors()).isZero();
        return reports;
    }

    void assertNothingLeaked() {
        assertThat(settled()).extracting(LeakReport::toText).isEmpty();
    }

    @Override
    public void close() {
        guard.close();
    }
}
