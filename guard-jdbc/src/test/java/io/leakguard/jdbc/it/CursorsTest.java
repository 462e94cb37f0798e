package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.adapter.GuardedResource;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Result sets that are values: PostgreSQL's cursors, as an out parameter and as a column. */
@UsesDatabases
class CursorsTest {

    private final Recorder recorder = new Recorder();
    private DataSource dataSource;

    @BeforeEach
    void create() throws SQLException {
        assumeTrue(Database.POSTGRESQL.whyNot() == null, Database.POSTGRESQL.whyNot());
        dataSource = recorder.guard(Database.POSTGRESQL.dataSource());
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement()) {
            s.execute("create or replace function names() returns refcursor language plpgsql as $$"
                    + " declare r refcursor; begin open r for select name from item order by name; return r; end $$");
        }
    }

    @AfterEach
    void close() {
        recorder.close();
    }

    @Test
    void an_out_parameter_is_a_guarded_result_set_that_the_statement_s_close_ends() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            CallableStatement s = call(c);
            ResultSet cursor = (ResultSet) s.getObject(1);
            assertThat(cursor).isInstanceOf(GuardedResource.class);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.getStatement().getConnection()).isSameAs(c);
            assertThat(s.getObject(1, ResultSet.class)).isInstanceOf(GuardedResource.class);
            s.close();
            assertThat(((GuardedResource) cursor).leakTracker().isOpen()).isFalse();
            c.rollback();
        }
        recorder.assertNothingLeaked();
    }

    private static CallableStatement call(Connection c) throws SQLException {
        CallableStatement s = c.prepareCall("{? = call names()}");
        s.registerOutParameter(1, Types.REF_CURSOR);
        s.execute();
        return s;
    }

    @Test
    void one_that_leaks_under_a_live_statement_is_found() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            try (CallableStatement s = call(c)) {
                leak(s);
                assertThat(recorder.await("jdbc.result_set").siteText()).startsWith("CursorsTest.leak(");
            }
            c.rollback();
        }
    }

    private static void leak(CallableStatement s) throws SQLException {
        assertThat(((ResultSet) s.getObject(1)).next()).isTrue();
    }

    @Test
    void a_column_is_a_guarded_result_set_that_ends_with_the_one_around_it() throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            try (Statement s = c.createStatement()) {
                ResultSet outer = s.executeQuery("select names()");
                assertThat(outer.next()).isTrue();
                ResultSet cursor = (ResultSet) outer.getObject(1);
                assertThat(cursor).isInstanceOf(GuardedResource.class);
                assertThat(cursor.next()).isTrue();
                outer.close();
                assertThat(((GuardedResource) cursor).leakTracker().isOpen()).isFalse();
                assertThat(((GuardedResource) s).leakTracker().isOpen()).isTrue();
            }
            c.rollback();
        }
        recorder.assertNothingLeaked();
    }
}
