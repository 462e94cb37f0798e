package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.LeakPath;
import io.leakguard.jdbc.ConnectionHolders;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A slow or failed borrow is explained by others that hold connections of a pool, and by nothing else. */
// MariaDB starts together with PostgreSQL.
@UsesDatabases({Database.H2, Database.POSTGRESQL, Database.MARIADB})
class SlowBorrowTest {

    @RegisterExtension
    final GuardLog log = new GuardLog();

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    /** Every borrow counts as slow. */
    private DataSource slow(DataSource dataSource) {
        return recorder.builder().slowBorrow(Duration.ZERO).wrap(dataSource);
    }

    private static HikariDataSource pool(DataSource dataSource) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(3);
        config.setConnectionTimeout(300);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    @Test
    void the_borrower_s_own_new_connection_explains_nothing() throws Exception {
        try (HikariDataSource pool = pool(Database.H2.dataSource())) {
            Pool.fill(pool);
            DataSource dataSource = slow(pool);
            for (int i = 0; i < 3; i++) {
                dataSource.getConnection().close();
            }
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void what_the_borrowing_thread_holds_already_is_told_with_the_program_s_frames_alone() throws Exception {
        try (HikariDataSource pool = pool(Database.H2.dataSource())) {
            Pool.fill(pool);
            DataSource dataSource = slow(pool);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .untilAsserted(() -> {
                        log.clear(); // again if the sweep was first, which told another thread's look
                        try (Connection first = dataSource.getConnection();
                                Connection second = dataSource.getConnection()) {
                            assertThat(first).isNotSameAs(second);
                        }
                        assertThat(log.lines()).isNotEmpty();
                    });
        }
        assertThat(log.lines().get(0))
                .contains(" · 1 connection held")
                .contains("\n      at io.leakguard.jdbc.it.SlowBorrowTest.")
                .doesNotContain("at io.leakguard.jdbc.LiveConnections")
                .doesNotContain("at io.leakguard.jdbc.HoldersSnapshot")
                .doesNotContain("at io.leakguard.jdbc.Borrow")
                .doesNotContain("java.lang.Thread.getStackTrace");
    }

    @Test
    void a_slow_connection_without_a_pool_is_explained_by_nobody() throws Exception {
        DataSource dataSource = slow(Database.H2.dataSource());
        LeakGuard before = LeakGuard.setGlobal(recorder.guard);
        System.setProperty("leakguard.jdbc.borrow.slow", "0");
        String url = "jdbc:leakguard:h2:mem:slow-" + System.nanoTime();
        try (Connection a = dataSource.getConnection();
                Connection b = dataSource.getConnection();
                Connection c = DriverManager.getConnection(url, "sa", "");
                Connection d = DriverManager.getConnection(url, "sa", "")) {
            assertThat(List.of(a, b, c, d)).doesNotHaveDuplicates();
            assertThat(JdbcGuard.holders(dataSource).total()).isEqualTo(2);
        } finally {
            System.clearProperty("leakguard.jdbc.borrow.slow");
            LeakGuard.setGlobal(before);
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void a_failed_connection_without_a_pool_is_explained_by_nobody() throws Exception {
        LeakGuard before = LeakGuard.setGlobal(recorder.guard);
        List<Connection> open = new ArrayList<>();
        String url = "jdbc:leakguard:h2:mem:failed-" + System.nanoTime();
        DataSource dataSource = recorder.guard(Database.H2.dataSource());
        try {
            for (int i = 0; i < 37; i++) {
                open.add(DriverManager.getConnection(url, "sa", ""));
                open.add(dataSource.getConnection());
            }
            SQLException failure =
                    catchThrowableOfType(SQLException.class, () -> DriverManager.getConnection(url, "nobody", "wrong"));
            assertThat(failure.getSuppressed()).isEmpty();
            SQLException other =
                    catchThrowableOfType(SQLException.class, () -> dataSource.getConnection("nobody", "wrong"));
            assertThat(other.getSuppressed()).isEmpty();
            assertThat(log.lines()).isEmpty();
        } finally {
            for (Connection c : open) {
                c.close();
            }
            LeakGuard.setGlobal(before);
        }
    }

    @Test
    void a_database_that_has_too_many_connections_is_explained_by_whoever_has_them() throws Exception {
        assumeTrue(Database.POSTGRESQL.whyNot() == null, Database.POSTGRESQL.whyNot());
        DataSource database = Database.POSTGRESQL.dataSource();
        try (Connection admin = database.getConnection();
                Statement s = admin.createStatement()) {
            s.execute("drop role if exists few");
            s.execute("create role few login connection limit 1");
        }
        LeakGuard before = LeakGuard.setGlobal(recorder.guard);
        // The URL names a user, too, who would be the one.
        String url = "jdbc:leakguard:"
                + Database.POSTGRESQL.url().substring("jdbc:".length()).replaceAll("user=\\w+&?", "");
        try (Connection only = DriverManager.getConnection(url, "few", "")) {
            SQLException failure =
                    catchThrowableOfType(SQLException.class, () -> DriverManager.getConnection(url, "few", ""));
            assertThat(only.isValid(5)).isTrue();
            assertThat(failure.getSQLState()).isEqualTo("53300");
            assertThat(failure.getSuppressed()).hasSize(1);
            assertThat(failure.getSuppressed()[0].getMessage())
                    .startsWith("1 connection held\n  1 borrowed at SlowBorrowTest.a_database_that_has_too_many");
        } finally {
            LeakGuard.setGlobal(before);
        }
    }

    @Test
    void a_pool_that_starts_is_explained_by_nobody_above_it_and_below_it() throws Exception {
        LeakGuard before = LeakGuard.setGlobal(recorder.guard);
        System.setProperty("leakguard.jdbc.borrow.slow", "0");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:leakguard:h2:mem:start-" + System.nanoTime());
        config.setUsername("sa");
        config.setMaximumPoolSize(5);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> pool.getHikariPoolMXBean().getIdleConnections() == 5);
            slow(pool).getConnection().close();
        } finally {
            System.clearProperty("leakguard.jdbc.borrow.slow");
            LeakGuard.setGlobal(before);
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void a_connection_that_a_program_holds_and_forgot_is_named_when_others_wait() throws Exception {
        ExecutorService worker = Executors.newSingleThreadExecutor();
        CountDownLatch done = new CountDownLatch(1);
        try (HikariDataSource pool = pool(Database.H2.dataSource())) {
            Pool.fill(pool);
            DataSource dataSource = recorder.guard(pool);
            try (Connection forgotten = dataSource.getConnection();
                    Connection used = dataSource.getConnection()) {
                Future<?> busy = worker.submit(() -> {
                    while (done.getCount() > 0) {
                        try (Statement s = used.createStatement()) {
                            s.execute("select 1");
                        }
                    }
                    return null;
                });
                Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    ConnectionHolders holders = JdbcGuard.holders(dataSource);
                    assertThat(holders.groups())
                            .flatExtracting(ConnectionHolders.Group::holders)
                            .extracting(ConnectionHolders.Holder::unused)
                            .anySatisfy(unused -> assertThat(unused).isGreaterThan(Duration.ofSeconds(1)))
                            .anySatisfy(unused -> assertThat(unused).isLessThan(Duration.ofMillis(300)));
                });
                done.countDown();
                busy.get(30, TimeUnit.SECONDS);
                assertThat(forgotten.isValid(1)).isTrue();
            }
        } finally {
            done.countDown();
            worker.shutdownNow();
        }
    }

    @Test
    void a_snapshot_reads_as_its_text() {
        ConnectionHolders.Holder holder = new ConnectionHolders.Holder(
                Duration.ofMinutes(5),
                Duration.ofMinutes(4),
                "select 1",
                "auto-commit on",
                LeakPath.UNKNOWN,
                "worker-3",
                List.of(new StackTraceElement("com.acme.Job", "run", "Job.java", 7)),
                false);
        ConnectionHolders.Group group =
                new ConnectionHolders.Group("Orders.find(Orders.java:42)", List.of(), List.of(holder));
        ConnectionHolders holders = new ConnectionHolders(java.time.Instant.EPOCH, 1, List.of(group));
        assertThat(holders).hasToString(holders.toText());
        assertThat(holders.toText()).isEqualTo("""
                        1 connection held
                          1 borrowed at Orders.find(Orders.java:42) · longest held for 00:05:00
                            held for 00:05:00 · thread worker-3 · auto-commit on · last SQL: select 1 \
                        · FORGOTTEN? no statement for 00:04:00 · its thread is now
                              at com.acme.Job.run(Job.java:7)""");
        assertThat(group.toString()).startsWith("1 borrowed at Orders.find(Orders.java:42)");
        assertThat(holder.toString()).startsWith("held for 00:05:00 · thread worker-3");
    }
}
