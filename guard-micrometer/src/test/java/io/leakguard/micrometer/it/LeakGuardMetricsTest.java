package io.leakguard.micrometer.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.micrometer.LeakGuardMetrics;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeakGuardMetricsTest {

    private static final ResourceKind KIND = ResourceKind.of("test.micrometer");

    private final LeakGuard guard = LeakGuard.builder().log(false).build();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final LeakGuardMetrics metrics = LeakGuardMetrics.of(guard);

    @AfterEach
    void close() {
        metrics.close();
        guard.close();
        registry.close();
    }

    /** What a backend does at each interval. */
    private static void read(MeterRegistry registry) {
        registry.getMeters().forEach(meter -> meter.measure().forEach(measurement -> measurement.getValue()));
    }

    private double active() {
        return registry.get("leakguard.resource.active")
                .tag("leakguard.resource.kind", KIND.name())
                .gauge()
                .value();
    }

    private double leaks(String cause) {
        return registry.get("leakguard.leaks")
                .tag("leakguard.resource.kind", KIND.name())
                .tag("leakguard.leak.cause", cause)
                .functionCounter()
                .count();
    }

    @Test
    void micrometer_is_of_the_version_that_is_meant() {
        assertThat(MeterRegistry.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .contains(System.getProperty("expected.micrometer"));
    }

    @Test
    void what_is_open_and_what_leaked_is_read_at_once() {
        Object handle = new Object();
        LeakTracker open = guard.track(handle, KIND);
        metrics.bindTo(registry);

        assertThat(active()).isEqualTo(1);
        assertThat(leaks("COLLECTED")).isZero();
        assertThat(leaks("ESCAPED_SCOPE")).isZero();
        Leaks.forget(guard, KIND, "");
        Leaks.gcUntil(() -> guard.stats().leaked() == 1);
        assertThat(leaks("COLLECTED")).isEqualTo(1);
        open.close();
        assertThat(active()).isZero();
    }

    @Test
    void a_kind_and_a_cause_that_come_later_are_there_after_the_next_reading() {
        metrics.bindTo(registry);
        Object handle = new Object();
        LeakTracker open;
        try (LeakScope scope = guard.openScope("job")) {
            open = guard.track(handle, KIND);
            assertThat(scope.openCount()).isEqualTo(1);
        }
        Leaks.gcUntil(() -> guard.stats().leaked() == 1);
        read(registry);

        assertThat(active()).isEqualTo(1);
        assertThat(leaks("ESCAPED_SCOPE")).isEqualTo(1);
        open.close();
    }

    @Test
    void durations_are_recorded_once_each() {
        metrics.bindTo(registry);
        Object handle = new Object();
        for (int i = 0; i < 5; i++) {
            guard.track(handle, KIND).close();
        }
        read(registry);
        read(registry);

        assertThat(registry.get("leakguard.resource.hold.duration")
                        .tag("leakguard.resource.kind", KIND.name())
                        .timer()
                        .count())
                .isEqualTo(5);
    }

    @Test
    void durations_are_not_counted_where_a_setting_says_so() {
        try (LeakGuard without = LeakGuard.builder().holdDurations(false).build();
                LeakGuardMetrics off = LeakGuardMetrics.of(without)) {
            off.bindTo(registry);
            without.track(new Object(), KIND).close();
            read(registry);

            assertThat(registry.find("leakguard.resource.hold.duration").timer())
                    .isNull();
        }
    }

    @Test
    void names_and_attributes_are_those_of_opentelemetry() {
        InMemoryMetricReader reader = InMemoryMetricReader.create();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                        .setMeterProvider(SdkMeterProvider.builder()
                                .registerMetricReader(reader)
                                .build())
                        .build();
                LeakListener.Registration telemetry =
                        LeakGuardTelemetry.create(sdk).install(guard)) {
            assertThat(telemetry).isNotNull();
            metrics.bindTo(registry);
            guard.track(new Object(), KIND).close();
            Leaks.forget(guard, KIND, "");
            Leaks.gcUntil(() -> guard.stats().leaked() == 1);
            read(registry);

            Map<String, Set<String>> ours = new TreeMap<>();
            for (Meter meter : registry.getMeters()) {
                if (meter.getId().getName().endsWith(".histogram")) {
                    continue; // a simple registry's way to show the buckets of a timer
                }
                ours.computeIfAbsent(meter.getId().getName(), n -> new TreeSet<>())
                        .addAll(meter.getId().getTags().stream()
                                .map(Tag::getKey)
                                .toList());
            }
            Map<String, Set<String>> theirs = new TreeMap<>();
            for (MetricData data : reader.collectAllMetrics()) {
                theirs.computeIfAbsent(data.getName(), n -> new TreeSet<>())
                        .addAll(data.getData().getPoints().stream()
                                .flatMap(p -> p.getAttributes().asMap().keySet().stream())
                                .map(k -> k.getKey())
                                .collect(Collectors.toSet()));
            }
            assertThat(ours).isEqualTo(theirs).containsKey("leakguard.resource.hold.duration");
        }
    }

    @Test
    void no_value_of_a_tag_tells_a_line_or_an_id() {
        metrics.bindTo(registry);
        Leaks.forget(guard, KIND, "order 4711");
        Leaks.gcUntil(() -> guard.stats().leaked() == 1);
        read(registry);

        assertThat(registry.getMeters())
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(Tag::getValue)
                .noneMatch(value -> value.contains("4711") || value.contains(".java"));
    }

    @Test
    void two_guards_are_told_apart_by_tags() {
        try (LeakGuard other = LeakGuard.builder().log(false).build();
                LeakGuardMetrics first = LeakGuardMetrics.of(guard, Tags.of("guard", "first"));
                LeakGuardMetrics second = LeakGuardMetrics.of(other, Tags.of("guard", "second"))) {
            Object handle = new Object();
            LeakTracker one = guard.track(handle, KIND);
            LeakTracker two = other.track(handle, KIND);
            LeakTracker three = other.track(handle, KIND);
            first.bindTo(registry);
            second.bindTo(registry);

            assertThat(registry.get("leakguard.resource.active")
                            .tag("guard", "second")
                            .tag("leakguard.resource.kind", KIND.name())
                            .gauge()
                            .value())
                    .isEqualTo(2);
            one.close();
            two.close();
            three.close();
        }
    }

    @Test
    void closing_takes_all_meters_out_again() {
        metrics.bindTo(registry);
        guard.track(new Object(), KIND).close();
        read(registry);
        assertThat(registry.getMeters()).isNotEmpty();

        metrics.close();

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_guard_that_is_off_has_no_meters() {
        try (LeakGuardMetrics off = LeakGuardMetrics.of(LeakGuard.disabled())) {
            off.bindTo(registry);

            assertThat(registry.getMeters()).isEmpty();
        }
    }
}
