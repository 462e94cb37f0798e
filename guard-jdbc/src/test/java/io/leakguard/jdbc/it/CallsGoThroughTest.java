package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.OpenResources;
import io.leakguard.adapter.GuardedResource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is overridden and not only forwarded still does what the driver does, and its answer comes back. */
@UsesDatabases(Database.H2)
class CallsGoThroughTest {

    private static final String[] ID = {"ID"};

    private final Recorder recorder = new Recorder();
    private String table = "";
    private Connection c;

    @BeforeEach
    void open() throws SQLException {
        table = Database.H2.newTable();
        c = recorder.guard(Database.H2.dataSource()).getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        c.close();
        recorder.close();
    }

    private String insert(int rows) {
        StringBuilder sql = new StringBuilder("insert into " + table + " (name) values ('a')");
        for (int i = 1; i < rows; i++) {
            sql.append(", ('a')");
        }
        return sql.toString();
    }

    /** As another connection sees it. */
    private int rows() throws SQLException {
        try (Connection other = Database.H2.dataSource().getConnection();
                Statement s = other.createStatement();
                ResultSet r = s.executeQuery("select count(*) from " + table)) {
            assertThat(r.next()).isTrue();
            return r.getInt(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            assertThat(s.execute(sql)).isFalse();
        }
    }

    @Test
    void how_many_rows_were_changed_comes_back() throws SQLException {
        try (Statement s = c.createStatement()) {
            assertThat(s.executeUpdate(insert(2))).isEqualTo(2);
            assertThat(s.executeUpdate(insert(3), Statement.RETURN_GENERATED_KEYS))
                    .isEqualTo(3);
            assertThat(s.executeUpdate(insert(4), new int[] {1})).isEqualTo(4);
            assertThat(s.executeUpdate(insert(5), ID)).isEqualTo(5);
            assertThat(s.executeLargeUpdate(insert(2))).isEqualTo(2);
            assertThat(s.executeLargeUpdate(insert(3), Statement.RETURN_GENERATED_KEYS))
                    .isEqualTo(3);
            assertThat(s.executeLargeUpdate(insert(4), new int[] {1})).isEqualTo(4);
            assertThat(s.executeLargeUpdate(insert(5), ID)).isEqualTo(5);
            assertThat(rows()).isEqualTo(28);
        }
    }

    @Test
    void whether_there_is_a_result_set_comes_back() throws SQLException {
        String select = "select * from " + table;
        try (Statement s = c.createStatement();
                PreparedStatement selecting = c.prepareStatement(select);
                PreparedStatement inserting = c.prepareStatement(insert(1))) {
            assertThat(s.execute(select)).isTrue();
            assertThat(s.execute(select, Statement.RETURN_GENERATED_KEYS)).isTrue();
            assertThat(s.execute(select, new int[] {1})).isTrue();
            assertThat(s.execute(select, ID)).isTrue();
            assertThat(s.getMoreResults()).isFalse();
            assertThat(s.execute(insert(1))).isFalse();
            assertThat(s.execute(insert(1), Statement.RETURN_GENERATED_KEYS)).isFalse();
            assertThat(s.execute(insert(1), new int[] {1})).isFalse();
            assertThat(s.execute(insert(1), ID)).isFalse();
            assertThat(s.getMoreResults(Statement.CLOSE_ALL_RESULTS)).isFalse();
            assertThat(selecting.execute()).isTrue();
            assertThat(inserting.execute()).isFalse();
            assertThat(inserting.executeUpdate()).isEqualTo(1);
            assertThat(inserting.executeLargeUpdate()).isEqualTo(1);
            assertThat(rows()).isEqualTo(7);
        }
    }

    @Test
    void batches_are_collected_and_run() throws SQLException {
        try (Statement s = c.createStatement()) {
            s.addBatch(insert(2));
            s.addBatch(insert(3));
            assertThat(s.executeBatch()).containsExactly(2, 3);
            s.addBatch(insert(4));
            assertThat(s.executeLargeBatch()).containsExactly(4L);
            assertThat(rows()).isEqualTo(9);
        }
    }

    @Test
    void a_transaction_is_begun_committed_and_rolled_back() throws SQLException {
        c.setAutoCommit(false);
        assertThat(c.getAutoCommit()).isFalse();
        execute(insert(1));
        assertThat(rows()).isZero();
        c.commit();
        assertThat(rows()).isEqualTo(1);
        execute(insert(1));
        c.rollback();
        execute(insert(1));
        Savepoint savepoint = c.setSavepoint();
        execute(insert(1));
        c.rollback(savepoint);
        c.setAutoCommit(true); // commits
        assertThat(c.getAutoCommit()).isTrue();
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void what_the_transaction_is_in_is_told_in_the_list_of_open() throws SQLException {
        assertThat(described()).contains("no SQL run");
        c.setAutoCommit(false);
        assertThat(described()).contains("auto-commit off, no open transaction");
        execute(insert(1));
        assertThat(described()).contains("auto-commit off, open transaction", "last SQL: insert into " + table);
        c.rollback();
        assertThat(described()).contains("auto-commit off, no open transaction");
        execute(insert(1));
        c.commit();
        assertThat(described()).contains("auto-commit off, no open transaction");
        execute(insert(1));
        c.setAutoCommit(true);
        assertThat(described()).contains("auto-commit on");
        execute(insert(1));
        assertThat(described()).contains("auto-commit on").doesNotContain("open transaction");
    }

    private String described() {
        return recorder.guard.open().groups().stream()
                .filter(group -> group.kind().name().equals("jdbc.connection"))
                .map(OpenResources.Group::oldestDescription)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_is_closed_is_closed_to_the_driver_too() throws SQLException {
        try (Connection guarded = recorder.guard(Database.H2.dataSource()).getConnection()) {
            Connection bare = guarded.unwrap(org.h2.jdbc.JdbcConnection.class);
            Statement s = guarded.createStatement();
            Statement driversStatement = s.unwrap(org.h2.jdbc.JdbcStatement.class);
            ResultSet r = s.executeQuery("select * from " + table);
            ResultSet driversResult = r.unwrap(org.h2.jdbc.JdbcResultSet.class);
            r.close();
            assertThat(driversResult.isClosed()).isTrue();
            s.close();
            assertThat(driversStatement.isClosed()).isTrue();
            guarded.clearWarnings();
            guarded.close();
            assertThat(bare.isClosed()).isTrue();
        }
    }

    @Test
    void a_statement_that_closes_on_completion_does() throws SQLException {
        Statement s = c.createStatement();
        s.closeOnCompletion();
        assertThat(s.isCloseOnCompletion()).isTrue();
        s.executeQuery("select * from " + table).close();
        assertThat(s.isClosed()).isTrue();
    }

    @Test
    void only_cursors_that_are_not_held_end_with_the_transaction_however_it_ends() throws SQLException {
        c.setAutoCommit(false);
        GuardedResource held = cursor(ResultSet.HOLD_CURSORS_OVER_COMMIT);
        GuardedResource closed = cursor(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        c.setAutoCommit(false); // as it was
        assertThat(isOpen(closed)).isTrue();
        c.setAutoCommit(true);
        assertThat(isOpen(closed)).isFalse();
        assertThat(isOpen(held)).isTrue();

        GuardedResource withoutTransaction = cursor(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        c.setAutoCommit(false);
        assertThat(isOpen(withoutTransaction)).isTrue();
        Savepoint savepoint = c.setSavepoint();
        closed = cursor(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        c.rollback(savepoint);
        assertThat(isOpen(closed)).isFalse();
        closed = cursor(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        c.rollback();
        assertThat(isOpen(closed)).isFalse();
        closed = cursor(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        c.commit();
        assertThat(isOpen(closed)).isFalse();
        assertThat(isOpen(held)).isTrue();
    }

    private GuardedResource cursor(int holdability) throws SQLException {
        Statement s = c.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, holdability);
        return (GuardedResource) s.executeQuery("select * from " + table);
    }

    private static boolean isOpen(GuardedResource handle) {
        return handle.leakTracker().isOpen();
    }
}
