package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@UsesDatabases(leaksConnections = "what is found of a connection that a program leaks")
class LeaksFoundTest {

    private final Recorder recorder = new Recorder();
    private final List<Object> kept = new ArrayList<>();

    @AfterEach
    void close() {
        recorder.close();
    }

    private DataSource guarded(Database database) throws SQLException {
        return recorder.guard(database.dataSource());
    }

    private static void leakConnection(DataSource dataSource) throws SQLException {
        Connection c = dataSource.getConnection();
        c.setAutoCommit(false);
        Statement s = c.createStatement();
        s.executeUpdate("insert into item (name) values ('secret-value')");
        PreparedStatement p = c.prepareStatement("select id from item where name = ?");
        p.setString(1, "parameter-value");
        p.executeQuery().next();
        c.getMetaData().getTables(null, null, "ITEM", null);
        String product = c.getMetaData().getDatabaseProductName();
        if (product.contains("H2") || product.contains("HSQL") || product.contains("Derby")) {
            c.rollback(); // nothing else ends it, and its lock would block whoever reads the table later
        }
    }

    @EachDatabase
    void a_leaked_graph_is_one_report_at_the_connection_with_its_children(Database database) throws SQLException {
        if (database == Database.SQLITE) {
            return; // its write lock would block the others until the connection is collected
        }
        leakConnection(guarded(database));
        LeakReport report = recorder.await("jdbc.connection");
        assertThat(recorder.settled()).containsExactly(report);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.siteText()).startsWith("LeaksFoundTest.leakConnection(");
        assertThat(report.children())
                .extracting(c -> c.kind().name())
                .contains("jdbc.statement", "jdbc.prepared_statement");
        assertThat(report.children())
                .extracting(LeakReport.Child::description)
                .contains("select id from item where name = ?");
        assertThat(report.toText()).doesNotContain("parameter-value");
    }

    @Test
    void a_leaked_connection_shows_its_url_its_transaction_and_its_last_sql() throws SQLException {
        DataSource dataSource = guarded(Database.H2);
        leakOpenTransaction(dataSource);
        LeakReport report = recorder.await("jdbc.connection");
        assertThat(report.description())
                .isEqualTo("jdbc:h2:mem:guard · auto-commit off, open transaction · last SQL: select 1 from item");
    }

    private static void leakOpenTransaction(DataSource dataSource) throws SQLException {
        Connection c = dataSource.getConnection();
        c.setAutoCommit(false);
        c.createStatement().executeQuery("select 1\n  from item");
    }

    @EachDatabase
    void a_statement_leaked_on_a_live_connection_is_reported_alone(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection()) {
            leakStatement(c);
            LeakReport report = recorder.await("jdbc.statement");
            assertThat(recorder.settled()).containsExactly(report);
            assertThat(report.siteText()).startsWith("LeaksFoundTest.leakStatement(");
            assertThat(report.description()).isEqualTo("select name from item");
            assertThat(report.children()).extracting(k -> k.kind().name()).containsExactly("jdbc.result_set");
        }
    }

    private static void leakStatement(Connection c) throws SQLException {
        Statement s = c.createStatement();
        s.executeQuery("select name from item").next();
    }

    @EachDatabase
    void a_prepared_statement_leaked_on_a_live_connection_is_reported(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection()) {
            leakPrepared(c);
            LeakReport report = recorder.await("jdbc.prepared_statement");
            assertThat(report.description()).isEqualTo("select name from item where id = ?");
        }
    }

    private static void leakPrepared(Connection c) throws SQLException {
        c.prepareStatement("select name from item where id = ?").setInt(1, 1);
    }

    @Test
    void a_callable_statement_leaked_on_a_live_connection_is_reported() throws SQLException {
        try (Connection c = guarded(Database.H2).getConnection()) {
            leakCallable(c);
            assertThat(recorder.await("jdbc.callable_statement").description()).isEqualTo("call 1 + 1");
        }
    }

    private static void leakCallable(Connection c) throws SQLException {
        CallableStatement s = c.prepareCall("call 1 + 1");
        s.execute();
    }

    @EachDatabase
    void a_result_set_leaked_under_a_live_statement_is_reported(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection();
                Statement s = c.createStatement()) {
            leakResultSet(s);
            assertThat(recorder.await("jdbc.result_set").siteText()).startsWith("LeaksFoundTest.leakResultSet(");
        }
    }

    private static void leakResultSet(Statement s) throws SQLException {
        s.executeQuery("select name from item").next();
    }

    @EachDatabase
    void generated_keys_leaked_under_a_live_statement_are_reported(Database database) throws SQLException {
        String table = database.newTable();
        try (Connection c = guarded(database).getConnection();
                Statement s = c.createStatement()) {
            s.executeUpdate("insert into " + table + " (name) values ('x')", Statement.RETURN_GENERATED_KEYS);
            leakKeys(s);
            assertThat(recorder.await("jdbc.generated_keys").siteText()).startsWith("LeaksFoundTest.leakKeys(");
        }
    }

    private static void leakKeys(Statement s) throws SQLException {
        s.getGeneratedKeys().next();
    }

    @EachDatabase
    void a_metadata_result_set_is_reported_and_its_hidden_statement_is_not(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection()) {
            leakMetadata(c);
            LeakReport report = recorder.await("jdbc.metadata_result_set");
            assertThat(recorder.settled()).containsExactly(report);
            assertThat(report.description()).isEqualTo("getTables");
        }
    }

    private static void leakMetadata(Connection c) throws SQLException {
        c.getMetaData().getTables(null, null, "%", null).getStatement();
    }

    @EachDatabase
    void a_connection_that_escapes_its_scope_is_one_report_with_its_children(Database database) throws SQLException {
        try (Recorder mine = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            DataSource dataSource = mine.guard(database.dataSource());
            Connection c;
            try (LeakScope scope = mine.guard.openScope("event-8841")) {
                c = dataSource.getConnection();
                kept.add(c);
                Statement s = c.createStatement();
                kept.add(s);
                kept.add(s.executeQuery("select name from item"));
            }
            assertThat(mine.settled()).hasSize(1);
            LeakReport report = mine.reports.get(0);
            assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
            assertThat(report.kind().name()).isEqualTo("jdbc.connection");
            assertThat(report.scopes()).containsExactly("event-8841");
            assertThat(report.children())
                    .extracting(k -> k.kind().name())
                    .containsExactly("jdbc.statement", "jdbc.result_set");
            kept.clear();
            c.close();
        }
    }

    @EachDatabase
    void a_connection_that_was_aborted_and_never_closed_is_reported_as_that(Database database) throws SQLException {
        abortOne(guarded(database));
        LeakReport report = recorder.await("jdbc.connection");
        assertThat(report.description()).startsWith("aborted and never closed: most pools don't get the slot back");
        assertThat(report.children()).isEmpty();
        assertThat(recorder.settled()).hasSize(1);
    }

    private static void abortOne(DataSource dataSource) throws SQLException {
        Connection c = dataSource.getConnection();
        c.createStatement().executeQuery("select name from item");
        c.abort(Runnable::run);
    }

    @Test
    void a_blob_is_reported_only_if_that_was_asked_for() throws SQLException {
        DataSource plain = guarded(Database.H2);
        DataSource asked = recorder.builder().lobs(true).wrap(Database.H2.dataSource());
        try (Connection c = plain.getConnection()) {
            leakBlob(c);
            recorder.assertNothingLeaked();
        }
        try (Connection c = asked.getConnection()) {
            Blob freed = c.createBlob();
            freed.free();
            leakBlob(c);
            recorder.await("jdbc.blob");
            assertThat(recorder.settled()).hasSize(1);
        }
    }

    private static void leakBlob(Connection c) throws SQLException {
        c.createBlob().setBytes(1, new byte[] {1});
    }

    @Test
    void a_guarded_blob_reaches_the_driver_as_its_own_when_it_is_a_parameter() throws SQLException {
        DataSource asked = recorder.builder().lobs(true).wrap(Database.H2.dataSource());
        try (Connection c = asked.getConnection();
                PreparedStatement p = c.prepareStatement("select cast(? as blob)")) {
            Blob blob = c.createBlob();
            blob.setBytes(1, new byte[] {1, 2, 3});
            p.setBlob(1, blob);
            try (ResultSet r = p.executeQuery()) {
                assertThat(r.next()).isTrue();
                assertThat(r.getBytes(1)).containsExactly(1, 2, 3);
            }
            blob.free();
        }
    }

    @Test
    void the_holders_of_xa_and_pooled_connections_are_found_too() throws SQLException {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL(Database.H2.url());
        h2.setUser("sa");
        leakXa(h2);
        assertThat(recorder.await("jdbc.xa_connection").children())
                .extracting(k -> k.kind().name())
                .containsExactly("jdbc.connection");
        leakPooled(h2);
        recorder.await("jdbc.pooled_connection");
        assertThat(recorder.settled()).hasSize(2);
    }

    private void leakXa(JdbcDataSource h2) throws SQLException {
        XAConnection xa = JdbcGuard.wrapXa(h2, recorder.guard).getXAConnection();
        xa.getConnection();
    }

    private void leakPooled(JdbcDataSource h2) throws SQLException {
        PooledConnection p = JdbcGuard.wrapConnectionPool(h2, recorder.guard).getPooledConnection();
        p.getConnection().close();
    }

    @Test
    void a_closed_connection_statement_and_result_set_are_not_reported() throws SQLException {
        use(guarded(Database.H2));
        recorder.assertNothingLeaked();
    }

    private static void use(DataSource dataSource) throws SQLException {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select name from item")) {
            assertThat(r.next()).isTrue();
        }
    }
}
