package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.ConnectionHolders;
import io.leakguard.jdbc.JdbcGuard;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import javax.sql.rowset.JdbcRowSet;
import javax.sql.rowset.RowSetProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Rare, and right nevertheless. */
@UsesDatabases(Database.H2)
class UnusualUseTest {

    private static final String QUERY = "select name from item";

    private final Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO));

    @AfterEach
    void close() {
        recorder.close();
    }

    // --------------------------------------------------------------------------------------------- close that fails

    private static <T> T failingOnClose(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            try {
                Object made = method.invoke(target, args);
                if (method.getName().equals("close")) {
                    throw new SQLException("the network is gone", "08006");
                }
                return made instanceof Statement s
                        ? failingOnClose(Statement.class, s)
                        : made instanceof ResultSet r ? failingOnClose(ResultSet.class, r) : made;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    @Test
    void a_close_that_fails_is_a_close_and_its_exception_is_the_driver_s() throws SQLException {
        DataSource failing = new DelegatingDataSource(Database.H2.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                return failingOnClose(Connection.class, super.getConnection());
            }
        };
        DataSource dataSource = recorder.guard(failing);
        closeAll(dataSource);
        recorder.assertNothingLeaked();
        assertThat(JdbcGuard.holders(dataSource).total()).isZero();
    }

    private static void closeAll(DataSource dataSource) throws SQLException {
        Connection c = dataSource.getConnection();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(QUERY);
        for (AutoCloseable each : new AutoCloseable[] {r, s, c}) {
            assertThatThrownBy(each::close)
                    .isExactlyInstanceOf(SQLException.class)
                    .hasMessage("the network is gone");
        }
    }

    // --------------------------------------------------------------------------------------------- scopes

    @ParameterizedTest
    @EnumSource(Pool.class)
    void a_statement_that_escapes_its_unit_of_work_on_a_connection_that_is_shared_is_told(Pool pool) throws Exception {
        DataSource pooled = pool.over(Database.H2.dataSource());
        try (Connection shared = recorder.guard(pooled).getConnection()) {
            Statement escaped;
            try (LeakScope scope = recorder.guard.openScope("event-8841")) {
                shared.createStatement().close();
                escaped = shared.createStatement();
                assertThat(scope.openCount()).isEqualTo(1);
            }
            LeakReport report = recorder.await("jdbc.statement");
            assertThat(recorder.settled()).containsExactly(report);
            assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
            assertThat(report.scopes()).containsExactly("event-8841");
            escaped.close();
        }
        if (pool != Pool.NONE) {
            Pool.close(pooled);
        }
    }

    /** Agroal's doesn't get the place back, guarded or not. */
    @ParameterizedTest
    @EnumSource(names = {"HIKARI", "DBCP2", "TOMCAT"})
    void a_connection_that_is_aborted_and_closed_leaves_its_pool_a_free_place(Pool pool) throws Exception {
        DataSource pooled = pool.over(Database.H2.dataSource());
        DataSource dataSource = recorder.guard(pooled);
        for (int i = 0; i < 3; i++) {
            Connection c = dataSource.getConnection();
            c.createStatement().executeQuery(QUERY);
            assertThat(catchThrowable(() -> c.abort(Runnable::run))).isNull();
            assertThat(catchThrowable(c::close)).isNull();
            assertThat(JdbcGuard.holders(dataSource).total()).isZero();
        }
        recorder.assertNothingLeaked();
        Pool.close(pooled);
    }

    // --------------------------------------------------------------------------------------------- two guards

    @Test
    void a_data_source_that_leads_to_a_guarded_one_adds_nothing_and_knows_its_holders() throws Exception {
        try (Recorder outer = new Recorder()) {
            DataSource pooled = Pool.HIKARI.over(Database.H2.dataSource(), Duration.ofMillis(500));
            Pool.fill(pooled);
            DataSource inner = recorder.guard(pooled);
            DataSource both = outer.builder().slowBorrow(Duration.ofMillis(50)).wrap(new DelegatingDataSource(inner));
            try (Connection first = both.getConnection();
                    Connection second = both.getConnection()) {
                assertThat(first.unwrap(GuardedResource.class)).isSameAs(first);
                assertThat(((GuardedResource) second).leakTracker().isOpen()).isTrue();
                assertThat(outer.guard.open().total()).isZero();
                assertThat(recorder.guard.open().total()).isEqualTo(2);
                assertThat(JdbcGuard.holders(both).total()).isEqualTo(2);
                Throwable failure = catchThrowable(both::getConnection);
                assertThat(failure.getSuppressed()).hasSize(1);
                assertThat(failure.getSuppressed()[0]).hasMessageStartingWith("2 connections held");
            }
            assertThat(JdbcGuard.holders(both).total()).isZero();
            outer.assertNothingLeaked();
            recorder.assertNothingLeaked();
            Pool.close(pooled);
        }
    }

    // --------------------------------------------------------------------------------------------- row sets

    @Test
    void a_connected_row_set_that_is_closed_is_no_leak() throws SQLException {
        LeakGuard before = LeakGuard.setGlobal(recorder.guard);
        try (JdbcRowSet rows = RowSetProvider.newFactory().createJdbcRowSet()) {
            rows.setUrl("jdbc:leakguard:" + Database.H2.url().substring("jdbc:".length()));
            rows.setUsername("sa");
            rows.setPassword("");
            rows.setCommand(QUERY);
            rows.execute();
            assertThat(rows.next()).isTrue();
            assertThat(recorder.guard.open().total()).isPositive();
        } finally {
            LeakGuard.setGlobal(before);
        }
        recorder.assertNothingLeaked();
    }

    // --------------------------------------------------------------------------------------------- virtual threads

    @Test
    void a_virtual_thread_that_holds_a_connection_is_shown_with_what_it_does() throws Exception {
        CountDownLatch borrowed = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        DataSource pooled = Pool.HIKARI.over(Database.H2.dataSource());
        DataSource dataSource = recorder.guard(pooled);
        Thread thread = virtualThread(() -> {
            try (Connection c = dataSource.getConnection();
                    Statement s = c.createStatement()) {
                s.execute(QUERY);
                borrowed.countDown();
                release.await();
            } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assumeTrue(thread != null, "this JDK has no virtual threads");
        try {
            assertThat(borrowed.await(30, TimeUnit.SECONDS)).isTrue();
            // The thread has counted down, but may not have come to its wait.
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                ConnectionHolders holders = JdbcGuard.holders(dataSource);
                assertThat(holders.total()).isEqualTo(1);
                ConnectionHolders.Holder holder =
                        holders.groups().get(0).holders().get(0);
                assertThat(holder.lastSql()).isEqualTo(QUERY);
                assertThat(holder.threadStack())
                        .extracting(StackTraceElement::getMethodName)
                        .contains("await");
                assertThat(holders.toText()).contains("its thread is now").contains("CountDownLatch.await");
            });
        } finally {
            release.countDown();
            thread.join();
            Pool.close(pooled);
        }
        recorder.assertNothingLeaked();
    }

    private static Thread virtualThread(Runnable task) throws ReflectiveOperationException {
        try {
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        } catch (NoSuchMethodException e) {
            return null; // JDK 17
        }
    }
}
