package com.acme.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakReport;
import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.jdbc.JdbcGuard;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServletsTest {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    private ObservedGuard observed;
    private JdbcConnectionPool pool;
    private OrderServlet servlet;

    @BeforeEach
    void open() throws SQLException, IOException {
        observed = new ObservedGuard();
        pool = JdbcConnectionPool.create("jdbc:h2:mem:", "sa", "");
        pool.setMaxConnections(1);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table orders (id int primary key, name varchar)");
            statement.execute("insert into orders values (1, 'first')");
        }
        pool.setMaxConnections(4);
        Files.writeString(folder.resolve("order.txt"), "order ".repeat(100));
        servlet = new OrderServlet(observed.guard(), JdbcGuard.wrap(pool, observed.guard()), folder);
    }

    @AfterEach
    void close() {
        pool.dispose();
        observed.close();
    }

    static Stream<Arguments> containers() {
        boolean hasVirtual = Runtime.version().feature() >= 21;
        return Stream.of(Container.Kind.values())
                .flatMap(kind -> Stream.of(false, true)
                        .filter(virtual -> !virtual || hasVirtual)
                        .map(virtual -> Arguments.of(kind, virtual)));
    }

    static Stream<Arguments> leaks() {
        return containers()
                .flatMap(container -> Stream.of("file", "list", "connection")
                        .map(leak -> Arguments.of(container.get()[0], container.get()[1], leak)));
    }

    private Container start(Container.Kind kind, boolean virtual) throws Exception {
        return Container.start(kind, virtual, new ScopeFilter(observed.guard()), servlet, folder);
    }

    private static CompletableFuture<HttpResponse<String>> send(Container container, String path, String body) {
        return CLIENT.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + container.port() + "/app" + path))
                        .method(body.isEmpty() ? "GET" : "POST", BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @ParameterizedTest(name = "{0}, virtual threads: {1}")
    @MethodSource("containers")
    void requests_are_never_reported_and_nothing_stays_open(Container.Kind kind, boolean virtual) throws Exception {
        String[] paths = {"/orders", "/file", "/list", "/async", "/upload", "/nowhere", "/orders", "/fails"};
        try (Container container = start(kind, virtual)) {
            List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
            for (int i = 0; i < Load.REQUESTS; i++) {
                String path = paths[i % paths.length];
                sent.add(send(container, path, path.equals("/upload") ? "body ".repeat(20) : ""));
                if (sent.size() == 4) {
                    for (CompletableFuture<HttpResponse<String>> answer : sent) {
                        answer.get(60, TimeUnit.SECONDS);
                    }
                    sent.clear();
                }
            }
        }
        pool.dispose();
        assertThat(observed.guard().stats().opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }

    @ParameterizedTest(name = "{2} on {0}, virtual threads: {1}")
    @MethodSource("leaks")
    void a_leak_is_one_report_at_its_line_with_its_request(Container.Kind kind, boolean virtual, String leak)
            throws Exception {
        try (Container container = start(kind, virtual)) {
            send(container, "/leak/" + leak, "").get(60, TimeUnit.SECONDS);
            LeakReport report = observed.awaitReport(Planted.line(OrderServlet.class, leak));
            assertThat(report.siteText()).contains(Planted.line(OrderServlet.class, leak));
            assertThat(report.scopes()).containsExactly("GET /app/leak/" + leak);
        }
        observed.settle();
        assertThat(observed.reports()).as(observed::text).hasSize(1);
    }
}
