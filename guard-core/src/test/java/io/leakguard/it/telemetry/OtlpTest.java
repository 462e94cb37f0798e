package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reaches a collector: the SDK's OTLP exporters over a real connection, read back with OpenTelemetry's own protos. */
class OtlpTest {

    private static final ResourceKind LEASE = ResourceKind.of("test.lease");
    private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<io.opentelemetry.proto.trace.v1.Span> spans = new CopyOnWriteArrayList<>();
    private final List<String> scopes = new CopyOnWriteArrayList<>();
    private final List<Metric> metrics = new CopyOnWriteArrayList<>();
    private final List<LogRecord> logs = new CopyOnWriteArrayList<>();

    private HttpServer collector;
    private OpenTelemetrySdk sdk;
    private HttpServer daemon;
    private LeakGuard guard;
    private LeakListener.Registration registration;

    private interface Receiver {
        void receive(byte[] body) throws InvalidProtocolBufferException;
    }

    @BeforeEach
    void start() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        on("/v1/traces", body -> {
            for (ResourceSpans r : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
                r.getScopeSpansList().forEach(s -> {
                    scopes.add(s.getScope().getName() + " " + s.getScope().getVersion());
                    spans.addAll(s.getSpansList());
                });
            }
        });
        on(
                "/v1/metrics",
                body -> ExportMetricsServiceRequest.parseFrom(body)
                        .getResourceMetricsList()
                        .forEach(r -> r.getScopeMetricsList().forEach(s -> metrics.addAll(s.getMetricsList()))));
        on(
                "/v1/logs",
                body -> ExportLogsServiceRequest.parseFrom(body)
                        .getResourceLogsList()
                        .forEach(r -> r.getScopeLogsList().forEach(s -> logs.addAll(s.getLogRecordsList()))));
        collector.start();

        String to = "http://127.0.0.1:" + collector.getAddress().getPort();
        sdk = OpenTelemetrySdk.builder()
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                        .setEndpoint(to + "/v1/traces")
                                        .build())
                                .build())
                        .build())
                .setMeterProvider(SdkMeterProvider.builder()
                        .registerMetricReader(PeriodicMetricReader.builder(OtlpHttpMetricExporter.builder()
                                        .setEndpoint(to + "/v1/metrics")
                                        .build())
                                .setInterval(Duration.ofHours(1))
                                .build())
                        .build())
                .setLoggerProvider(SdkLoggerProvider.builder()
                        .addLogRecordProcessor(BatchLogRecordProcessor.builder(OtlpHttpLogRecordExporter.builder()
                                        .setEndpoint(to + "/v1/logs")
                                        .build())
                                .build())
                        .build())
                .build();
        guard = LeakGuard.builder().name("orders").log(false).build();
        registration = LeakGuardTelemetry.builder(sdk).events(true).build().install(guard);
        daemon = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        daemon.createContext("/orders", this::serve);
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.stop(0);
        registration.close();
        guard.close();
        sdk.close();
        collector.stop(0);
    }

    private void on(String path, Receiver receiver) {
        collector.createContext(path, exchange -> {
            try (exchange) {
                receiver.receive(exchange.getRequestBody().readAllBytes());
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, -1);
            }
        });
    }

    // ------------------------------------------------------------------------------------------------- the daemon

    private static final TextMapGetter<HttpExchange> HEADERS = new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable HttpExchange exchange, String key) {
            return exchange == null ? null : exchange.getRequestHeaders().getFirst(key);
        }
    };

    /** As an instrumented server does it: extract the caller's trace, make a server span current, call the handler. */
    private void serve(HttpExchange exchange) throws IOException {
        Context caller = sdk.getPropagators().getTextMapPropagator().extract(Context.root(), exchange, HEADERS);
        Span span = sdk.getTracer("daemon")
                .spanBuilder("GET /orders")
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
        try (exchange;
                Scope ignored = span.makeCurrent()) {
            findOrders();
            exchange.sendResponseHeaders(204, -1);
        } finally {
            span.end();
        }
    }

    private void findOrders() {
        guard.track(new Object(), LEASE, "orders"); // and never closed
    }

    private void request() throws IOException, InterruptedException {
        HttpResponse<Void> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + daemon.getAddress().getPort() + "/orders"))
                                .header("traceparent", "00-" + TRACE_ID + "-00f067aa0ba902b7-01")
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
        assertThat(response.statusCode()).isEqualTo(204);
        Leaks.gcUntil(() -> guard.stats().leaked() == 1);
        assertThat(guard.flush(PATIENCE)).isTrue();
        assertThat(sdk.getSdkTracerProvider()
                        .forceFlush()
                        .join(30, TimeUnit.SECONDS)
                        .isSuccess())
                .isTrue();
        assertThat(sdk.getSdkLoggerProvider()
                        .forceFlush()
                        .join(30, TimeUnit.SECONDS)
                        .isSuccess())
                .isTrue();
    }

    private io.opentelemetry.proto.trace.v1.Span span(String name) {
        return spans.stream().filter(s -> s.getName().equals(name)).findFirst().orElseThrow();
    }

    private static String hex(com.google.protobuf.ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static Map<String, AnyValue> attributes(List<KeyValue> all) {
        return all.stream().collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
    }

    // ------------------------------------------------------------------------------------------------- the tests

    @Test
    void a_leak_links_to_the_trace_of_the_request_that_forgot_to_close() throws Exception {
        request();
        io.opentelemetry.proto.trace.v1.Span server = span("GET /orders");
        io.opentelemetry.proto.trace.v1.Span leak = span("resource leak");

        assertThat(hex(server.getTraceId())).isEqualTo(TRACE_ID);
        assertThat(leak.getLinksList()).singleElement().satisfies(link -> {
            assertThat(hex(link.getTraceId())).isEqualTo(TRACE_ID);
            assertThat(link.getSpanId()).isEqualTo(server.getSpanId());
        });
        assertThat(leak.getParentSpanId()).isEmpty();
        assertThat(hex(leak.getTraceId())).isNotEqualTo(TRACE_ID);
    }

    @Test
    void the_span_reaches_the_collector_with_its_times_status_and_attributes() throws Exception {
        request();
        io.opentelemetry.proto.trace.v1.Span leak = span("resource leak");
        Map<String, AnyValue> a = attributes(leak.getAttributesList());

        assertThat(leak.getKind()).isEqualTo(io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL);
        assertThat(leak.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(leak.getStartTimeUnixNano()).isLessThanOrEqualTo(leak.getEndTimeUnixNano());
        assertThat(leak.getEventsList()).isEmpty();
        assertThat(a.keySet())
                .containsExactlyInAnyOrder(
                        "leakguard.resource.kind",
                        "leakguard.leak.cause",
                        "leakguard.leak.site",
                        "leakguard.resource.description",
                        "leakguard.leak.path",
                        "leakguard.leak.occurrences",
                        "leakguard.leak.new_occurrences",
                        "code.function.name",
                        "code.line.number",
                        "code.stacktrace",
                        "thread.name",
                        "thread.id");
        assertThat(a.get("leakguard.resource.kind").getStringValue()).isEqualTo("test.lease");
        assertThat(a.get("leakguard.leak.occurrences").getIntValue()).isEqualTo(1);
        assertThat(a.get("leakguard.leak.new_occurrences").getIntValue()).isEqualTo(1);
        assertThat(a.get("code.function.name").getStringValue())
                .isEqualTo("io.leakguard.it.telemetry.OtlpTest.findOrders");
        assertThat(a.get("code.line.number").getIntValue()).isPositive();
        assertThat(scopes).anyMatch(s -> s.matches("io\\.leakguard \\d+\\.\\d+.*"));
    }

    @Test
    void the_event_reaches_the_collector_within_the_trace_of_the_request() throws Exception {
        request();
        assertThat(logs).singleElement().satisfies(event -> {
            assertThat(event.getEventName()).isEqualTo("leakguard.resource.leak");
            assertThat(hex(event.getTraceId())).isEqualTo(TRACE_ID);
            assertThat(event.getSeverityText() + event.getSeverityNumber()).contains("WARN");
        });
    }

    @Test
    void the_metrics_reach_the_collector() throws Exception {
        Object handle = new Object();
        for (int i = 0; i < 7; i++) {
            guard.track(handle, LEASE).close();
        }
        var open = guard.track(handle, LEASE);
        request();
        assertThat(sdk.getSdkMeterProvider()
                        .forceFlush()
                        .join(30, TimeUnit.SECONDS)
                        .isSuccess())
                .isTrue();
        open.close();
        // An SDK reports on itself too; the newest export of each name counts.
        Map<String, Metric> all = metrics.stream().collect(Collectors.toMap(Metric::getName, m -> m, (a, b) -> b));

        assertThat(all.get("leakguard.resource.active").getSum().getIsMonotonic())
                .isFalse();
        assertThat(all.get("leakguard.resource.active").getSum().getDataPointsList())
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.getAsInt()).isEqualTo(1);
                    assertThat(attributes(p.getAttributesList())).containsOnlyKeys("leakguard.resource.kind");
                });
        assertThat(all.get("leakguard.leaks").getUnit()).isEqualTo("{leak}");
        assertThat(all.get("leakguard.leaks").getSum().getIsMonotonic()).isTrue();
        assertThat(all.get("leakguard.leaks").getSum().getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        NumberDataPoint leaked = all.get("leakguard.leaks").getSum().getDataPointsList().stream()
                .filter(p -> attributes(p.getAttributesList())
                        .get("leakguard.leak.cause")
                        .getStringValue()
                        .equals("COLLECTED"))
                .findFirst()
                .orElseThrow();
        assertThat(leaked.getAsInt()).isEqualTo(1);
        assertThat(all.get("leakguard.resource.hold.duration").getHistogram().getDataPointsList())
                .singleElement()
                .satisfies(p -> assertThat(p.getCount()).isEqualTo(7));
        assertThat(all.get("leakguard.reports.dropped").getSum().getDataPointsList())
                .hasSize(GuardStats.DropReason.values().length)
                .allSatisfy(p -> assertThat(p.getAsInt()).isZero());
        assertThat(all.get("leakguard.file_descriptor.utilization")
                        .getGauge()
                        .getDataPoints(0)
                        .getAsDouble())
                .isStrictlyBetween(0.0, 1.0);
    }
}
