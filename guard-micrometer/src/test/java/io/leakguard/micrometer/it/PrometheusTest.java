package io.leakguard.micrometer.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrometheusTest {

    @Test
    void the_registry_serves_the_names_that_opentelemetrys_exporter_serves() throws Exception {
        try (Daemon daemon = new Daemon()) {
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
                    .anyMatch(l -> l.startsWith("leakguard_resource_hold_duration_seconds_bucket{")
                            && l.contains("le=\"86400.0\""))
                    .anyMatch(l -> l.startsWith("leakguard_reports_dropped_total{")
                            && l.contains("leakguard_drop_reason=\"QUEUE_FULL\""))
                    .anyMatch(l -> l.matches("leakguard_file_descriptor_utilization 0\\.\\d+"));
        }
    }
}
