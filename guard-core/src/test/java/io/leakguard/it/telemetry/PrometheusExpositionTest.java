package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_metrics_of_a_watch_are_served_under_the_names_that_rules_and_dashboard_use() throws Exception {
        try (Exposition daemon = new Exposition()) {
            String text = daemon.scrape();
            assertThat(text.lines())
                    .anyMatch(l -> l.startsWith("leakguard_process_memory_usage_bytes{")
                            && l.contains("leakguard_memory_part=\"native\""))
                    .anyMatch(l -> l.matches("leakguard_process_memory_utilization(_ratio)?\\{.* 0\\.\\d+"))
                    .anyMatch(l -> l.matches("leakguard_process_memory_limit_bytes\\{.*"))
                    .anyMatch(l -> l.matches("leakguard_process_memory_charged_bytes\\{.*"))
                    .anyMatch(l -> l.matches("leakguard_deleted_file_usage_bytes\\{.*"))
                    .anyMatch(l -> l.matches("leakguard_pressure_worst(_ratio)?\\{.*"));
            if (Files.exists(Path.of("/proc/pressure/memory"))) {
                assertThat(text.lines())
                        .anyMatch(l -> l.matches("leakguard_stall(_ratio)?\\{.*leakguard_stall_resource=\"memory\".*"));
            }
        }
    }
}
