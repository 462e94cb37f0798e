package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.ConnectionHolders;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each of the usual pools, really exhausted: what it does stays what it was, and who holds its connections is said. */
@UsesDatabases(Database.H2)
class EachPoolExhaustedTest {

    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration LATE = Duration.ofSeconds(60);

    @RegisterExtension
    final GuardLog log = new GuardLog();

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    private interface Failing {
        Throwable failure(DataSource dataSource) throws Exception;
    }

    /** What an exhausted pool of two does, with the guard above it or without. */
    private static Throwable exhausted(Pool pool, Duration patience, Recorder recorder, Failing failing)
            throws Exception {
        DataSource pooled = pool.over(Database.H2.dataSource(), patience);
        Pool.fill(pooled);
        DataSource dataSource = recorder == null
                ? pooled
                : recorder.builder().slowBorrow(Duration.ofHours(1)).wrap(pooled);
        try (Connection first = borrow(dataSource);
                Connection second = borrow(dataSource);
                Statement s = first.createStatement()) {
            s.execute("select name from item");
            Throwable failure = failing.failure(dataSource);
            assertThat(first.isClosed() || second.isClosed()).isFalse();
            if (recorder != null) {
                ConnectionHolders holders = JdbcGuard.holders(dataSource);
                assertThat(holders.total()).isEqualTo(2);
                assertThat(holders.groups().get(0).siteText()).startsWith("EachPoolExhaustedTest.borrow(");
                assertThat(holders.groups().get(0).holders())
                        .extracting(ConnectionHolders.Holder::lastSql)
                        .containsExactlyInAnyOrder("select name from item", "");
            }
            return failure;
        } finally {
            Pool.close(pooled);
        }
    }

    private static Connection borrow(DataSource dataSource) throws SQLException {
        return dataSource.getConnection();
    }

    /** Times and identities of objects differ from run to run. */
    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage()).replaceAll("@[0-9a-f]+|\\d+", "#");
    }

    private static void assertAlike(Throwable guarded, Throwable raw) {
        assertThat(guarded).isExactlyInstanceOf(raw.getClass());
        assertThat(message(guarded)).isEqualTo(message(raw));
        if (raw instanceof SQLException e) {
            assertThat(((SQLException) guarded).getSQLState()).isEqualTo(e.getSQLState());
            assertThat(((SQLException) guarded).getErrorCode()).isEqualTo(e.getErrorCode());
        }
        if (raw.getCause() == null) {
            assertThat(guarded.getCause()).isNull();
        } else {
            assertThat(guarded.getCause()).isExactlyInstanceOf(raw.getCause().getClass());
        }
    }

    private static void assertExplained(Throwable failure) {
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(failure.getSuppressed()[0].getMessage())
                .startsWith("2 connections held\n  2 borrowed at EachPoolExhaustedTest.borrow(")
                .contains("last SQL: select name from item")
                .contains("its thread is now");
    }

    private void assertLogged(String type) {
        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0))
                .startsWith("getConnection failed")
                .contains(type)
                .contains("2 borrowed at EachPoolExhaustedTest.borrow(");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void its_exception_stays_what_it_is_and_says_who_holds_the_connections(Pool pool) throws Exception {
        Failing failing = dataSource -> catchThrowable(dataSource::getConnection);
        Throwable raw = exhausted(pool, SOON, null, failing);
        assertThat(raw).isInstanceOf(SQLException.class);
        Throwable guarded = exhausted(pool, SOON, recorder, failing);
        assertAlike(guarded, raw);
        assertExplained(guarded);
        assertLogged(raw.getClass().getName());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void it_is_the_same_with_a_user_and_a_password_whatever_the_pool_makes_of_them(Pool pool) throws Exception {
        Failing failing = dataSource -> {
            ThrowingCallable borrow = () -> dataSource.getConnection("sa", "s3cret");
            return catchThrowable(borrow);
        };
        Throwable raw = exhausted(pool, SOON, null, failing);
        Throwable guarded = exhausted(pool, SOON, recorder, failing);
        assertAlike(guarded, raw); // some can't, which fails at once
        assertExplained(guarded);
        assertLogged(raw.getClass().getName());
        assertThat(log.lines().get(0)).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void an_interrupted_wait_ends_as_it_does_without_the_guard(Pool pool) throws Exception {
        boolean[] interrupted = new boolean[2];
        Throwable raw = exhausted(pool, LATE, null, dataSource -> interruptedWait(dataSource, interrupted, 0));
        Throwable guarded = exhausted(pool, LATE, recorder, dataSource -> interruptedWait(dataSource, interrupted, 1));
        assertAlike(guarded, raw);
        assertThat(interrupted[1]).isEqualTo(interrupted[0]);
        assertExplained(guarded);
        assertLogged(raw.getClass().getName());
    }

    private static Throwable interruptedWait(DataSource dataSource, boolean[] interrupted, int index)
            throws InterruptedException, ExecutionException {
        FutureTask<Throwable> task = new FutureTask<>(() -> {
            Throwable failure = catchThrowable(dataSource::getConnection);
            interrupted[index] = Thread.interrupted();
            return failure;
        });
        Thread waiting = new Thread(task, "waiting");
        waiting.start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        waiting.interrupt();
        Throwable failure = task.get();
        waiting.join();
        return failure;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void a_wait_that_is_long_and_succeeds_is_explained_while_it_lasts_and_not_as_a_failure(Pool pool) throws Exception {
        DataSource pooled = pool.over(Database.H2.dataSource(), LATE);
        Pool.fill(pooled);
        DataSource dataSource =
                recorder.builder().slowBorrow(Duration.ofMillis(100)).wrap(pooled);
        Connection first = borrow(dataSource);
        try (Connection second = borrow(dataSource)) {
            FutureTask<Boolean> third = new FutureTask<>(() -> {
                try (Connection c = dataSource.getConnection();
                        Statement s = c.createStatement()) {
                    return s.execute("select name from item") && c instanceof GuardedResource;
                }
            });
            log.clear(); // a machine that is busy may have made the first two slow
            Thread waiting = new Thread(third, "waiting");
            waiting.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !log.lines().isEmpty());
            assertThat(third.isDone()).isFalse();
            assertThat(JdbcGuard.holders(dataSource).total()).isEqualTo(2);
            first.close();
            assertThat(third.get(30, TimeUnit.SECONDS)).isTrue();
            waiting.join();
            assertThat(second.isClosed()).isFalse();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0))
                    .startsWith("1 caller waits for a connection, the longest for ")
                    .contains("2 borrowed at EachPoolExhaustedTest.borrow(");
            assertThat(JdbcGuard.holders(dataSource).total()).isEqualTo(1);
        } finally {
            first.close();
            Pool.close(pooled);
        }
        recorder.assertNothingLeaked();
    }
}
