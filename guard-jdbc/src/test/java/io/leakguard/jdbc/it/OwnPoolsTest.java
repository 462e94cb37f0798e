package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.persistence.sessions.DatabaseLogin;
import org.eclipse.persistence.sessions.Project;
import org.eclipse.persistence.sessions.server.ClientSession;
import org.eclipse.persistence.sessions.server.ServerSession;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools that open their connections by a {@code jdbc:leakguard:} URL, and that no list has to know. */
class OwnPoolsTest {

    private static final int AT_ONCE = 4;

    private final Recorder recorder = new Recorder(
            b -> b.scopeGrace(Duration.ZERO).overdueAfter(ResourceKind.of("jdbc.connection"), Duration.ofMillis(100)));
    private final String url = "jdbc:leakguard:h2:mem:own-" + System.nanoTime() + ";DB_CLOSE_DELAY=-1";
    private final ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
    private LeakGuard before;

    @BeforeEach
    void useAsGlobal() {
        before = LeakGuard.setGlobal(recorder.guard);
    }

    @AfterEach
    void restore() {
        workers.shutdownNow();
        LeakGuard.setGlobal(before);
        recorder.close();
    }

    private interface Request {
        void run(Runnable meet) throws Exception;
    }

    /** Requests that each have a connection at the same time, each in a scope of its own. */
    private void atOnce(Request request) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(AT_ONCE);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            String name = "request-" + i;
            all.add(workers.submit(() -> {
                try (LeakScope scope = recorder.guard.openScope(name)) {
                    request.run(() -> {
                        try {
                            barrier.await(30, TimeUnit.SECONDS);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
                    assertThat(scope.name()).isEqualTo(name);
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
    }

    /** What would be overdue is, by then; and what is unreachable is collected. */
    private void assertNothingIsReported() {
        Object handle = new Object();
        ResourceKind connection = ResourceKind.of("jdbc.connection");
        recorder.guard.track(handle, connection, "sentinel");
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> recorder.reports.stream()
                        .anyMatch(report -> report.description().equals("sentinel")));
        assertThat(handle).isNotNull();
        assertThat(recorder.settled())
                .filteredOn(report -> !report.description().equals("sentinel"))
                .extracting(LeakReport::toText)
                .isEmpty();
    }

    @Test
    void hibernate_s_own() throws Exception {
        org.hibernate.cfg.Configuration configuration = new org.hibernate.cfg.Configuration()
                .setProperty("hibernate.connection.url", url)
                .setProperty("hibernate.connection.username", "sa")
                .setProperty("hibernate.connection.pool_size", "4")
                .setProperty("hibernate.dialect", "org.hibernate.dialect.H2Dialect");
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            for (int round = 0; round < 2; round++) {
                atOnce(meet -> factory.inTransaction(session -> {
                    assertThat(session.createNativeQuery("select 1", Integer.class)
                                    .getSingleResult())
                            .isEqualTo(1);
                    meet.run();
                }));
            }
            assertNothingIsReported();
            assertThat(recorder.guard.open().toText()).contains("which may keep it for others");
        }
        assertNothingIsReported();
    }

    @Test
    void eclipse_link_s_own() throws Exception {
        DatabaseLogin login = new DatabaseLogin();
        login.useDirectDriverConnect("io.leakguard.jdbc.LeakGuardDriver", "", url);
        login.setUserName("sa");
        login.setPassword("");
        ServerSession server = (ServerSession) new Project(login).createServerSession(1, AT_ONCE);
        server.setLogLevel(org.eclipse.persistence.logging.SessionLog.OFF);
        server.login();
        for (int round = 0; round < 2; round++) {
            atOnce(meet -> {
                ClientSession client = server.acquireClientSession();
                try {
                    client.beginTransaction();
                    client.executeSQL("select 1");
                    meet.run();
                    client.commitTransaction();
                } finally {
                    client.release();
                }
            });
        }
        assertNothingIsReported();
        server.logout();
        assertNothingIsReported();
    }

    /** As many a program has. */
    private final class OwnPool {
        private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();

        Connection take() throws SQLException {
            Connection known = idle.poll();
            return known != null ? known : DriverManager.getConnection(url, "sa", "");
        }

        void close() throws SQLException {
            for (Connection each : idle) {
                each.close();
            }
        }
    }

    @Test
    void the_program_s_own_once_its_connections_are_used_by_several_threads() throws Exception {
        OwnPool pool = new OwnPool();
        Connection first = pool.take();
        pool.idle.add(first);
        workers.submit(() -> use(first)).get(30, TimeUnit.SECONDS);
        atOnce(meet -> {
            Connection c = pool.take();
            use(c);
            meet.run();
            pool.idle.add(c);
        });
        assertThat(recorder.settled())
                .filteredOn(report -> report.cause() == LeakCause.ESCAPED_SCOPE)
                .isEmpty();
        pool.close();
    }

    private static Void use(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            assertThat(s.execute("select 1")).isTrue();
        }
        return null;
    }

    @Test
    void a_connection_that_the_program_opened_and_forgot_in_a_scope_is_found() throws Exception {
        Connection held;
        try (LeakScope scope = recorder.guard.openScope("event-8841")) {
            held = DriverManager.getConnection(url, "sa", "");
            use(held);
            assertThat(scope.openCount()).isEqualTo(1);
        }
        assertThat(recorder.settled())
                .filteredOn(report -> report.cause() == LeakCause.ESCAPED_SCOPE)
                .extracting(LeakReport::siteText)
                .singleElement()
                .asString()
                .startsWith("OwnPoolsTest.a_connection_that_the_program_opened");
        held.close();
    }

    @Test
    void a_connection_that_a_library_opened_and_nobody_holds_is_found() throws Exception {
        leakThroughALibrary();
        assertThat(recorder.await("jdbc.connection").cause()).isEqualTo(LeakCause.COLLECTED);
    }

    private void leakThroughALibrary() throws SQLException {
        try (LeakScope scope = recorder.guard.openScope("event-8842")) {
            use(new org.springframework.jdbc.datasource.DriverManagerDataSource(url, "sa", "").getConnection());
            assertThat(scope.openCount()).isEqualTo(1);
        }
    }
}
