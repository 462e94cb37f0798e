package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.telemetry.LeakGuardHealth;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchOptions;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the SDK gets, by its in-memory exporters. */
@SuppressWarnings("ReachabilityFenceUsage") // a test that fails needs no fence
class OpenTelemetryTest {

    private static final ResourceKind KIND = ResourceKind.of("test.telemetry");
    private static final ResourceKind OTHER = ResourceKind.of("test.telemetry.other");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .setLoggerProvider(SdkLoggerProvider.builder()
                    .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                    .build())
            .build();
    private final Leaks.Recorder recorder = new Leaks.Recorder();

    @AfterEach
    void closeTheSdk() {
        sdk.close();
    }

    private LeakGuard guard() {
        return LeakGuard.builder()
                .log(false)
                .listener(recorder)
                .mdc("tenant")
                .scopeGrace(Duration.ZERO)
                .build();
    }

    /** Leaks within a span, and gives that span's context. */
    private SpanContext leakInASpan(LeakGuard guard) {
        Span request = sdk.getTracer("app").spanBuilder("GET /orders").startSpan();
        try (Scope ignored = request.makeCurrent()) {
            Leaks.forget(guard, KIND, "orders.csv");
        } finally {
            request.end();
        }
        return request.getSpanContext();
    }

    private SpanData leakSpan(LeakGuard guard) {
        Leaks.gcUntil(() ->
                spans.getFinishedSpanItems().stream().anyMatch(s -> s.getName().equals("resource leak")));
        assertThat(guard.flush(PATIENCE)).isTrue();
        return spans.getFinishedSpanItems().stream()
                .filter(s -> s.getName().equals("resource leak"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pressure_is_a_span_a_count_and_degraded_health() {
        WatchOptions nearlyFull = WatchOptions.defaults()
                .withInterval(Duration.ofMillis(100))
                .withThresholds(0.000_000_1, 0.999_8, 0.999_9);
        try (LeakGuard guard = guard()) {
            LeakListener.Registration registration =
                    LeakGuardTelemetry.create(sdk).install(guard);
            try (ResourceWatch watch = ResourceWatch.start(guard, nearlyFull)) {
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> spans.getFinishedSpanItems().stream()
                                .anyMatch(s -> s.getName().equals("resource pressure")));
                LeakGuardHealth.Health health =
                        LeakGuardHealth.builder(guard).watch(watch).build().check();
                assertThat(health.status()).isEqualTo(LeakGuardHealth.Status.DEGRADED);
                assertThat(health.toText()).contains("watch: warning pressure");
                if (watch.status().memory().used().isPresent()) {
                    assertThat(health.figures())
                            .containsKeys(
                                    "process_memory_used", "process_memory_limit", "process_memory_native_unknown");
                }
            }
            SpanData span = spans.getFinishedSpanItems().stream()
                    .filter(s -> s.getName().equals("resource pressure"))
                    .findFirst()
                    .orElseThrow();
            assertThat(span.getAttributes().get(AttributeKey.stringKey("leakguard.pressure.area")))
                    .isEqualTo("FILE_DESCRIPTORS");
            assertThat(span.getAttributes().get(AttributeKey.stringKey("leakguard.pressure.level")))
                    .isEqualTo("WARNING");
            assertThat(span.getAttributes().get(AttributeKey.longKey("leakguard.pressure.used")))
                    .isPositive();
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(metrics.collectAllMetrics())
                    .filteredOn(m -> m.getName().equals("leakguard.pressure.reports"))
                    .hasSize(1);
            registration.close();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_watchs_metrics_are_there_once_however_many_watches_there_are_and_gone_when_it_is_closed() {
        LeakGuardTelemetry telemetry = LeakGuardTelemetry.create(sdk);
        try (LeakGuard guard = guard();
                ResourceWatch first = ResourceWatch.start(guard);
                ResourceWatch second = ResourceWatch.start(guard)) {
            LeakListener.Registration one = telemetry.install(first);
            LeakListener.Registration two = telemetry.install(second);
            assertThat(metrics.collectAllMetrics())
                    .filteredOn(m -> m.getName().equals("leakguard.process.memory.usage"))
                    .singleElement()
                    .satisfies(m -> {
                        assertThat(m.getUnit()).isEqualTo("By");
                        assertThat(m.getDoubleSumData().getPoints()).anySatisfy(point -> {
                            assertThat(point.getAttributes().get(AttributeKey.stringKey("leakguard.memory.part")))
                                    .isEqualTo("heap");
                            assertThat(point.getValue()).isPositive();
                        });
                    });
            one.close();
            assertThat(metrics.collectAllMetrics()).anyMatch(m -> m.getName().equals("leakguard.process.memory.limit"));
            two.close();
            two.close();
            assertThat(metrics.collectAllMetrics()).noneMatch(m -> m.getName().startsWith("leakguard.process.memory"));
        }
    }

    @Test
    void a_leak_is_a_span_of_its_own_that_links_to_the_span_in_which_the_resource_was_opened() {
        try (LeakGuard guard = guard()) {
            LeakListener.Registration registration =
                    LeakGuardTelemetry.create(sdk).install(guard);
            SpanContext request = leakInASpan(guard);
            SpanData span = leakSpan(guard);
            LeakReport report = recorder.await(KIND);
            registration.close();

            assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
            assertThat(span.getParentSpanContext().isValid()).isFalse();
            assertThat(span.getTraceId()).isNotEqualTo(request.getTraceId());
            assertThat(span.getLinks()).extracting(LinkData::getSpanContext).containsExactly(request);
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getStartEpochNanos())
                    .isEqualTo(TimeUnit.MILLISECONDS.toNanos(report.openedAt().toEpochMilli()));
            assertThat(span.getEndEpochNanos())
                    .isEqualTo(TimeUnit.MILLISECONDS.toNanos(report.detectedAt().toEpochMilli()));
            assertThat(span.getEvents()).isEmpty();
            assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("io.leakguard");
            assertThat(span.getInstrumentationScopeInfo().getVersion()).matches("\\d+\\.\\d+\\.\\d+.*");
        }
    }

    @Test
    void the_span_has_every_attribute_that_explains_the_leak() {
        org.slf4j.MDC.put("tenant", "acme");
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            LeakScope scope = guard.openScope("event-8841");
            leakInASpan(guard);
            SpanData span = leakSpan(guard);
            scope.close();

            Attributes a = span.getAttributes();
            LeakReport report = recorder.await(KIND);
            StackTraceElement site = report.site().orElseThrow();
            assertThat(a.get(AttributeKey.stringKey("leakguard.resource.kind"))).isEqualTo("test.telemetry");
            assertThat(a.get(AttributeKey.stringKey("leakguard.leak.cause"))).isEqualTo("COLLECTED");
            assertThat(a.get(AttributeKey.stringKey("leakguard.leak.site"))).isEqualTo(report.siteText());
            assertThat(a.get(AttributeKey.stringKey("leakguard.resource.description")))
                    .isEqualTo("orders.csv");
            assertThat(a.get(AttributeKey.stringKey("leakguard.scope.name"))).isEqualTo("event-8841");
            assertThat(a.get(AttributeKey.longKey("leakguard.leak.occurrences")))
                    .isEqualTo(1);
            assertThat(a.get(AttributeKey.stringKey("code.function.name"))).isEqualTo("io.leakguard.it.Leaks.forget");
            assertThat(a.get(AttributeKey.longKey("code.line.number"))).isEqualTo(site.getLineNumber());
            assertThat(a.get(AttributeKey.stringKey("code.stacktrace")))
                    .startsWith("\tat io.leakguard.it.Leaks.forget(Leaks.java:")
                    .contains("\n\tat io.leakguard.it.telemetry.OpenTelemetryTest.leakInASpan(");
            assertThat(a.get(AttributeKey.stringKey("thread.name")))
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(a.get(AttributeKey.longKey("thread.id"))).isEqualTo(report.threadId());
            assertThat(a.get(AttributeKey.stringKey("leakguard.context.tenant")))
                    .isEqualTo("acme");
        } finally {
            org.slf4j.MDC.clear();
        }
    }

    @Test
    void as_a_child_it_belongs_to_the_trace_of_the_opener() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.builder(sdk).childSpans(true).build().install(guard);
            SpanContext request = leakInASpan(guard);
            SpanData span = leakSpan(guard);

            assertThat(span.getTraceId()).isEqualTo(request.getTraceId());
            assertThat(span.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(span.getLinks()).isEmpty();
        }
    }

    @Test
    void opened_outside_of_any_span_it_links_to_nothing() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            Leaks.forget(guard, KIND, "");

            assertThat(leakSpan(guard).getLinks()).isEmpty();
            assertThat(leakSpan(guard).getParentSpanContext().isValid()).isFalse();
        }
    }

    @Test
    void a_leak_that_is_only_suspected_is_no_error() {
        try (LeakGuard guard = LeakGuard.builder()
                .log(false)
                .property("overdue", "test.telemetry=50ms")
                .listener(recorder)
                .build()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            Object handle = new Object();
            LeakTracker tracker = guard.track(handle, KIND);
            SpanData span = leakSpan(guard);
            tracker.close();

            assertThat(span.getAttributes().get(AttributeKey.stringKey("leakguard.leak.cause")))
                    .isEqualTo("OVERDUE");
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            java.lang.ref.Reference.reachabilityFence(handle);
        }
    }

    // ------------------------------------------------------------------------------------------------- metrics

    private Map<String, MetricData> collect() {
        return metrics.collectAllMetrics().stream().collect(Collectors.toMap(MetricData::getName, m -> m));
    }

    private static long value(MetricData metric, String attribute, String value, String other, String otherValue) {
        return metric.getLongSumData().getPoints().stream()
                .filter(p -> value.equals(p.getAttributes().get(AttributeKey.stringKey(attribute))))
                .filter(p ->
                        other.isEmpty() || otherValue.equals(p.getAttributes().get(AttributeKey.stringKey(other))))
                .mapToLong(LongPointData::getValue)
                .sum();
    }

    private static long leaks(Map<String, MetricData> all, ResourceKind kind, LeakCause cause) {
        return value(
                all.get("leakguard.leaks"),
                "leakguard.resource.kind",
                kind.name(),
                "leakguard.leak.cause",
                cause.name());
    }

    @Test
    void the_metrics_have_their_names_units_and_types() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            Object handle = new Object();
            guard.track(handle, KIND).close();
            Map<String, MetricData> all = collect();

            assertThat(all)
                    .containsOnlyKeys(
                            "leakguard.resource.active",
                            "leakguard.leaks",
                            "leakguard.resource.hold.duration",
                            "leakguard.reports.dropped",
                            "leakguard.file_descriptor.utilization");
            assertThat(all.get("leakguard.resource.active").getUnit()).isEqualTo("{resource}");
            assertThat(all.get("leakguard.resource.active").getLongSumData().isMonotonic())
                    .isFalse();
            assertThat(all.get("leakguard.leaks").getUnit()).isEqualTo("{leak}");
            assertThat(all.get("leakguard.leaks").getLongSumData().isMonotonic())
                    .isTrue();
            assertThat(all.get("leakguard.resource.hold.duration").getUnit()).isEqualTo("s");
            assertThat(all.get("leakguard.resource.hold.duration").getType()).isEqualTo(MetricDataType.HISTOGRAM);
            assertThat(all.get("leakguard.reports.dropped").getUnit()).isEqualTo("{report}");
            assertThat(all.get("leakguard.reports.dropped").getLongSumData().isMonotonic())
                    .isTrue();
            assertThat(all.get("leakguard.file_descriptor.utilization").getUnit())
                    .isEqualTo("1");
            assertThat(all.get("leakguard.file_descriptor.utilization")
                            .getDoubleGaugeData()
                            .getPoints())
                    .singleElement()
                    .satisfies(p -> assertThat(p.getValue()).isStrictlyBetween(0.0, 1.0));
        }
    }

    @Test
    void leaks_are_counted_exactly_although_reports_are_rate_limited() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            for (int i = 0; i < 20; i++) {
                Leaks.forget(guard, KIND, "");
            }
            Object open = new Object();
            LeakTracker tracker = guard.track(open, OTHER);
            assertThat(value(
                            collect().get("leakguard.resource.active"),
                            "leakguard.resource.kind",
                            OTHER.name(),
                            "",
                            ""))
                    .isEqualTo(1);
            Leaks.gcUntil(() -> leaks(collect(), KIND, LeakCause.COLLECTED) == 20);
            assertThat(guard.flush(PATIENCE)).isTrue();
            tracker.close();

            Map<String, MetricData> all = collect();
            assertThat(leaks(all, OTHER, LeakCause.COLLECTED)).isZero();
            assertThat(value(all.get("leakguard.resource.active"), "leakguard.resource.kind", OTHER.name(), "", ""))
                    .isZero();
            assertThat(spans.getFinishedSpanItems()).hasSize(1);
        }
    }

    @Test
    void an_escape_is_counted_under_its_cause() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            Object open = new Object();
            LeakTracker tracker;
            try (LeakScope ignored = guard.openScope("event")) {
                tracker = guard.track(open, KIND);
            }
            Leaks.gcUntil(() -> leaks(collect(), KIND, LeakCause.ESCAPED_SCOPE) == 1);
            tracker.close();

            assertThat(leaks(collect(), KIND, LeakCause.COLLECTED)).isZero();
            java.lang.ref.Reference.reachabilityFence(open);
        }
    }

    @Test
    void what_was_closed_is_in_the_histogram_of_hold_durations() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            Object handle = new Object();
            for (int i = 0; i < 1_000; i++) {
                guard.track(handle, KIND).close();
            }
            long start = System.nanoTime();
            LeakTracker slow = guard.track(handle, KIND);
            Leaks.gcUntil(() -> slow.age().toMillis() >= 120);
            Duration held = slow.age();
            slow.close();
            long longest = System.nanoTime() - start;

            HistogramPointData point =
                    collect().get("leakguard.resource.hold.duration").getHistogramData().getPoints().stream()
                            .findFirst()
                            .orElseThrow();
            assertThat(point.getAttributes())
                    .isEqualTo(Attributes.of(AttributeKey.stringKey("leakguard.resource.kind"), KIND.name()));
            assertThat(point.getCount()).isEqualTo(1_001);
            assertThat(point.getMax() * 1e9).isBetween(held.toNanos() * 0.85, longest * 1.15);
        }
    }

    @Test
    void hold_durations_can_be_left_out() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.builder(sdk).holdDurations(false).build().install(guard);
            Object handle = new Object();
            guard.track(handle, KIND).close();
            assertThat(collect()).doesNotContainKey("leakguard.resource.hold.duration");
        }
    }

    @Test
    void two_guards_are_added_up_and_a_counter_never_goes_backwards() {
        LeakGuardTelemetry telemetry = LeakGuardTelemetry.create(sdk);
        try (LeakGuard first = guard();
                LeakGuard second = guard()) {
            LeakListener.Registration one = telemetry.install(first);
            LeakListener.Registration two = telemetry.install(second);
            Leaks.forget(first, KIND, "");
            Leaks.forget(second, KIND, "");
            Leaks.gcUntil(() -> leaks(collect(), KIND, LeakCause.COLLECTED) == 2);
            one.close();
            one.close();
            assertThat(leaks(collect(), KIND, LeakCause.COLLECTED)).isEqualTo(2);
            two.close();
            assertThat(collect()).isEmpty();
        }
    }

    // ------------------------------------------------------------------------------------------------- events

    @Test
    void no_event_is_emitted_unless_asked_for() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.create(sdk).install(guard);
            leakInASpan(guard);
            leakSpan(guard);
            assertThat(logs.getFinishedLogRecordItems()).isEmpty();
        }
    }

    @Test
    void an_event_carries_the_trace_of_the_opener() {
        try (LeakGuard guard = guard()) {
            LeakGuardTelemetry.builder(sdk).events(true).build().install(guard);
            SpanContext request = leakInASpan(guard);
            leakSpan(guard);

            List<LogRecordData> all = logs.getFinishedLogRecordItems();
            assertThat(all).hasSize(1);
            LogRecordData event = all.get(0);
            assertThat(event.getEventName()).isEqualTo("leakguard.resource.leak");
            assertThat(event.getSeverity()).isEqualTo(Severity.WARN);
            assertThat(event.getSpanContext()).isEqualTo(request);
            assertThat(event.getAttributes().get(AttributeKey.stringKey("leakguard.resource.kind")))
                    .isEqualTo(KIND.name());
            assertThat(event.getBodyValue().asString()).startsWith("LEAK test.telemetry collected without close()");
        }
    }

    // ------------------------------------------------------------------------------------------------- no SDK

    @Test
    void without_an_sdk_nothing_happens_and_close_counts_nothing() {
        try (LeakGuard guard = guard()) {
            LeakListener.Registration registration = LeakGuardTelemetry.builder(OpenTelemetry.noop())
                    .events(true)
                    .build()
                    .install(guard);
            Object handle = new Object();
            guard.track(handle, KIND).close();
            Leaks.forget(guard, OTHER, "");
            recorder.await(OTHER);
            assertThat(guard.flush(PATIENCE)).isTrue();
            registration.close();

            assertThat(guard.stats().listenerFailures()).isZero();
            assertThat(OpenTelemetry.noop()
                            .getMeter("")
                            .histogramBuilder("x")
                            .build()
                            .isEnabled())
                    .as("what switches the counting on close() off")
                    .isFalse();
        }
    }
}
