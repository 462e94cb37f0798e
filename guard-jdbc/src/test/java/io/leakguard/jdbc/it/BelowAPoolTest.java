package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the guard beneath a pool, a connection is the pool's: it lives longer than whoever borrows it. */
@UsesDatabases(Database.H2)
class BelowAPoolTest {

    private static final ResourceKind CONNECTION = ResourceKind.of("jdbc.connection");

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void a_connection_that_the_pool_opens_in_a_unit_of_work_does_not_escape_it(Pool pool) throws Exception {
        try (Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            DataSource pooled = pool.over(recorder.guard(Database.H2.dataSource()));
            try (LeakScope scope = recorder.guard.openScope("event-8841")) {
                leaveItToTheConnection(pooled);
                assertThat(scope.openCount()).isZero();
            }
            assertThat(recorder.guard.open().total()).isPositive();
            recorder.assertNothingLeaked();
            Pool.close(pooled);
        }
    }

    private static void leaveItToTheConnection(DataSource pooled) throws SQLException {
        try (Connection c = pooled.getConnection()) {
            c.getMetaData().getTables(null, null, "%", null).next();
            c.createStatement().executeQuery("select name from item").next();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void a_connection_in_a_pool_is_never_overdue_and_its_pool_is_named(Pool pool) throws Exception {
        CountDownLatch sentinel = new CountDownLatch(1);
        ResourceKind other = ResourceKind.of("test.other");
        try (Recorder recorder = new Recorder(b -> b.overdueAfter(CONNECTION, Duration.ofMillis(50))
                .overdueAfter(other, Duration.ofMillis(200))
                .listener(report -> {
                    if (report.kind() == other) {
                        sentinel.countDown();
                    }
                }))) {
            DataSource pooled = pool.over(recorder.guard(Database.H2.dataSource()));
            leaveItToTheConnection(pooled);
            Object handle = new Object();
            recorder.guard.track(handle, other).touch();
            assertThat(sentinel.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(recorder.guard.flush(Duration.ofSeconds(30))).isTrue(); // the recorder's own listener, too
            assertThat(recorder.reports).extracting(LeakReport::kind).containsOnly(other);
            assertThat(recorder.guard.open().toText()).contains("kept by ").contains("pool");
            assertThat(handle).isNotNull();
            Pool.close(pooled);
        }
    }

    @Test
    void a_statement_that_is_leaked_while_the_program_holds_the_connection_is_found() throws Exception {
        try (Recorder recorder = new Recorder()) {
            // The others hold a statement for as long as the connection is out, and close it then.
            DataSource pooled = Pool.TOMCAT.over(recorder.guard(Database.H2.dataSource()));
            try (Connection c = pooled.getConnection()) {
                leak(c);
                assertThat(recorder.await("jdbc.statement").siteText()).startsWith("BelowAPoolTest.leak(");
            }
            Pool.close(pooled);
        }
    }

    private static void leak(Connection c) throws SQLException {
        c.createStatement().executeQuery("select name from item").next();
    }

    @Test
    void a_metadata_result_set_that_is_leaked_while_the_program_holds_the_connection_is_found() throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = Pool.HIKARI.over(recorder.guard(Database.H2.dataSource()));
            try (Connection c = pooled.getConnection()) {
                leakMetaData(c);
                recorder.await("jdbc.metadata_result_set");
            }
            Pool.close(pooled);
        }
    }

    private static void leakMetaData(Connection c) throws SQLException {
        c.getMetaData().getTables(null, null, "%", null).next();
    }

    @Test
    void warnings_that_a_program_reads_above_the_pool_end_nothing() throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = Pool.HIKARI.over(Database.H2.dataSource());
            try (Connection c = recorder.guard(pooled).getConnection()) {
                leak(c);
                assertThat(c.getWarnings() == null).isTrue();
                c.clearWarnings();
                recorder.await("jdbc.statement");
            }
            Pool.close(pooled);
        }
    }

    @Test
    void statements_that_a_pool_caches_are_neither_reported_nor_lost() throws Exception {
        try (Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            org.apache.tomcat.jdbc.pool.PoolProperties properties = new org.apache.tomcat.jdbc.pool.PoolProperties();
            properties.setDataSource(recorder.guard(Database.H2.dataSource()));
            properties.setInitialSize(1);
            properties.setMaxActive(1);
            properties.setJdbcInterceptors("org.apache.tomcat.jdbc.pool.interceptor.StatementCache(prepared=true)");
            org.apache.tomcat.jdbc.pool.DataSource pooled = new org.apache.tomcat.jdbc.pool.DataSource(properties);
            for (int i = 0; i < 3; i++) {
                try (LeakScope scope = recorder.guard.openScope("event-" + i);
                        Connection c = pooled.getConnection();
                        ResultSet r = c.prepareStatement("select name from item where id > 0")
                                .executeQuery()) {
                    assertThat(r.next()).isTrue();
                    assertThat(scope).isNotNull();
                }
            }
            recorder.assertNothingLeaked();
            pooled.close(true);
        }
    }

    @Test
    void hikari_with_a_leakguard_url_reports_nothing_that_is_left_to_the_connection() throws Exception {
        try (Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            Database.H2.dataSource();
            LeakGuard before = LeakGuard.setGlobal(recorder.guard);
            System.setProperty("leakguard.jdbc.child.grace", "0");
            try (HikariDataSource pool = new HikariDataSource()) {
                pool.setJdbcUrl("jdbc:leakguard:" + Database.H2.url().substring("jdbc:".length()));
                pool.setUsername("sa");
                pool.setMaximumPoolSize(2);
                try (LeakScope scope = recorder.guard.openScope("event-8841")) {
                    leaveItToTheConnection(pool);
                    assertThat(scope).isNotNull();
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> pool.getHikariPoolMXBean().getIdleConnections() == 2);
                recorder.assertNothingLeaked();
            } finally {
                System.clearProperty("leakguard.jdbc.child.grace");
                LeakGuard.setGlobal(before);
            }
        }
    }

    @Test
    void a_pool_that_opens_its_connections_late_is_known_too() throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource guarded = recorder.guard(Database.H2.dataSource());
            for (int i = 0; i < 100; i++) {
                try (Connection c = guarded.getConnection();
                        Statement s = c.createStatement()) {
                    assertThat(s.execute("select 1")).isTrue();
                }
            }
            DataSource pooled = Pool.DBCP2.over(guarded);
            leaveItToTheConnection(pooled);
            assertThat(recorder.guard.open().toText()).contains("kept by ");
            Pool.close(pooled);
        }
    }

    // --------------------------------------------------------------------------------------------- above it, too

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void what_is_leaked_is_told_once_where_the_same_guard_is_above_the_pool_too(Pool pool) throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = pool.over(recorder.guard(Database.H2.dataSource()));
            DataSource both = recorder.guard(pooled);
            leakConnection(both);
            LeakReport report = recorder.await("jdbc.connection");
            assertThat(recorder.settled()).containsExactly(report);
            assertThat(report.children())
                    .extracting(child -> child.kind().name())
                    .contains("jdbc.statement");

            recorder.reports.clear();
            try (Connection c = both.getConnection()) {
                leak(c);
                assertThat(recorder.settled())
                        .extracting(each -> each.kind().name())
                        .containsExactly("jdbc.statement");
                recorder.reports.clear();
                leakMetaData(c);
                assertThat(recorder.settled())
                        .extracting(each -> each.kind().name())
                        .containsExactly("jdbc.metadata_result_set");
            }
            Pool.close(pooled);
        }
    }

    private static void leakConnection(DataSource dataSource) throws SQLException {
        leak(dataSource.getConnection());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void nothing_is_told_of_legal_use_where_the_same_guard_is_above_the_pool_too(Pool pool) throws Exception {
        try (Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            DataSource pooled = pool.over(recorder.guard(Database.H2.dataSource()));
            DataSource both = recorder.guard(pooled);
            for (int i = 0; i < 3; i++) {
                try (LeakScope scope = recorder.guard.openScope("event-" + i)) {
                    leaveItToTheConnection(both);
                    closeEach(both);
                    assertThat(scope.openCount()).isZero();
                }
                recorder.assertNothingLeaked();
            }
            Pool.close(pooled);
        }
    }

    private static void closeEach(DataSource dataSource) throws SQLException {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select name from item")) {
            assertThat(r.next()).isTrue();
            assertThat(r.getStatement()).isSameAs(s);
            assertThat(s.getConnection()).isSameAs(c);
            assertThat(c.getMetaData().getConnection()).isSameAs(c);
        }
    }
}
