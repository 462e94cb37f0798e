package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SpansTest {

    private static void forget(LeakGuard guard, OpenTelemetry telemetry) {
        Span request = telemetry.getTracer("test").spanBuilder("request").startSpan();
        try (Scope current = request.makeCurrent()) {
            guard.track(new Object(), ResourceKind.of("test.span"));
        } finally {
            request.end();
        }
    }

    @Test
    void a_leak_is_a_span_of_the_applications_opentelemetry_that_is_linked_to_the_requests() {
        InMemorySpanExporter spans = InMemorySpanExporter.create();
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                        .build())
                .build();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LeakGuardAutoConfiguration.class, LeakGuardTelemetryAutoConfiguration.class))
                .withBean(OpenTelemetry.class, () -> sdk)
                .run(context -> {
                    forget(context.getBean(LeakGuard.class), sdk);
                    Application.until(() -> spans.getFinishedSpanItems().stream()
                            .anyMatch(s -> s.getName().equals("resource leak")));
                    SpanData request = span(spans, "request");

                    assertThat(span(spans, "resource leak").getLinks())
                            .anyMatch(link -> link.getSpanContext().getTraceId().equals(request.getTraceId()));
                });
    }

    private static SpanData span(InMemorySpanExporter spans, String name) {
        return spans.getFinishedSpanItems().stream()
                .filter(s -> s.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
