package io.leakguard.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenTelemetry's agent beside this one, before it and after it. */
class WithOpenTelemetryTest {

    private static final Pattern TRACE = Pattern.compile(".* · trace ([0-9a-f]{32}) span ([0-9a-f]{16})");

    /** Only what this needs: a start is quicker without the rest. */
    private static final List<String> TO_OUTPUT = List.of(
            "-Dotel.instrumentation.common.default-enabled=false",
            "-Dotel.instrumentation.opentelemetry-api.enabled=true",
            "-Dotel.instrumentation.java-http-server.enabled=true",
            "-Dotel.traces.exporter=experimental-otlp/stdout",
            "-Dotel.metrics.exporter=experimental-otlp/stdout",
            "-Dotel.logs.exporter=none",
            "-Dotel.bsp.schedule.delay=100",
            "-Dotel.metric.export.interval=1000");

    static Stream<List<String>> orders() {
        String other = JavaProcess.otherAgent("opentelemetry.jar");
        return Stream.of(List.of(other, JavaProcess.GUARD), List.of(JavaProcess.GUARD, other));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_leak_is_reported_with_the_requests_trace_and_its_span_is_linked_to_the_requests(List<String> agents)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(agents);
        options.addAll(TO_OUTPUT);
        try (WebProcess web = WebProcess.counter(options)) {
            JavaProcess process = web.process();
            process.awaitLine(line -> line.contains("leakguard.resource.active"));
            web.get("/lose");

            process.awaitLine(line -> line.contains("LEAK file.input"));
            Matcher named =
                    TRACE.matcher(process.awaitLine(line -> TRACE.matcher(line).matches()));
            assertThat(named.matches()).isTrue();
            process.awaitLine(line -> line.contains("\"traceId\":\"" + named.group(1) + "\"")
                    && line.contains("\"spanId\":\"" + named.group(2) + "\""));
            assertThat(process.awaitLine(line -> line.contains("\"name\":\"resource leak\"")))
                    .contains(
                            "\"links\":[{\"traceId\":\"" + named.group(1) + "\",\"spanId\":\"" + named.group(2) + "\"")
                    .contains("Counter.lose(Counter.java:");
            process.awaitLine(line -> line.contains("\"leakguard.leaks\""));
            assertThat(process.end()).as(process::all).isZero();
        }
    }
}
