package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.Flow;
import io.leakguard.LeakReport;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;

/** In a process of its own: whether Netty is guarded early enough depends on who was there before. */
@Tag("reactive")
@TestMethodOrder(OrderAnnotation.class)
class ReactiveApplicationTest {

    private static Application application;

    @BeforeAll
    static void start() {
        application = Application.start(
                Flow.class,
                WebApplicationType.REACTIVE,
                "spring.datasource.url=jdbc:h2:mem:flow",
                "management.endpoints.web.exposure.include=*",
                "management.endpoint.health.show-details=always");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static NettyGuard netty() {
        return Objects.requireNonNull(application.bean(GuardInstallation.class).netty())
                .netty();
    }

    private static String port() {
        return Objects.requireNonNull(application.context().getEnvironment().getProperty("local.server.port"));
    }

    @Test
    @Order(1)
    void every_buffer_is_seen() {
        assertThat(netty().buffers()).isEqualTo(BufferTracking.EVERY);
    }

    @ParameterizedTest
    @CsvSource({
        "/orders/4711, GET /orders/{id}",
        "/hop/4711, GET /hop/{id}",
        "/blocking/4711, GET /blocking/{id}",
        "/routed/4711, GET /routed/{id}"
    })
    @Order(2)
    void a_request_is_a_scope_that_is_named_by_its_route_on_each_of_its_threads(String path, String route)
            throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(application.body(path)).isEqualTo(route);
        }
        Application.until(() -> application.guard().topScopesByOpen(100).isEmpty());
    }

    @Test
    @Order(3)
    void what_is_read_and_what_fails_is_never_reported() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(application.body("/read/" + port())).isEqualTo("120000");
            assertThat(application.get("/fail/" + i).statusCode()).isEqualTo(500);
            assertThat(application.get("/nowhere/" + i).statusCode()).isEqualTo(404);
        }
        Application.until(() -> application.guard().topScopesByOpen(100).isEmpty());
        application.assertQuiet();
    }

    @Test
    @Order(4)
    void files_that_are_not_closed_are_told_with_their_route() throws Exception {
        application.body("/leak/files/4711");
        LeakReport report = application.awaitReport(Application.line(Flow.class, "reactive files"));

        assertThat(report.scopes()).containsExactly("GET /leak/files/{id}");
    }

    @Test
    @Order(4)
    void what_a_filter_leaves_open_is_told_with_the_route_that_is_found_later() throws Exception {
        assertThat(application.body("/leak/filter/4711")).isEqualTo("GET /leak/filter/{id}");
        LeakReport report = application.awaitReport(Application.line(Flow.class, "reactive filter"));

        assertThat(report.scopes()).containsExactly("GET /leak/filter/{id}");
    }

    @Test
    @Order(5)
    void a_body_of_a_client_whose_buffers_nobody_releases_is_told() throws Exception {
        application.body("/leak/body/" + port());
        LeakReport report = application.awaitReport("LEAK netty.bytebuf");

        assertThat(report.kind()).isEqualTo(NettyGuard.BYTEBUF);
        assertThat(report.scopes()).containsExactly("GET /leak/body/{port}");
    }

    /** From the first such leak on uses are recorded. */
    @Test
    @Order(6)
    void the_next_leak_of_a_body_is_told_at_the_line_that_used_it_with_its_route() throws Exception {
        application.body("/leak/read/" + port());
        LeakReport report = application.awaitReport(Application.line(Flow.class, "reactive body"));

        assertThat(report.kind()).isEqualTo(NettyGuard.BYTEBUF);
        assertThat(report.scopes()).containsExactly("GET /leak/read/{port}");
    }

    @Test
    @Order(7)
    void the_endpoint_and_health_answer() throws Exception {
        assertThat(application.body("/actuator/leaks")).contains("GET /leak/files/{id}");
        HttpResponse<String> page = application.get("/actuator/leaks", "Accept", "text/html");
        assertThat(page.body()).startsWith("<!DOCTYPE html>");
        assertThat(application.body("/actuator/health")).contains("\"leakguard\":{", "\"status\":\"UP\"");
    }
}
