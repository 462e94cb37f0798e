package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guarded object is what it was, seen from outside. */
@UsesDatabases
class IdentityTest {

    private final LeakGuard guard = LeakGuard.builder().log(false).build();

    @AfterEach
    void close() {
        guard.close();
    }

    private DataSource guarded(Database database) throws SQLException {
        return JdbcGuard.wrap(database.dataSource(), guard);
    }

    @EachDatabase
    void a_statement_s_connection_is_the_connection(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement("select name from item where id = ?")) {
            assertThat(s.getConnection()).isSameAs(c);
            assertThat(p.getConnection()).isSameAs(c);
        }
    }

    @EachDatabase
    void a_result_set_s_statement_is_the_statement(Database database) throws SQLException {
        String table = database.newTable();
        try (Connection c = guarded(database).getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement("select name from item")) {
            assertThat(s.executeQuery("select name from item").getStatement()).isSameAs(s);
            assertThat(p.executeQuery().getStatement()).isSameAs(p);
            s.execute("select name from item");
            assertThat(s.getResultSet().getStatement()).isSameAs(s);
            s.executeUpdate("insert into " + table + " (name) values ('x')", Statement.RETURN_GENERATED_KEYS);
            try (ResultSet keys = s.getGeneratedKeys()) {
                assertThat(keys.getStatement()).isSameAs(s);
            }
        }
    }

    @EachDatabase
    void the_meta_data_s_connection_is_the_connection(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection()) {
            DatabaseMetaData metaData = c.getMetaData();
            assertThat(metaData.getConnection()).isSameAs(c);
            try (ResultSet tables = metaData.getTables(null, null, "%", null)) {
                Statement hidden = tables.getStatement();
                if (hidden != null) {
                    assertThat(hidden.getConnection()).isSameAs(c);
                    assertThat(tables.getStatement()).isSameAs(hidden);
                }
            }
        }
    }

    @EachDatabase
    void unwrap_gives_this_for_what_this_is_and_the_delegate_s_otherwise(Database database) throws SQLException {
        try (Connection raw = database.dataSource().getConnection();
                Connection c = guarded(database).getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select name from item")) {
            assertThat(c.unwrap(Connection.class)).isSameAs(c);
            assertThat(c.unwrap(GuardedResource.class)).isSameAs(c);
            assertThat(s.unwrap(Statement.class)).isSameAs(s);
            assertThat(r.unwrap(ResultSet.class)).isSameAs(r);
            assertThat(c.isWrapperFor(Connection.class)).isTrue();
            Class<? extends Connection> driverClass = raw.getClass();
            assertThat(c).isNotInstanceOf(driverClass);
            assertThat(c.isWrapperFor(driverClass)).isEqualTo(raw.isWrapperFor(driverClass));
            assertThat(c.unwrap(driverClass)).isExactlyInstanceOf(driverClass);
        }
    }

    @EachDatabase
    void a_handle_is_of_the_interface_of_its_delegate_and_no_more(Database database) throws SQLException {
        try (Connection c = guarded(database).getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement("select name from item")) {
            assertThat(s).isNotInstanceOf(PreparedStatement.class);
            assertThat(p).isNotInstanceOf(CallableStatement.class);
        }
    }

    @EachDatabase
    void equality_is_identity(Database database) throws SQLException {
        DataSource dataSource = guarded(database);
        try (Connection a = dataSource.getConnection();
                Connection b = dataSource.getConnection()) {
            Set<Connection> set = new HashSet<>(List.of(a, b));
            assertThat(set).hasSize(2).contains(a, b);
            assertThat(a.equals(b)).isFalse();
            assertThat(a.hashCode()).isEqualTo(System.identityHashCode(a));
        }
    }

    @Test
    void what_is_guarded_already_is_not_wrapped_again() throws SQLException {
        DataSource once = guarded(Database.H2);
        assertThat(JdbcGuard.wrap(once, guard)).isSameAs(once);
        try (Connection c = once.getConnection()) {
            assertThat(c.unwrap(org.h2.jdbc.JdbcConnection.class)).isNotInstanceOf(GuardedResource.class);
        }
    }

    @Test
    void a_guard_that_is_off_gives_everything_back_as_it_is() throws SQLException {
        DataSource raw = Database.H2.dataSource();
        assertThat(JdbcGuard.wrap(raw, LeakGuard.disabled())).isSameAs(raw);
        DataSource guarded = JdbcGuard.wrap(raw, guard);
        guard.close();
        try (Connection c = guarded.getConnection()) {
            assertThat(c).isNotInstanceOf(GuardedResource.class);
        }
    }

    @Test
    void a_handle_that_was_open_when_the_guard_was_closed_stays_usable() throws SQLException {
        Connection c = guarded(Database.H2).getConnection();
        guard.close();
        try (c;
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select name from item")) {
            assertThat(r.next()).isTrue();
        }
    }

    @Test
    void closing_the_guarded_data_source_closes_the_pool() throws Exception {
        com.zaxxer.hikari.HikariDataSource pool =
                Pool.HIKARI.over(Database.H2.dataSource()).unwrap(com.zaxxer.hikari.HikariDataSource.class);
        ((AutoCloseable) JdbcGuard.wrap(pool, guard)).close();
        assertThat(pool.isClosed()).isTrue();
    }
}
