package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.telemetry.LeakGuardHealth;
import io.leakguard.telemetry.LeakGuardHealth.Health;
import io.leakguard.telemetry.LeakGuardHealth.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ReachabilityFenceUsage") // a test that fails needs no fence
class HealthTest {

    private static final ResourceKind KIND = ResourceKind.of("test.health");

    private final Leaks.Recorder recorder = new Leaks.Recorder();

    private LeakGuard guard() {
        return LeakGuard.builder().name("orders").log(false).listener(recorder).build();
    }

    private void leak(LeakGuard guard) {
        Leaks.forget(guard, KIND, "");
        recorder.await(KIND);
        assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void it_is_up_without_a_reason_while_nothing_leaks_whatever_is_open() {
        try (LeakGuard guard = guard()) {
            Object handle = new Object();
            for (int i = 0; i < 1_000; i++) {
                guard.track(handle, KIND);
            }
            Health health = LeakGuardHealth.of(guard).check();

            assertThat(health.status()).isEqualTo(Status.UP);
            assertThat(health.reasons()).isEmpty();
            assertThat(health.httpStatus()).isEqualTo(200);
            assertThat(health.figures()).containsEntry("resources_open", 1_000L).containsEntry("leaks", 0L);
            assertThat(health.figures().get("file_descriptors_used").longValue())
                    .isPositive();
            java.lang.ref.Reference.reachabilityFence(handle);
        }
    }

    @Test
    void a_leak_degrades_it_for_a_while_and_never_takes_it_down() throws Exception {
        try (LeakGuard guard = guard()) {
            leak(guard);
            Health health = LeakGuardHealth.of(guard).check();
            assertThat(health.status()).isEqualTo(Status.DEGRADED);
            assertThat(health.httpStatus()).isEqualTo(200);
            assertThat(health.reasons())
                    .singleElement()
                    .asString()
                    .contains("test.health")
                    .contains("Leaks.forget(");

            LeakGuardHealth forgetful = LeakGuardHealth.builder(guard)
                    .leakWindow(Duration.ofMillis(1))
                    .build();
            Leaks.gcUntil(() -> forgetful.check().status() == Status.UP);
        }
    }

    @Test
    void a_suppressed_leak_does_not_degrade_it() {
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .suppress("test.health", "*", "known")
                .build()) {
            Leaks.forget(guard, KIND, "");
            Leaks.gcUntil(() -> guard.stats().suppressed() == 1);
            assertThat(LeakGuardHealth.of(guard).check().status()).isEqualTo(Status.UP);
        }
    }

    @Test
    void descriptors_near_their_limit_degrade_it_and_at_the_limit_it_is_down() {
        try (LeakGuard guard = guard()) {
            double share = LeakGuardHealth.of(guard)
                    .check()
                    .figures()
                    .get("file_descriptor_utilization")
                    .doubleValue();
            Health near = LeakGuardHealth.builder(guard)
                    .descriptors(share / 2, 1)
                    .build()
                    .check();
            Health at = LeakGuardHealth.builder(guard)
                    .descriptors(share / 4, share / 2)
                    .build()
                    .check();

            assertThat(near.status()).isEqualTo(Status.DEGRADED);
            assertThat(at.status()).isEqualTo(Status.DOWN);
            assertThat(at.httpStatus()).isEqualTo(503);
            assertThat(at.reasons()).singleElement().asString().startsWith("file descriptors: ");
        }
    }

    @Test
    void a_guard_that_is_off_says_so_and_takes_nothing_down() {
        Health health = LeakGuardHealth.of(LeakGuard.disabled()).check();
        assertThat(health.status()).isEqualTo(Status.UP);
        assertThat(health.reasons()).containsExactly("guard: off, leaks are not watched");
    }

    @Test
    void text_and_json_say_the_same() {
        Health health = new Health(
                Status.DEGRADED, "a\"b", List.of("leak: line\n\\ two"), Map.of("file_descriptor_utilization", 0.25));
        assertThat(health.toJson())
                .isEqualTo("{\"status\":\"DEGRADED\",\"guard\":\"a\\\"b\",\"reasons\":[\"leak: line\\n\\\\ two\"],"
                        + "\"figures\":{\"file_descriptor_utilization\":0.2500}}");
        assertThat(health.toText()).startsWith("DEGRADED\n  leak: ").endsWith("file_descriptor_utilization 0.2500");
    }

    @Test
    void settings_that_make_no_sense_are_refused_with_the_fix() {
        assertThatThrownBy(() -> LeakGuardHealth.builder(LeakGuard.disabled()).descriptors(0.9, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.9 and 0.5")
                .hasMessageContaining("the lower first");
        assertThatThrownBy(() -> LeakGuardHealth.builder(LeakGuard.disabled()).leakWindow(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("positive");
    }

    @Test
    void an_http_server_answers_with_it() throws Exception {
        try (LeakGuard guard = guard()) {
            LeakGuardHealth health = LeakGuardHealth.of(guard);
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/health", exchange -> {
                Health now = health.check();
                byte[] body = now.toJson().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(now.httpStatus(), body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            try {
                HttpResponse<String> response = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                                + server.getAddress().getPort() + "/health"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).startsWith("{\"status\":\"UP\",\"guard\":\"orders\",\"reasons\":[]");
            } finally {
                server.stop(0);
            }
        }
    }
}
