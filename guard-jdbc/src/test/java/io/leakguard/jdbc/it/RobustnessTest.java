package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.JdbcGuard;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What programs do that they had better not: the guard behaves as the driver does. */
@UsesDatabases
class RobustnessTest {

    private static final String QUERY = "select name from item order by name";

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    @EachDatabase
    void closing_again_does_what_the_driver_does_and_ends_nothing_else(Database database) throws SQLException {
        try (Connection other = recorder.guard(database.dataSource()).getConnection()) {
            Connection c = recorder.guard(database.dataSource()).getConnection();
            PreparedStatement s = c.prepareStatement(QUERY);
            ResultSet r = s.executeQuery();
            for (int i = 0; i < 2; i++) {
                r.close();
                s.close();
                c.close();
            }
            assertThat(c.isClosed()).isTrue();
            assertThat(((GuardedResource) other).leakTracker().isOpen()).isTrue();
        }
        recorder.assertNothingLeaked();
    }

    private interface Step {
        void run(Connection c) throws SQLException;
    }

    private static void assertFailsAlike(Database database, DataSource guarded, Step step) throws SQLException {
        try (Connection raw = database.dataSource().getConnection();
                Connection c = guarded.getConnection()) {
            Throwable expected = catchThrowable(() -> step.run(raw));
            Throwable actual = catchThrowable(() -> step.run(c));
            if (expected == null) {
                assertThat(actual).isNull();
            } else {
                assertThat(actual).isExactlyInstanceOf(expected.getClass());
                assertThat(actual instanceof SQLException e ? e.getSQLState() : "")
                        .isEqualTo(expected instanceof SQLException e ? e.getSQLState() : "");
            }
        }
    }

    @EachDatabase
    void what_is_used_after_its_end_fails_as_it_does_without_the_guard(Database database) throws SQLException {
        DataSource guarded = recorder.guard(database.dataSource());
        Function<Step, Step> closed = step -> c -> {
            c.close();
            step.run(c);
        };
        Step[] steps = {
            closed.apply(c -> c.createStatement()),
            closed.apply(c -> c.prepareStatement(QUERY)),
            closed.apply(c -> c.prepareCall(QUERY)),
            closed.apply(c -> c.getMetaData().getTables(null, null, "%", null)),
            closed.apply(c -> c.commit()),
            closed.apply(c -> c.setAutoCommit(false)),
            closed.apply(c -> c.getHoldability()),
            closed.apply(c -> c.abort(Runnable::run)),
            c -> {
                Statement s = c.createStatement();
                s.close();
                s.executeQuery(QUERY);
            },
            c -> {
                Statement s = c.createStatement();
                s.close();
                s.getConnection();
            },
            c -> {
                Statement s = c.createStatement();
                s.close();
                s.getGeneratedKeys();
            },
            c -> {
                ResultSet r = c.createStatement().executeQuery(QUERY);
                r.close();
                r.next();
            },
            c -> {
                ResultSet r = c.createStatement().executeQuery(QUERY);
                r.close();
                r.getStatement();
            },
            c -> c.prepareStatement("select nothing from nowhere").executeQuery(),
            c -> c.createStatement().getMoreResults(77),
            c -> c.unwrap(Process.class),
            c -> c.createStatement().unwrap(Process.class),
            c -> c.isWrapperFor(Process.class),
        };
        for (Step step : steps) {
            assertFailsAlike(database, guarded, step);
        }
        recorder.assertNothingLeaked();
    }

    @EachDatabase
    void an_aborted_connection_can_be_closed_and_is_no_leak_then(Database database) throws SQLException {
        Connection c = recorder.guard(database.dataSource()).getConnection();
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> c.abort(Runnable::run)))
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            // its driver has none
                            refused -> assertThat(database).isEqualTo(Database.SQLITE));
        }
        c.close();
        recorder.assertNothingLeaked();
    }

    @EachDatabase
    void a_guarded_object_equals_itself_alone(Database database) throws SQLException {
        try (Connection c = recorder.guard(database.dataSource()).getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery(QUERY)) {
            for (Object handle : new Object[] {c, s, r}) {
                Object driver = ((java.sql.Wrapper) handle).unwrap(rawClass(database, handle));
                assertThat(handle.equals(driver)).isFalse();
                assertThat(driver.equals(handle)).isFalse();
                assertThat(Set.of(handle)).contains(handle);
                assertThat(handle.hashCode()).isEqualTo(System.identityHashCode(handle));
            }
        }
    }

    private static Class<?> rawClass(Database database, Object handle) throws SQLException {
        try (Connection raw = database.dataSource().getConnection();
                Statement s = raw.createStatement();
                ResultSet r = s.executeQuery(QUERY)) {
            return (handle instanceof Connection ? raw : handle instanceof Statement ? s : r).getClass();
        }
    }

    @Test
    void what_a_borrower_leaves_open_is_not_the_next_borrower_s() throws SQLException {
        try (HikariDataSource pool = pool(1, 5_000)) {
            DataSource guarded = recorder.guard(pool);
            Connection first = guarded.getConnection();
            Statement left = first.createStatement();
            first.close();
            try (Connection second = guarded.getConnection()) {
                assertThat(second).isNotSameAs(first);
                assertThat(((GuardedResource) left).leakTracker().isOpen()).isFalse();
                assertThat(((GuardedResource) second).leakTracker().isOpen()).isTrue();
                first.close();
                assertThat(((GuardedResource) second).leakTracker().isOpen()).isTrue();
                assertThat(JdbcGuard.holders(guarded).total()).isEqualTo(1);
            }
        }
    }

    private static HikariDataSource pool(int size, long timeoutMillis) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(Database.H2.dataSource());
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(timeoutMillis);
        return new HikariDataSource(config);
    }

    @Test
    void of_several_pools_only_the_exhausted_one_s_holders_are_named() throws SQLException {
        try (HikariDataSource orders = pool(1, 500);
                HikariDataSource reports = pool(1, 500)) {
            DataSource guardedOrders = recorder.guard(orders);
            DataSource guardedReports = recorder.guard(reports);
            try (Connection order = borrowForOrders(guardedOrders);
                    Connection report = borrowForReports(guardedReports)) {
                SQLException failure = catchThrowableOfType(SQLException.class, guardedOrders::getConnection);
                assertThat(failure.getSuppressed()).hasSize(1);
                assertThat(failure.getSuppressed()[0].getMessage())
                        .startsWith("1 connection held")
                        .contains("RobustnessTest.borrowForOrders(")
                        .doesNotContain("borrowForReports");
                assertThat(order).isNotSameAs(report);
            }
        }
    }

    private static Connection borrowForOrders(DataSource dataSource) throws SQLException {
        return dataSource.getConnection();
    }

    private static Connection borrowForReports(DataSource dataSource) throws SQLException {
        return dataSource.getConnection();
    }

    @Test
    void no_secret_of_a_statement_is_told_of_its_connection() throws SQLException {
        try (HikariDataSource pool = pool(1, 500)) {
            DataSource guarded = recorder.guard(pool);
            try (Connection c = guarded.getConnection();
                    Statement s = c.createStatement()) {
                s.execute("create user if not exists joe password 's3cret'");
                SQLException failure = catchThrowableOfType(SQLException.class, guarded::getConnection);
                assertThat(failure.getSuppressed()[0].getMessage())
                        .contains("create user if not exists joe password")
                        .doesNotContain("s3cret");
                assertThat(JdbcGuard.holders(guarded).toText()).doesNotContain("s3cret");
            }
        }
    }

    @Test
    void a_proxy_of_the_interfaces_of_a_handle_s_class_can_be_used_as_the_handle() throws SQLException {
        try (Connection c = recorder.guard(Database.H2.dataSource()).getConnection();
                PreparedStatement p = c.prepareStatement(QUERY)) {
            PreparedStatement proxy = (PreparedStatement) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    p.getClass().getInterfaces(),
                    (self, method, arguments) -> method.invoke(p, arguments));
            try (ResultSet r = proxy.executeQuery()) {
                assertThat(r.next()).isTrue();
            }
        }
    }

    @EachDatabase
    void a_batch_that_fails_is_told_as_the_driver_tells_it(Database database) throws SQLException {
        String table = database.newTable();
        try (Connection c = recorder.guard(database.dataSource()).getConnection();
                Statement s = c.createStatement()) {
            s.addBatch("insert into " + table + " (name) values ('x')");
            s.addBatch("insert into nowhere (name) values ('x')");
            assertThatThrownBy(s::executeBatch).isInstanceOf(java.sql.BatchUpdateException.class);
            s.clearBatch();
            s.addBatch("insert into " + table + " (name) values ('y')");
            assertThat(s.executeBatch()).containsExactly(1);
        }
        recorder.assertNothingLeaked();
    }
}
