package io.leakguard.micrometer.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leakguard.LeakGuard;
import io.leakguard.micrometer.ResourceWatchMetrics;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchMetric;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResourceWatchMetricsTest {

    private final LeakGuard guard = LeakGuard.builder().log(false).build();
    private final ResourceWatch watch = ResourceWatch.start(guard);
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        watch.close();
        guard.close();
        registry.close();
    }

    private static void read(MeterRegistry registry) {
        registry.getMeters().forEach(meter -> meter.measure().forEach(measurement -> measurement.getValue()));
    }

    private Set<String> names() {
        return registry.getMeters().stream()
                .map(m -> m.getId().getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> namesInStatus() {
        ResourceWatch.Status status = watch.status();
        Set<String> names = new TreeSet<>();
        for (WatchMetric metric : WatchMetric.values()) {
            if (!metric.read(status).isEmpty()) {
                names.add(metric.metricName());
            }
        }
        return names;
    }

    @Test
    void each_value_of_the_watch_has_a_meter_once_it_is_there() {
        try (ResourceWatchMetrics metrics = ResourceWatchMetrics.of(watch)) {
            metrics.bindTo(registry);
            await().untilAsserted(() -> {
                read(registry);
                assertThat(names()).contains("leakguard.process.memory.usage").isEqualTo(namesInStatus());
            });
        }
    }

    @Test
    void a_value_is_the_statuss_own_with_its_unit_and_attribute() {
        try (ResourceWatchMetrics metrics = ResourceWatchMetrics.of(watch, Tags.of("app", "orders"))) {
            metrics.bindTo(registry);
            await().untilAsserted(() -> {
                read(registry);
                assertThat(registry.find("leakguard.process.memory.usage")
                                .tag("leakguard.memory.part", "heap")
                                .tag("app", "orders")
                                .gauge())
                        .isNotNull();
            });
            Meter.Id heap = registry.get("leakguard.process.memory.usage")
                    .tag("leakguard.memory.part", "heap")
                    .meter()
                    .getId();
            assertThat(heap.getBaseUnit()).isEqualTo("bytes");
            assertThat(registry.get("leakguard.process.memory.usage")
                            .tag("leakguard.memory.part", "heap")
                            .gauge()
                            .value())
                    .isPositive();
            assertThat(registry.get("leakguard.pressure.worst").gauge().value()).isBetween(0.0, 4.0);
        }
    }

    @Test
    void a_binder_that_is_closed_takes_its_meters_out() {
        ResourceWatchMetrics metrics = ResourceWatchMetrics.of(watch);
        metrics.bindTo(registry);
        metrics.bindTo(registry);
        assertThat(registry.getMeters()).isNotEmpty();
        metrics.close();
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
    }
}
