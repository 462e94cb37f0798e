package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.adapter.GuardedResource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import javax.sql.rowset.CachedRowSet;
import javax.sql.rowset.RowSetProvider;
import org.junit.jupiter.api.AfterEach;

/** What ends what, whatever the driver says: a test for each row of the table in docs/jdbc.md. */
@UsesDatabases
class CloseModelTest {

    private static final String QUERY = "select name from item order by name";

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    private Connection connect(Database database) throws SQLException {
        return recorder.guard(database.dataSource()).getConnection();
    }

    private static boolean isOpen(Object handle) {
        return ((GuardedResource) handle).leakTracker().isOpen();
    }

    @EachDatabase
    void closing_the_connection_ends_all_children(Database database) throws SQLException {
        Connection c = connect(database);
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(QUERY);
        ResultSet tables = c.getMetaData().getTables(null, null, "%", null);
        assertThat(isOpen(c) && isOpen(s) && isOpen(r) && isOpen(tables)).isTrue();
        c.close();
        assertThat(isOpen(c) || isOpen(s) || isOpen(r) || isOpen(tables)).isFalse();
    }

    @EachDatabase
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

    @EachDatabase
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

    private interface Execution<S> {
        void run(S statement) throws SQLException;
    }

    /** Those of a statement: each with SQL that some databases refuse, which makes no difference. */
    private static Map<String, Execution<Statement>> executions(String table) {
        String sql = "update " + table + " set name = 'y'";
        int keys = Statement.RETURN_GENERATED_KEYS;
        int[] indexes = {1};
        String[] names = {"id"};
        Map<String, Execution<Statement>> all = new LinkedHashMap<>();
        all.put("executeQuery", s -> s.executeQuery(QUERY).close());
        all.put("executeQuery of an update", s -> s.executeQuery(sql).close());
        all.put("execute", s -> s.execute(sql));
        all.put("execute, keys", s -> s.execute(sql, keys));
        all.put("execute, indexes", s -> s.execute(sql, indexes));
        all.put("execute, names", s -> s.execute(sql, names));
        all.put("executeUpdate", s -> s.executeUpdate(sql));
        all.put("executeUpdate, keys", s -> s.executeUpdate(sql, keys));
        all.put("executeUpdate, indexes", s -> s.executeUpdate(sql, indexes));
        all.put("executeUpdate, names", s -> s.executeUpdate(sql, names));
        all.put("executeLargeUpdate", s -> s.executeLargeUpdate(sql));
        all.put("executeLargeUpdate, keys", s -> s.executeLargeUpdate(sql, keys));
        all.put("executeLargeUpdate, indexes", s -> s.executeLargeUpdate(sql, indexes));
        all.put("executeLargeUpdate, names", s -> s.executeLargeUpdate(sql, names));
        all.put("executeBatch", Statement::executeBatch);
        all.put("executeLargeBatch", Statement::executeLargeBatch);
        return all;
    }

    private static <S extends Statement> void assertEndsTheResultBefore(
            S statement, Execution<S> before, Map<String, Execution<S>> executions) throws SQLException {
        for (Map.Entry<String, Execution<S>> execution : executions.entrySet()) {
            before.run(statement);
            ResultSet r = statement.getResultSet();
            assertThat(isOpen(r)).isTrue();
            try {
                execution.getValue().run(statement);
            } catch (SQLException | UnsupportedOperationException e) {
                // A failing one ends the results before it, too.
            }
            assertThat(isOpen(r)).as(execution.getKey()).isFalse();
            assertThat(isOpen(statement)).as(execution.getKey()).isTrue();
        }
    }

    @EachDatabase
    void every_sort_of_execution_ends_the_result_sets_before_it(Database database) throws SQLException {
        String table = database.newTable();
        try (Connection c = connect(database);
                Statement s = c.createStatement()) {
            assertEndsTheResultBefore(s, statement -> statement.execute(QUERY), executions(table));
        }
        Map<String, Execution<PreparedStatement>> prepared = new LinkedHashMap<>();
        prepared.put("executeQuery", p -> p.executeQuery().close());
        prepared.put("execute", PreparedStatement::execute);
        prepared.put("executeUpdate", PreparedStatement::executeUpdate);
        prepared.put("executeLargeUpdate", PreparedStatement::executeLargeUpdate);
        prepared.put("executeBatch", PreparedStatement::executeBatch);
        prepared.put("executeLargeBatch", PreparedStatement::executeLargeBatch);
        try (Connection c = connect(database);
                PreparedStatement p = c.prepareStatement(QUERY)) {
            assertEndsTheResultBefore(p, PreparedStatement::execute, prepared);
        }
    }

    @EachDatabase
    void generated_keys_are_given_as_the_driver_gives_them_be_it_none_an_empty_set_or_an_exception(Database database)
            throws SQLException {
        String table = database.newTable();
        String insert = "insert into " + table + " (name) values ('x')";
        try (Connection raw = database.dataSource().getConnection();
                Statement rawStatement = raw.createStatement()) {
            rawStatement.executeUpdate(insert);
            String expected = keysOf(rawStatement);
            leaveKeys(connect(database), insert, expected);
        }
        recorder.assertNothingLeaked();
    }

    private static void leaveKeys(Connection connection, String insert, String expected) throws SQLException {
        try (connection) {
            Statement s = connection.createStatement();
            s.executeUpdate(insert);
            assertThat(keysOf(s)).isEqualTo(expected);
            s.close();
        }
    }

    private static String keysOf(Statement s) {
        try {
            ResultSet keys = s.getGeneratedKeys();
            return keys == null ? "none" : keys.next() ? "some" : "empty";
        } catch (SQLException e) {
            return e.getClass().getName();
        }
    }

    @EachDatabase
    void streams_are_the_driver_s_own_and_never_reported(Database database) throws Exception {
        try (Connection c = connect(database)) {
            leaveStreams(c);
            recorder.assertNothingLeaked();
        }
    }

    private static void leaveStreams(Connection c) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery(QUERY)) {
            assertThat(r.next()).isTrue();
            Object reader = r.getCharacterStream(1);
            assertThat(reader).isNotNull().isNotInstanceOf(GuardedResource.class);
        }
    }

    @EachDatabase
    void a_cached_row_set_is_left_alone(Database database) throws SQLException {
        DataSource dataSource = recorder.guard(database.dataSource());
        leaveRowSet(dataSource);
        recorder.assertNothingLeaked();
    }

    private static void leaveRowSet(DataSource dataSource) throws SQLException {
        CachedRowSet rows = RowSetProvider.newFactory().createCachedRowSet();
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery(QUERY)) {
            rows.populate(r);
        }
        assertThat(rows.size()).isEqualTo(3);
        assertThat(rows.next()).isTrue();
    }

    @EachDatabase
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

    @EachDatabase
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

    @EachDatabase
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

    @EachDatabase
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

    @EachDatabase
    void the_end_of_a_transaction_ends_cursors_that_are_not_holdable(Database database) throws SQLException {
        for (boolean commit : new boolean[] {true, false}) {
            try (Connection c = connect(database)) {
                c.setAutoCommit(false);
                Statement s;
                boolean closes = true;
                try {
                    s = c.createStatement(
                            ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, ResultSet.CLOSE_CURSORS_AT_COMMIT);
                } catch (SQLException e) {
                    s = c.createStatement(); // a driver with holdable ones alone
                    closes = s.getResultSetHoldability() == ResultSet.CLOSE_CURSORS_AT_COMMIT;
                }
                ResultSet r = s.executeQuery(QUERY);
                assertThat(isOpen(r)).isTrue();
                if (commit) {
                    c.commit();
                } else {
                    c.rollback();
                }
                assertThat(isOpen(r)).isEqualTo(!closes); // some drivers keep it open all the same
                assertThat(isOpen(s)).isTrue();
                r.close();
                c.rollback();
            }
        }
    }

    @EachDatabase
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

    @EachDatabase
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

    @EachDatabase
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

    @EachDatabase
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
