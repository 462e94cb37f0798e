package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.GuardedResource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ends what, whatever the driver says: a test for each row of the table in docs/jdbc.md. */
class CloseModelTest {

    private static final String QUERY = "select name from item order by name";

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    static Stream<Database> databases() {
        return Database.available();
    }

    private Connection connect(Database database) throws SQLException {
        return recorder.guard(database.dataSource()).getConnection();
    }

    private static boolean isOpen(Object handle) {
        return ((GuardedResource) handle).leakTracker().isOpen();
    }

    @ParameterizedTest
    @MethodSource("databases")
    void closing_the_connection_ends_all_children(Database database) throws SQLException {
        Connection c = connect(database);
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(QUERY);
        ResultSet tables = c.getMetaData().getTables(null, null, "%", null);
        assertThat(isOpen(c) && isOpen(s) && isOpen(r) && isOpen(tables)).isTrue();
        c.close();
        assertThat(isOpen(c) || isOpen(s) || isOpen(r) || isOpen(tables)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("databases")
    void closing_the_statement_ends_its_result_sets_and_generated_keys(Database database) throws SQLException {
        String table = database.newTable();
        try (Connection c = connect(database)) {
            Statement s = c.createStatement();
            ResultSet r = s.executeQuery(QUERY);
            Statement other = c.createStatement();
            s.close();
            assertThat(isOpen(s) || isOpen(r)).isFalse();
            assertThat(isOpen(other)).isTrue();
            Statement t = c.createStatement();
            t.executeUpdate("insert into " + table + " (name) values ('x')", Statement.RETURN_GENERATED_KEYS);
            ResultSet keys = t.getGeneratedKeys();
            assertThat(isOpen(keys)).isTrue();
            t.close();
            assertThat(isOpen(keys)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void an_execution_ends_the_result_sets_before_it_also_if_it_fails(Database database) throws SQLException {
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            ResultSet first = s.executeQuery(QUERY);
            ResultSet second = s.executeQuery(QUERY);
            assertThat(isOpen(first)).isFalse();
            assertThat(isOpen(second)).isTrue();
            assertThatThrownBy(() -> s.executeQuery("select nothing from nowhere"))
                    .isInstanceOf(SQLException.class);
            assertThat(isOpen(second)).isFalse();
            assertThat(isOpen(s)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void a_batch_ends_the_result_sets_and_keys_before_it(Database database) throws SQLException {
        String table = database.newTable();
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            s.executeUpdate("insert into " + table + " (name) values ('x')", Statement.RETURN_GENERATED_KEYS);
            ResultSet keys = s.getGeneratedKeys();
            s.addBatch("update " + table + " set name = 'y'");
            assertThat(isOpen(keys)).isTrue();
            s.executeBatch();
            assertThat(isOpen(keys)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void getMoreResults_ends_the_current_result_set(Database database) throws SQLException {
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            s.execute(QUERY);
            ResultSet r = s.getResultSet();
            assertThat(isOpen(r)).isTrue();
            s.getMoreResults();
            assertThat(isOpen(r)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void getMoreResults_keeps_or_ends_all_as_it_is_told(Database database) throws SQLException {
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            s.execute(QUERY);
            ResultSet kept = s.getResultSet();
            try {
                s.getMoreResults(Statement.KEEP_CURRENT_RESULT);
                assertThat(isOpen(kept)).isTrue();
                s.getMoreResults(Statement.CLOSE_ALL_RESULTS);
            } catch (SQLException e) {
                assertThat(database).as("has no KEEP_CURRENT_RESULT: %s", e).isIn(Database.SQLITE, Database.HSQLDB);
                return;
            }
            assertThat(isOpen(kept)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void with_closeOnCompletion_the_last_result_set_s_close_ends_the_statement_and_reading_it_does_not(
            Database database) throws SQLException {
        try (Connection c = connect(database)) {
            Statement s = c.createStatement();
            try {
                s.closeOnCompletion();
            } catch (SQLFeatureNotSupportedException e) {
                assertThat(database).isEqualTo(Database.SQLITE);
                return;
            }
            ResultSet r = s.executeQuery(QUERY);
            int rows = 0;
            while (r.next()) {
                rows++;
            }
            assertThat(rows).isEqualTo(3);
            assertThat(isOpen(s)).isTrue();
            r.close();
            assertThat(isOpen(s)).isFalse();
            assertThat(isOpen(c)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void the_end_of_a_transaction_ends_cursors_that_are_not_holdable(Database database) throws SQLException {
        for (boolean commit : new boolean[] {true, false}) {
            try (Connection c = connect(database)) {
                c.setAutoCommit(false);
                Statement s;
                try {
                    s = c.createStatement(
                            ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, ResultSet.CLOSE_CURSORS_AT_COMMIT);
                } catch (SQLException e) {
                    s = c.createStatement(); // MariaDB's driver and H2's have holdable ones alone
                }
                boolean closes = s.getResultSetHoldability() == ResultSet.CLOSE_CURSORS_AT_COMMIT;
                ResultSet r = s.executeQuery(QUERY);
                assertThat(isOpen(r)).isTrue();
                if (commit) {
                    c.commit();
                } else {
                    c.rollback();
                }
                if (closes) {
                    assertThat(isOpen(r)).isFalse();
                }
                assertThat(isOpen(s)).isTrue();
                r.close();
                c.rollback();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void abort_ends_the_children_and_leaves_the_connection_to_be_closed(Database database) throws SQLException {
        Connection c = connect(database);
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(QUERY);
        try {
            c.abort(Runnable::run);
        } catch (SQLException e) {
            assertThat(database).as("has no abort: %s", e).isEqualTo(Database.SQLITE);
        }
        assertThat(isOpen(s) || isOpen(r)).isFalse();
        assertThat(isOpen(c)).isTrue();
        c.close();
        assertThat(isOpen(c)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("databases")
    void endRequest_keeps_what_the_driver_keeps_and_ends_what_it_closed(Database database) throws SQLException {
        try (Connection c = connect(database)) {
            Statement kept = c.createStatement();
            Statement closed = c.createStatement();
            closed.unwrap(rawClass(database)).close();
            c.beginRequest();
            c.endRequest();
            assertThat(isOpen(kept)).isTrue();
            assertThat(isOpen(closed)).isFalse();
        }
    }

    @SuppressWarnings("unchecked")
    private static Class<? extends Statement> rawClass(Database database) throws SQLException {
        try (Connection raw = database.dataSource().getConnection();
                Statement s = raw.createStatement()) {
            return s.getClass();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void one_result_has_one_wrapper(Database database) throws SQLException {
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            s.execute(QUERY);
            ResultSet first = s.getResultSet();
            try {
                ResultSet second = s.getResultSet();
                assertThat(second == null || second == first).isTrue();
            } catch (SQLException e) {
                assertThat(database).as("gives a result once: %s", e).isEqualTo(Database.SQLITE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void what_a_collector_takes_before_its_parent_is_closed_is_not_reported(Database database) throws SQLException {
        try (Recorder patient = new Recorder()) {
            Connection c = patient.builder()
                    .childGrace(java.time.Duration.ofHours(1))
                    .wrap(database.dataSource())
                    .getConnection();
            open(c);
            assertThat(patient.settled()).isEmpty();
            c.close();
            patient.close(); // ends the grace
            assertThat(patient.reports).noneMatch(r -> r.kind().name().startsWith("jdbc."));
        }
    }

    private static void open(Connection c) throws SQLException {
        c.createStatement().executeQuery(QUERY).next();
    }
}
