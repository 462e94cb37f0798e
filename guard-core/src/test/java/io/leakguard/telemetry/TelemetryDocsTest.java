package io.leakguard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.leakguard.watch.WatchMetric;
import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files that users load into their backends name only what exists. */
class TelemetryDocsTest {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern OURS = Pattern.compile("\\bleakguard_[a-z0-9_]+");

    /** As the exporter of PrometheusExpositionTest writes them. */
    private static final Set<String> PROMETHEUS = prometheusNames();

    private static Set<String> prometheusNames() {
        Set<String> names = new TreeSet<>(Set.of(
                prometheus(Names.ACTIVE),
                prometheus(Names.LEAKS) + "_total",
                prometheus(Names.DROPPED) + "_total",
                prometheus(Names.HOLD_DURATION) + "_seconds_bucket",
                prometheus(Names.HOLD_DURATION) + "_seconds_count",
                prometheus(Names.HOLD_DURATION) + "_seconds_sum",
                prometheus(Names.DESCRIPTOR_UTILIZATION),
                prometheus(Names.DESCRIPTOR_UTILIZATION) + "_ratio",
                prometheus(Names.KIND.getKey()),
                prometheus(Names.CAUSE.getKey()),
                prometheus(Names.DROP_REASON.getKey())));
        for (WatchMetric metric : WatchMetric.values()) {
            String name = prometheus(metric.metricName());
            names.add(
                    switch (metric.type()) {
                        case COUNTER -> name + "_total";
                        case UP_DOWN_COUNTER -> metric.unit().equals("By") ? name + "_bytes" : name;
                        case GAUGE -> name;
                    });
            if (metric.unit().equals("1")) {
                names.add(name + "_ratio");
            }
            if (!metric.attribute().isEmpty()) {
                names.add(prometheus(metric.attribute()));
            }
        }
        return names;
    }

    private static String prometheus(String name) {
        return name.replace('.', '_');
    }

    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        Matcher m = OURS.matcher(text);
        while (m.find()) {
            names.add(m.group());
        }
        return names;
    }

    @Test
    void the_alert_rules_parse_and_use_only_names_that_exist() throws IOException {
        JsonNode rules = new YAMLMapper()
                .readTree(Files.readString(DOCS.resolve("prometheus-alerts.yml")))
                .at("/groups/0/rules");
        assertThat(rules.size()).isEqualTo(8);
        for (JsonNode rule : rules) {
            assertThat(rule.path("alert").asText()).startsWith("LeakGuard");
            assertThat(namesIn(rule.toString())).isNotEmpty().isSubsetOf(PROMETHEUS);
        }
    }

    @Test
    void the_dashboard_parses_and_uses_only_names_that_exist() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DOCS.resolve("grafana-dashboard.json")));
        assertThat(dashboard.path("panels").size()).isEqualTo(10);
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(namesIn(panel.at("/targets/0/expr").asText()))
                    .isNotEmpty()
                    .isSubsetOf(PROMETHEUS);
        }
        assertThat(namesIn(dashboard.toString())).isSubsetOf(PROMETHEUS);
    }

    @Test
    void the_page_names_every_metric_and_attribute() throws IOException {
        String page = Files.readString(DOCS.resolve("telemetry.md"));
        for (String name : List.of(
                Names.ACTIVE,
                Names.LEAKS,
                Names.HOLD_DURATION,
                Names.DROPPED,
                Names.DESCRIPTOR_UTILIZATION,
                Names.SPAN,
                Names.EVENT)) {
            assertThat(page).contains("`" + name + "`");
        }
        for (AttributeKey<?> key : List.<AttributeKey<?>>of(
                Names.KIND,
                Names.CAUSE,
                Names.SITE,
                Names.DESCRIPTION,
                Names.SCOPE_NAME,
                Names.OCCURRENCES,
                Names.NEW_OCCURRENCES,
                Names.DROP_REASON,
                Names.CODE_FUNCTION,
                Names.CODE_LINE,
                Names.CODE_STACK,
                Names.THREAD_NAME,
                Names.THREAD_ID)) {
            assertThat(page).contains("`" + key.getKey() + "`");
        }
        for (WatchMetric metric : WatchMetric.values()) {
            assertThat(page)
                    .contains("| `" + metric.metricName() + "` | " + type(metric.type()) + " | `" + metric.unit()
                            + "` | " + (metric.attribute().isEmpty() ? "none" : "`" + metric.attribute() + "`") + " |");
        }
        assertThat(namesIn(page)).isSubsetOf(PROMETHEUS);
    }

    private static String type(WatchMetric.Type type) {
        return switch (type) {
            case COUNTER -> "Counter";
            case UP_DOWN_COUNTER -> "UpDownCounter";
            case GAUGE -> "Gauge";
        };
    }
}
