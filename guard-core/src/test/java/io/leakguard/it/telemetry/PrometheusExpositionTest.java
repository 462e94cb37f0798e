package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrometheusExpositionTest {

    @Test
    void the_sdks_exporter_serves_the_metrics_under_their_prometheus_names() throws Exception {
        try (Exposition daemon = new Exposition()) {
            String text = daemon.scrape();
            assertThat(text.lines().filter(l -> l.contains("test.prometheus") || !l.contains("kind")))
                    .anyMatch(l -> l.startsWith("leakguard_resource_active{") && l.endsWith(" 1.0"))
                    .anyMatch(l -> l.startsWith("leakguard_leaks_total{")
                            && l.contains("leakguard_leak_cause=\"COLLECTED\"")
                            && l.endsWith(" 1.0"))
                    .anyMatch(l -> l.startsWith("leakguard_leaks_total{")
                            && l.contains("leakguard_leak_cause=\"ESCAPED_SCOPE\"")
                            && l.endsWith(" 0.0"))
                    .anyMatch(l -> l.startsWith("leakguard_resource_hold_duration_seconds_count{") && l.endsWith(" 5"))
                    .anyMatch(l -> l.startsWith("leakguard_reports_dropped_total{")
                            && l.contains("leakguard_drop_reason=\"QUEUE_FULL\""))
                    .anyMatch(l -> l.matches("leakguard_file_descriptor_utilization(_ratio)?\\{.* 0\\.\\d+"));
        }
    }
}
