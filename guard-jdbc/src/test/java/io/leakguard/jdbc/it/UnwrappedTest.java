package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbc.JdbcDatabaseMetaData;
import org.h2.jdbc.JdbcResultSet;
import org.h2.jdbc.JdbcStatement;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Once a driver's object was unwrapped, its handle's collection proves nothing: it may be in use, and be closed directly. */
class UnwrappedTest {

    private final Recorder recorder = new Recorder(b -> b.reclaim(true).scopeGrace(Duration.ZERO));
    private final DataSource dataSource;

    UnwrappedTest() {
        dataSource = recorder.guard(database());
    }

    /** One that nobody else keeps the connections of. */
    private static DataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:unwrapped");
        database.setUser("sa");
        return database;
    }

    @AfterEach
    void close() {
        recorder.close();
    }

    private void collectTwice() {
        recorder.assertNothingLeaked();
        recorder.assertNothingLeaked();
    }

    @Test
    void a_connection_in_use_is_neither_reported_nor_reclaimed() throws Exception {
        try (Connection raw = unwrapped()) {
            collectTwice();
            assertThat(raw.isClosed()).isFalse();
            assertThat(raw.isValid(1)).isTrue();
        }
        collectTwice();
    }

    private Connection unwrapped() throws SQLException {
        return dataSource.getConnection().unwrap(JdbcConnection.class);
    }

    @Test
    void a_connection_that_is_used_through_its_statement_s_or_meta_data_s_driver_object_is_not_reported()
            throws Exception {
        try (Connection raw = throughAStatement()) {
            collectTwice();
            assertThat(raw.isValid(1)).isTrue();
        }
        try (Connection raw = throughMetaData()) {
            collectTwice();
            assertThat(raw.isValid(1)).isTrue();
        }
        collectTwice();
    }

    private Connection throughAStatement() throws SQLException {
        try (Statement s = dataSource.getConnection().createStatement()) {
            return s.unwrap(JdbcStatement.class).getConnection();
        }
    }

    private Connection throughMetaData() throws SQLException {
        DatabaseMetaData metaData = dataSource.getConnection().getMetaData();
        return metaData.unwrap(JdbcDatabaseMetaData.class).getConnection();
    }

    @Test
    void a_connection_that_was_closed_directly_has_not_escaped_its_scope() throws Exception {
        Connection handle;
        try (LeakScope scope = recorder.guard.openScope("event-8841")) {
            handle = dataSource.getConnection();
            try (Connection raw = handle.unwrap(JdbcConnection.class)) {
                assertThat(raw.isValid(1)).isTrue();
            }
            assertThat(scope).isNotNull();
        }
        recorder.assertNothingLeaked();
        assertThat(handle.isClosed()).isTrue();
    }

    @Test
    void a_connection_that_is_leaked_after_all_is_found_and_reclaimed() throws Exception {
        leakConnection();
        LeakReport report = recorder.await("jdbc.connection");
        assertThat(report.siteText()).startsWith("UnwrappedTest.leakConnection(");
        assertThat(report.outcome()).startsWith("reclaimed");
    }

    private void leakConnection() throws SQLException {
        Connection raw = dataSource.getConnection().unwrap(JdbcConnection.class);
        assertThat(raw.isValid(1)).isTrue();
    }

    @Test
    void a_statement_in_use_is_not_reported_and_a_leaked_one_is() throws Exception {
        try (Connection c = dataSource.getConnection()) {
            try (Statement raw = c.createStatement().unwrap(JdbcStatement.class)) {
                collectTwice();
                assertThat(raw.execute("select 1")).isTrue();
            }
            collectTwice();
            leakStatement(c);
            assertThat(recorder.await("jdbc.statement").siteText()).startsWith("UnwrappedTest.leakStatement(");
        }
    }

    private static void leakStatement(Connection c) throws SQLException {
        assertThat(c.createStatement().unwrap(JdbcStatement.class).execute("select 1"))
                .isTrue();
    }

    @Test
    void a_result_set_in_use_is_not_reported() throws Exception {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement()) {
            try (ResultSet raw = s.executeQuery("select 1").unwrap(JdbcResultSet.class)) {
                collectTwice();
                assertThat(raw.next()).isTrue();
            }
            collectTwice();
        }
    }

    @Test
    void a_pool_s_connection_that_nobody_can_give_back_is_found_and_not_taken_from_whoever_uses_the_driver_s()
            throws Exception {
        DataSource pool = Pool.HIKARI.over(database());
        Connection raw = unwrapped(recorder.guard(pool));
        assertThat(recorder.await("jdbc.connection").outcome()).doesNotStartWith("reclaimed");
        assertThat(raw.isValid(1)).isTrue();
        Pool.close(pool);
    }

    private static Connection unwrapped(DataSource pooled) throws SQLException {
        return pooled.getConnection().unwrap(JdbcConnection.class);
    }
}
