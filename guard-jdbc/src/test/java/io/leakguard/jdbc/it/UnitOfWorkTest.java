package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.sql.Connection;
import java.time.Duration;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A unit of work may hold its connection longer than others, without touching the pool. */
@UsesDatabases(Database.H2)
class UnitOfWorkTest {

    @Test
    void a_report_job_may_hold_a_connection_longer_than_the_limit() throws Exception {
        ResourceKind connection = ResourceKind.of("jdbc.connection");
        try (Recorder recorder = new Recorder(b -> b.overdueAfter(connection, Duration.ofMillis(200)))) {
            DataSource dataSource = recorder.guard(Database.H2.dataSource());
            try (LeakScope job = recorder.guard.openScope(
                            "report-job", ScopeOptions.create().mayHold(connection, Duration.ofHours(1)));
                    Connection allowed = dataSource.getConnection()) {
                overdue(recorder, dataSource);
                assertThat(allowed.isValid(1)).isTrue();
                assertThat(job.openCount()).isEqualTo(1);
            }
        }
    }

    private static void overdue(Recorder recorder, DataSource dataSource) throws Exception {
        Thread other = new Thread(() -> {
            try (Connection c = dataSource.getConnection()) {
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !recorder.reports.isEmpty());
                assertThat(c.isValid(1)).isTrue();
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        other.start();
        other.join(40_000);
        assertThat(recorder.reports).extracting(LeakReport::cause).containsExactly(LeakCause.OVERDUE);
        assertThat(recorder.reports.get(0).siteText()).startsWith("UnitOfWorkTest.lambda$overdue");
        assertThat(recorder.reports.get(0).threadStackNow()).isNotEmpty();
    }
}
