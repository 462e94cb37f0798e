package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.Shop;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.util.List;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;

@TestMethodOrder(OrderAnnotation.class)
class ServletApplicationTest {

    private static Application application;

    @BeforeAll
    static void start() {
        application = Application.start(
                Shop.class,
                WebApplicationType.SERVLET,
                "spring.application.name=shop",
                "spring.datasource.url=jdbc:h2:mem:shop",
                "management.endpoints.web.exposure.include=*",
                "management.endpoint.health.show-details=always");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    @Order(1)
    void it_runs_on_the_boot_that_is_meant() {
        assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("expected.boot"));
    }

    @Test
    @Order(1)
    void the_guard_is_named_after_the_application_and_the_process_wide_one() {
        assertThat(application.guard().name()).isEqualTo("shop");
        assertThat(LeakGuard.global()).isSameAs(application.guard());
    }

    @ParameterizedTest
    @CsvSource({
        "/orders/4711, GET /orders/{id}",
        "/callable/4711, GET /callable/{id}",
        "/future/4711, GET /future/{id}",
        "/streaming/4711, GET /streaming/{id}",
        "/legacy/4711, GET /legacy/*"
    })
    @Order(1)
    void a_request_is_a_scope_that_is_named_by_its_route(String path, String route) throws Exception {
        assertThat(application.body(path)).isEqualTo(route);
        Application.until(() -> application.guard().topScopesByOpen(100).isEmpty());
    }

    @Test
    @Order(2)
    void what_is_closed_and_what_fails_is_never_reported_and_leaves_no_scope() throws Exception {
        for (int i = 0; i < 50; i++) {
            application.body("/jdbc/" + i);
            application.body("/streaming/" + i);
            assertThat(application.get("/fail/" + i).statusCode()).isEqualTo(500);
            assertThat(application.get("/nowhere/" + i).statusCode()).isEqualTo(404);
        }
        Application.until(() -> application.guard().topScopesByOpen(100).isEmpty());
        application.assertQuiet();
    }

    @Test
    @Order(2)
    void the_pool_is_still_the_pool() {
        assertThat(application.bean(DataSource.class)).isInstanceOf(HikariDataSource.class);
        assertThat(application.bean(HikariDataSource.class).isRunning()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc.connections.active", "jdbc.connections.max", "hikaricp.connections.active"})
    @Order(3)
    void the_pools_metrics_are_there(String name) {
        assertThat(application.bean(MeterRegistry.class).get(name).gauge().value())
                .isNotNaN();
    }

    @Test
    @Order(4)
    void a_connection_that_is_not_given_back_is_one_report_at_its_line_with_its_route() throws Exception {
        application.body("/leak/connection/4711");
        String line = Application.line(Shop.class, "connection");
        LeakReport report = application.awaitReport(line);

        assertThat(report.siteText()).endsWith(line);
        assertThat(report.scopes()).containsExactly("GET /leak/connection/{id}");
        application.settle();
        assertThat(application.reports()).as(application::text).hasSize(1);
    }

    @Test
    @Order(5)
    void files_that_are_not_closed_are_one_report_at_their_line_with_their_route() throws Exception {
        application.body("/leak/files/4711");
        LeakReport report = application.awaitReport(Application.line(Shop.class, "files"));

        assertThat(report.scopes()).containsExactly("GET /leak/files/{id}");
        application.settle();
        assertThat(application.reports()).as(application::text).hasSize(2);
    }

    @Test
    @Order(6)
    void what_a_filter_leaves_open_is_told_with_the_route_that_is_found_later() throws Exception {
        assertThat(application.body("/leak/filter/4711")).isEqualTo("GET /leak/filter/{id}");
        LeakReport report = application.awaitReport(Application.line(Shop.class, "filter"));

        assertThat(report.scopes()).containsExactly("GET /leak/filter/{id}");
    }

    @Test
    @Order(7)
    void a_request_that_a_filter_answers_is_named_by_the_servlet_and_never_by_an_id() throws Exception {
        assertThat(application.get("/refused/4711").statusCode()).isEqualTo(403);
        LeakReport report = application.awaitReport(Application.line(Shop.class, "refusal"));

        assertThat(report.scopes()).containsExactly("GET /");
    }

    @Test
    @Order(6)
    void the_endpoint_tells_of_the_leaks_in_json_and_shows_the_page_to_a_browser() throws Exception {
        HttpResponse<String> json = application.get("/actuator/leaks");
        assertThat(json.headers().firstValue("Content-Type"))
                .hasValueSatisfying(t -> assertThat(t).contains("json"));
        assertThat(json.body())
                .contains("\"kind\":\"jdbc.connection\"", "GET /leak/connection/{id}")
                .contains(Application.line(Shop.class, "files"))
                .doesNotContain("4711");

        HttpResponse<String> page = application.get(
                "/actuator/leaks", "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(t -> assertThat(t).startsWith("text/html"));
        assertThat(page.body()).startsWith("<!DOCTYPE html>").contains("leakConnection");
    }

    @Test
    @Order(6)
    void health_is_degraded_by_name_and_the_application_is_up() throws Exception {
        HttpResponse<String> health = application.get("/actuator/health");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body())
                .startsWith("{")
                .contains("\"status\":\"UP\"", "\"leakguard\":{", "\"status\":\"DEGRADED\"", "leak: jdbc.connection");
    }

    @Test
    @Order(6)
    void metrics_are_bound() throws Exception {
        application.body("/actuator/metrics/leakguard.reports.dropped"); // a reading, which finds what is new
        List<String> names = application.bean(MeterRegistry.class).getMeters().stream()
                .map(m -> m.getId().getName())
                .toList();
        assertThat(names).contains("leakguard.leaks", "leakguard.resource.active", "leakguard.resource.hold.duration");
    }

    @Test
    @Order(6)
    void the_watchs_metrics_are_bound_once_it_runs() {
        Awaitility.await()
                .atMost(Application.BOUND)
                .untilAsserted(() -> assertThat(application.body("/actuator/metrics/leakguard.process.memory.usage"))
                        .contains("leakguard.memory.part", "\"bytes\""));
    }

    @Test
    @Order(8)
    void the_guard_is_closed_with_the_context_after_all_that_is_open_was_closed() {
        LeakGuard guard = application.guard();
        application.close();

        assertThat(guard.isEnabled()).isFalse();
        assertThat(application.atShutdown())
                .allSatisfy(open -> assertThat(open.groups())
                        .as(open.toText())
                        .noneMatch(g -> g.kind().name().startsWith("netty")));
        assertThat(LeakGuard.setGlobal(null)).isNull();
    }
}
