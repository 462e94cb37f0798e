package io.leakguard.micrometer.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes a daemon and evaluates the alert rules of docs/. Runs with {@code -Pprometheus}. */
class PrometheusIT {

    @TempDir
    Path folder;

    private static String query(int port, String expression) throws IOException, InterruptedException {
        try {
            return Daemon.get("http://127.0.0.1:" + port + "/api/v1/query?query="
                    + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        } catch (ConnectException e) {
            return "not up yet";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void prometheus_scrapes_the_metrics_and_fires_the_alert_on_a_leak() throws Exception {
        int port = freePort();
        Path rules = Path.of("..", "docs", "prometheus-alerts.yml").toRealPath();
        try (Daemon daemon = new Daemon()) {
            Path config = folder.resolve("prometheus.yml");
            Files.writeString(config, """
                    global: {scrape_interval: 1s, evaluation_interval: 1s}
                    rule_files: ["%s"]
                    scrape_configs:
                      - job_name: orders
                        static_configs: [{targets: ["127.0.0.1:%d"]}]
                    """.formatted(rules, daemon.port));
            Process prometheus = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + folder.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("prometheus.log").toFile())
                    .start();
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(500))
                        .untilAsserted(() -> {
                            assertThat(query(port, "leakguard_leaks_total{leakguard_leak_cause=\"COLLECTED\"}"))
                                    .contains("\"job\":\"orders\"")
                                    .contains("test.prometheus")
                                    .contains(",\"1\"]");
                            assertThat(query(port, "leakguard_resource_active")).contains(",\"1\"]");
                            assertThat(query(port, "{__name__=~\"leakguard_file_descriptor_utilization(_ratio)?\"}"))
                                    .contains("\"job\":\"orders\"");
                            assertThat(query(
                                            port,
                                            "histogram_quantile(0.99, sum by (le)"
                                                    + " (leakguard_resource_hold_duration_seconds_bucket))"))
                                    .contains("\"value\"");
                        });
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(500))
                        .untilAsserted(() -> assertThat(query(port, "ALERTS{alertname=\"LeakGuardResourceLeak\"}"))
                                .contains("test.prometheus"));
            } finally {
                prometheus.destroy();
                assertThat(prometheus.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
