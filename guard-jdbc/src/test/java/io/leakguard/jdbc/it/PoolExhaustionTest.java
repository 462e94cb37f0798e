package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.jdbc.ConnectionHolders;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HikariCP, really exhausted. */
@UsesDatabases(Database.H2)
class PoolExhaustionTest {

    @RegisterExtension
    final GuardLog log = new GuardLog();

    private static HikariDataSource pool(long timeoutMillis) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(Database.H2.dataSource());
        config.setMaximumPoolSize(2);
        config.setConnectionTimeout(timeoutMillis);
        HikariDataSource pool = new HikariDataSource(config);
        Pool.fill(pool);
        return pool;
    }

    @Test
    void a_getConnection_that_fails_says_who_holds_the_connections() throws Exception {
        AtomicReference<Thread> holder = new AtomicReference<>();
        ExecutorService worker = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "report-job");
            holder.set(thread);
            return thread;
        });
        CountDownLatch borrowed = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = pool(3_000)) { // six looks at who waits: how long is known then
            DataSource dataSource =
                    recorder.builder().slowBorrow(Duration.ofHours(1)).wrap(pool);
            Future<?> job = worker.submit(() -> holdInAJob(dataSource, borrowed, release));
            assertThat(borrowed.await(30, TimeUnit.SECONDS)).isTrue();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> holder.get().getState().equals(Thread.State.WAITING));
            try (Connection mine = dataSource.getConnection()) {
                SQLTransientConnectionException failure =
                        catchThrowableOfType(SQLTransientConnectionException.class, dataSource::getConnection);

                assertThat(failure.getSuppressed()).hasSize(1);
                String explained = failure.getSuppressed()[0].getMessage();
                assertThat(explained)
                        .startsWith("2 connections held")
                        .contains("1 borrowed at PoolExhaustionTest.holdInAJob(PoolExhaustionTest.java:")
                        .contains("thread report-job · auto-commit on · last SQL: select name from item")
                        .contains("its thread is now")
                        .contains("CountDownLatch.await")
                        .contains("1 borrowed at PoolExhaustionTest.a_getConnection_that_fails");
                assertThat(failure.getMessage()).contains("Connection is not available");
                assertThat(log.lines()).hasSize(1);
                assertThat(log.lines().get(0))
                        .startsWith("getConnection failed after")
                        .contains("SQLTransientConnectionException")
                        .contains("PoolExhaustionTest.holdInAJob");
                assertThat(mine.isClosed()).isFalse();
            }
            release.countDown();
            job.get(30, TimeUnit.SECONDS);
            assertThat(JdbcGuard.holders(dataSource).total()).isZero();
        } finally {
            release.countDown();
            worker.shutdownNow();
        }
    }

    private static Void holdInAJob(DataSource dataSource, CountDownLatch borrowed, CountDownLatch release)
            throws SQLException, InterruptedException {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select name from item")) {
            borrowed.countDown();
            release.await();
            assertThat(r.next()).isTrue();
        }
        return null;
    }

    @Test
    void two_callers_that_borrow_through_one_helper_are_told_apart() throws Exception {
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = pool(500)) {
            DataSource dataSource = recorder.builder().wrap(pool);
            try (Connection first = orders(dataSource);
                    Connection second = reports(dataSource)) {
                ConnectionHolders holders = JdbcGuard.holders(dataSource);
                assertThat(holders.groups()).hasSize(1);
                assertThat(holders.groups().get(0).holders())
                        .extracting(ConnectionHolders.Holder::path)
                        .doesNotHaveDuplicates();
                assertThat(holders.toText())
                        .contains("2 borrowed at PoolExhaustionTest.borrow(")
                        .contains("\n    1 via io.leakguard.jdbc.it.PoolExhaustionTest.orders(")
                        .contains("\n    1 via io.leakguard.jdbc.it.PoolExhaustionTest.reports(");
                assertThat(first).isNotEqualTo(second);
            }
        }
    }

    private static Connection orders(DataSource dataSource) throws SQLException {
        return borrow(dataSource);
    }

    private static Connection reports(DataSource dataSource) throws SQLException {
        return borrow(dataSource);
    }

    @Test
    void the_holders_can_be_asked_at_any_time() throws Exception {
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = pool(500)) {
            DataSource dataSource = recorder.guard(pool);
            try (Connection a = borrow(dataSource);
                    Connection b = borrow(dataSource)) {
                a.setAutoCommit(false);
                try (Statement s = a.createStatement()) {
                    s.executeUpdate("update item set name = 'one' where name = 'one'");
                }
                ConnectionHolders holders = JdbcGuard.holders(dataSource);
                assertThat(holders.total()).isEqualTo(2);
                assertThat(holders.groups()).hasSize(1);
                ConnectionHolders.Group group = holders.groups().get(0);
                assertThat(group.siteText()).startsWith("PoolExhaustionTest.borrow(");
                assertThat(group.stack()).isNotEmpty();
                assertThat(group.holders().get(0).lastSql()).startsWith("update item");
                assertThat(group.holders().get(0).transaction()).isEqualTo("auto-commit off, open transaction");
                assertThat(group.holders().get(0).threadStack()).isNotEmpty();
                assertThat(group.holders().get(1).lastSql()).isEmpty();
                assertThat(b.isValid(1)).isTrue();
                a.rollback();
            }
        }
    }

    private static Connection borrow(DataSource dataSource) throws SQLException {
        return dataSource.getConnection();
    }

    @Test
    void a_getConnection_that_takes_long_is_explained_while_it_waits() throws Exception {
        ExecutorService worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "waiting"));
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = pool(30_000)) {
            DataSource dataSource =
                    recorder.builder().slowBorrow(Duration.ofMillis(100)).wrap(pool);
            Connection first = borrow(dataSource);
            try (Connection second = borrow(dataSource)) {
                log.clear(); // a machine that is busy may have made the first two slow
                Future<?> third = worker.submit(() -> {
                    dataSource.getConnection().close();
                    return null;
                });
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> !log.lines().isEmpty());
                assertThat(third.isDone()).isFalse();
                assertThat(log.lines().get(0))
                        .startsWith("1 caller waits for a connection, the longest for ")
                        .contains("2 connections held")
                        .contains("2 borrowed at PoolExhaustionTest.borrow(");
                first.close();
                third.get(30, TimeUnit.SECONDS);
                assertThat(second.isClosed()).isFalse();
                assertThat(log.lines()).hasSize(1);
            }
        } finally {
            worker.shutdownNow();
        }
    }

    @Test
    void a_getConnection_that_took_long_is_explained_at_its_end_if_nobody_looked_meanwhile() throws Exception {
        // Again if somebody did look.
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .untilAsserted(() -> {
                    log.clear();
                    try (Recorder recorder = new Recorder();
                            HikariDataSource pool = pool(30_000)) {
                        DataSource dataSource =
                                recorder.builder().slowBorrow(Duration.ZERO).wrap(pool);
                        try (Connection other = dataSource.getConnection()) {
                            dataSource.getConnection().close();
                            assertThat(other.isClosed()).isFalse();
                        }
                    }
                    assertThat(log.lines()).hasSize(1);
                    assertThat(log.lines().get(0))
                            .startsWith("getConnection took")
                            .contains("1 connection held");
                });
    }

    @Test
    void the_thread_that_looks_at_waits_ends_with_its_guard() throws Exception {
        try (Recorder recorder = new Recorder()) {
            recorder.guard(Database.H2.dataSource()).getConnection().close();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> sweeps() == 1); // another test's may be ending
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sweeps() == 0);
    }

    private static long sweeps() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("leakguard-jdbc-borrows"))
                .count();
    }

    @Test
    void each_of_many_waiting_callers_is_counted() throws Exception {
        ExecutorService workers = Executors.newCachedThreadPool();
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = pool(60_000)) {
            DataSource dataSource =
                    recorder.builder().slowBorrow(Duration.ofMillis(500)).wrap(pool);
            List<Future<?>> callers = new ArrayList<>();
            try (Connection first = borrow(dataSource);
                    Connection second = borrow(dataSource)) {
                for (int i = 0; i < 20; i++) {
                    callers.add(workers.submit(() -> {
                        dataSource.getConnection().close();
                        return null;
                    }));
                }
                // The first line may have seen only one of them; the next comes after ten seconds.
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(log.lines())
                                .anySatisfy(line -> assertThat(line)
                                        .containsPattern("^([2-9]|1\\d|20) callers wait for a connection")));
                assertThat(first).isNotSameAs(second);
            }
            for (Future<?> caller : callers) {
                caller.get(30, TimeUnit.SECONDS);
            }
        } finally {
            workers.shutdownNow();
        }
    }

    @Test
    void a_connection_that_leaked_is_among_the_holders_and_named_as_leaked() throws Exception {
        try (Recorder recorder = new Recorder();
                HikariDataSource pool = pool(500)) {
            DataSource dataSource = recorder.guard(pool);
            borrow(dataSource);
            recorder.await("jdbc.connection");
            ConnectionHolders holders = JdbcGuard.holders(dataSource);
            assertThat(holders.total()).isEqualTo(1);
            assertThat(holders.groups().get(0).siteText()).startsWith("PoolExhaustionTest.borrow(");
            assertThat(holders.groups().get(0).holders().get(0).collected()).isTrue();
            assertThat(holders.toText()).contains("LEAKED: collected without close()");
        }
    }

    @Test
    void reclaim_gives_collected_connections_back_to_a_pool_that_would_starve() throws Exception {
        try (Recorder recorder = new Recorder(b -> b.reclaim(true));
                HikariDataSource pool = pool(20_000)) {
            DataSource dataSource = recorder.guard(pool);
            for (int i = 1; i <= 6; i++) {
                leakWithATransaction(dataSource);
                int leaked = i;
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                    System.gc();
                    return recorder.reports.size() == leaked
                            && pool.getHikariPoolMXBean().getActiveConnections() == 0;
                });
            }
            try (Connection c = dataSource.getConnection()) {
                assertThat(c.getAutoCommit()).isTrue();
            }
            assertThat(recorder.reports).allSatisfy(r -> assertThat(r.outcome()).startsWith("reclaimed"));
            assertThat(JdbcGuard.holders(dataSource).total()).isZero();
        }
    }

    private static void leakWithATransaction(DataSource dataSource) throws SQLException {
        Connection c = dataSource.getConnection();
        c.setAutoCommit(false);
        c.createStatement().executeUpdate("update item set name = 'one' where name = 'one'");
    }

    @Test
    void a_failure_without_holders_stays_as_it_is() throws Exception {
        try (Recorder recorder = new Recorder()) {
            HikariDataSource pool = pool(500);
            pool.close();
            DataSource dataSource =
                    recorder.builder().slowBorrow(Duration.ofHours(1)).wrap(pool);
            SQLException failure = catchThrowableOfType(SQLException.class, dataSource::getConnection);
            assertThat(failure.getSuppressed()).isEmpty();
            assertThat(log.lines()).isEmpty();
        }
    }
}
