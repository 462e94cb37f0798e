package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakReport;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a collected connection had not committed is never committed, and its pool has it again. */
@UsesDatabases({Database.H2, Database.POSTGRESQL, Database.MARIADB})
class ReclaimInPoolsTest {

    static Stream<Arguments> databasesAndPools() {
        return Stream.of(Database.H2, Database.POSTGRESQL, Database.MARIADB)
                .filter(d -> d.whyNot() == null)
                .flatMap(d -> Arrays.stream(Pool.values()).map(p -> Arguments.of(d, p)));
    }

    @ParameterizedTest
    @MethodSource("databasesAndPools")
    void an_open_transaction_is_rolled_back_before_the_next_one_borrows(Database database, Pool pool) throws Exception {
        String table = database.newTable();
        try (Recorder recorder = new Recorder(b -> b.reclaim(true))) {
            DataSource pooled = pool.over(database.dataSource(), Duration.ofSeconds(30));
            DataSource dataSource = recorder.guard(pooled);
            // More often than the pool has connections.
            for (int leaked = 1; leaked <= 3; leaked++) {
                leakInATransaction(dataSource, table);
                int expected = leaked;
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(recorder.settled()).hasSize(expected));
                try (Connection c = dataSource.getConnection()) {
                    c.setAutoCommit(false);
                    c.commit(); // of whatever it has brought along
                    c.setAutoCommit(true);
                    assertThat(rows(c, table)).isZero();
                }
            }
            assertThat(recorder.reports)
                    .extracting(LeakReport::outcome)
                    .allSatisfy(o -> assertThat(o).startsWith("reclaimed"));
            assertThat(recorder.reports)
                    .extracting(LeakReport::description)
                    .allSatisfy(d -> assertThat(d).contains("auto-commit off, open transaction"));
            assertThat(JdbcGuard.holders(dataSource).total()).isZero();
            if (pool != Pool.NONE) {
                Pool.close(pooled);
            }
        }
        try (Connection c = database.dataSource().getConnection()) {
            assertThat(rows(c, table)).isZero();
        }
    }

    private static void leakInATransaction(DataSource dataSource, String table) throws SQLException {
        Connection c = dataSource.getConnection();
        c.setAutoCommit(false);
        c.createStatement().executeUpdate("insert into " + table + " (name) values ('never committed')");
    }

    private static int rows(Connection c, String table) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select count(*) from " + table)) {
            assertThat(r.next()).isTrue();
            return r.getInt(1);
        }
    }
}
