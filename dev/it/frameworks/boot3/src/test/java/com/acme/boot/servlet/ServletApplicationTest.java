package com.acme.boot.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** One application for all tests, since its start is dear. */
@Tag("servlet")
@TestMethodOrder(OrderAnnotation.class)
class ServletApplicationTest {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static ObservedGuard observed;
    private static ConfigurableApplicationContext application;
    private static String base;

    @BeforeAll
    static void start() {
        observed = new ObservedGuard();
        SpringApplication boot = new SpringApplication(ServletApplication.class);
        boot.setWebApplicationType(WebApplicationType.SERVLET);
        boot.addInitializers(context -> {
            GenericApplicationContext beans = (GenericApplicationContext) context;
            beans.registerBean(LeakGuard.class, observed::guard, definition -> definition.setDestroyMethodName(""));
            beans.registerBean(
                    GuardedDataSources.class, () -> new GuardedDataSources(beans.getBeanProvider(LeakGuard.class)));
        });
        boot.setDefaultProperties(Map.of(
                "server.address", "127.0.0.1",
                "server.port", "0",
                "spring.main.banner-mode", "off",
                "spring.datasource.url", "jdbc:h2:mem:" + UUID.randomUUID(),
                "spring.datasource.hikari.maximum-pool-size", "4",
                "spring.jpa.hibernate.ddl-auto", "create"));
        application = boot.run();
        base = "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port");
    }

    @AfterAll
    static void stop() {
        application.close();
        observed.close();
    }

    private static CompletableFuture<HttpResponse<String>> send(String method, String path) {
        return CLIENT.sendAsync(
                HttpRequest.newBuilder(URI.create(base + path))
                        .method(
                                method,
                                method.equals("POST") ? BodyPublishers.ofString("order") : BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    @Order(1)
    void requests_are_never_reported_and_nothing_stays_open() throws Exception {
        Map<String, Integer> expected = Map.of(
                "POST /orders", 200,
                "GET /orders", 200,
                "GET /jdbc", 200,
                "GET /files", 200,
                "GET /stream", 200,
                "GET /nowhere", 404,
                "POST /rollback", 500);
        List<String> paths = List.copyOf(expected.keySet());
        Map<String, CompletableFuture<HttpResponse<String>>> sent = new HashMap<>();
        for (int i = 0; i < Load.REQUESTS; i++) {
            String path = paths.get(i % paths.size());
            sent.put(path, send(path.substring(0, path.indexOf(' ')), path.substring(path.indexOf(' ') + 1)));
            if (sent.size() == paths.size()) {
                for (Map.Entry<String, CompletableFuture<HttpResponse<String>>> answer : sent.entrySet()) {
                    assertThat(answer.getValue().get(60, TimeUnit.SECONDS).statusCode())
                            .as(answer.getKey())
                            .isEqualTo(expected.get(answer.getKey()));
                }
                sent.clear();
            }
        }
        CompletableFuture.allOf(sent.values().toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertThat(observed.guard().stats().opened()).isGreaterThan(Load.REQUESTS);
        observed.assertQuiet();
    }

    private void assertOneReport(String path, String planted) throws Exception {
        assertThat(send("GET", path).get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        String line = Planted.line(ServletApplication.class, planted);
        LeakReport report = observed.awaitReport(line);
        assertThat(report.siteText()).contains(line);
        assertThat(report.scopes()).containsExactly("GET " + path);
        observed.settle();
        assertThat(observed.reports())
                .as(observed::text)
                .filteredOn(r -> r.toText().contains(line))
                .hasSize(1);
    }

    @Test
    @Order(2)
    void a_connection_that_is_not_given_back_is_one_report_at_its_line() throws Exception {
        assertOneReport("/leak/connection", "connection");
    }

    @Test
    @Order(2)
    void a_stream_of_files_that_is_not_closed_is_one_report_at_its_line() throws Exception {
        assertOneReport("/leak/files", "files");
    }

    @Test
    @Order(3)
    void a_shutdown_is_silent_and_leaves_nothing_open() {
        application.close();
        observed.awaitNothingOpen();
        observed.settle();
        assertThat(observed.reports()).as(observed::text).hasSize(2);
        observed.close();
        assertThat(observed.reports()).as(observed::text).hasSize(2);
    }
}
