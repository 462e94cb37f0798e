package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.telemetry.LeakGuardHealth;
import io.leakguard.telemetry.LeakGuardJfr;
import io.leakguard.telemetry.LeakGuardJmx;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard works with the versions of its dependencies that an application has, in JVMs of their own. */
class OtherVersionsTest {

    private static final Path VERSIONS = Path.of("target", "versions");
    private static final ResourceKind KIND = ResourceKind.of("thing");

    @TempDir
    Path dir;

    private static List<String> jars(String folder) throws Exception {
        try (Stream<Path> files = Files.list(VERSIONS.resolve(folder))) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    private static List<String> ofThisBuild(String... parts) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> Arrays.stream(parts).anyMatch(entry::contains))
                .toList();
    }

    private String run(Class<?> program, Object... classPath) throws Exception {
        return ChildProgram.java(
                dir,
                List.of(
                        "-cp",
                        ChildProgram.path(
                                ofThisBuild("target" + File.separator + "classes", "test-classes", "jspecify-"),
                                ChildProgram.path(classPath)),
                        program.getName()));
    }

    @Test
    void without_opentelemetry_and_with_slf4j_1_7_and_caffeine_2_9() throws Exception {
        assertThat(run(Plain.class, jars("slf4j-oldest"), jars("caffeine-oldest")))
                .contains("LEAK thing collected without close()")
                .contains("REPORTED trace '' attributes {a=b}")
                .contains("DEGRADED")
                .contains("PAGE true")
                .contains("open at shutdown: ")
                .doesNotContain("LeakGuard failed", "Exception", "Error");
    }

    @Test
    void with_opentelemetry_1_31_and_caffeine_3_1() throws Exception {
        assertTraced(run(
                Traced.class,
                jars("opentelemetry-oldest"),
                ofThisBuild("slf4j-api"),
                jars("slf4j-newest"),
                jars("caffeine-earlier")));
    }

    @Test
    void with_opentelemetry_1_62() throws Exception {
        assertTraced(run(
                Traced.class,
                jars("opentelemetry-earlier"),
                ofThisBuild("slf4j-api", "caffeine-"),
                jars("slf4j-newest")));
    }

    @Test
    void with_the_newest_opentelemetry() throws Exception {
        assertTraced(run(Traced.class, ofThisBuild("opentelemetry-", "slf4j-api", "caffeine-"), jars("slf4j-newest")));
    }

    private static void assertTraced(String output) {
        assertThat(output)
                .contains("LEAK thing collected without close()")
                .contains("SPAN resource leak linked to the request, 1 of 1, thread main")
                .contains("METRIC leakguard.leaks")
                .contains("METRIC leakguard.resource.hold.duration")
                .contains("EVENT of the request")
                .doesNotContain("LeakGuard failed", "Exception", "Error");
    }

    /** What is newer is in one class, which tries it. */
    @Test
    void all_that_uses_opentelemetry_but_one_class_compiles_with_its_oldest_version() throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "--release",
                "17",
                "-d",
                dir.toString(),
                "-cp",
                ChildProgram.path(
                        jars("opentelemetry-oldest"),
                        ofThisBuild("target/classes", "slf4j-api", "caffeine-", "jspecify-"))));
        int found = 0;
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java/io"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                if (Files.readString(source).contains("import io.opentelemetry.")
                        && !source.endsWith("NewerApi.java")) {
                    arguments.add(source.toString());
                    found++;
                }
            }
        }
        assertThat(found).isGreaterThan(4);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0])))
                .isZero();
    }

    /** Maven's users get the version that they ask for themselves, or none. */
    @Test
    void opentelemetry_is_no_dependency_that_users_inherit() throws Exception {
        String pom = Files.readString(Path.of("pom.xml"));
        int api = pom.indexOf("<artifactId>opentelemetry-api</artifactId>");
        assertThat(pom.substring(api, pom.indexOf("</dependency>", api))).contains("<optional>true</optional>");
    }

    private static LeakReport leak(LeakGuard guard, BlockingQueue<LeakReport> reports) throws InterruptedException {
        guard.track(new Object(), KIND);
        LeakReport report = null;
        while (report == null) {
            System.gc();
            report = reports.poll(20, TimeUnit.MILLISECONDS);
        }
        return report;
    }

    /** Uses nothing of OpenTelemetry. */
    static final class Plain {
        private static final List<Object> HELD = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            BlockingQueue<LeakReport> reports = new LinkedBlockingQueue<>();
            Path page = Files.createTempFile("page", ".html");
            LeakGuard guard =
                    LeakGuard.builder().listener(reports::add).reportFile(page).build();
            Registration jmx = LeakGuardJmx.register(guard);
            Registration jfr = LeakGuardJfr.install(guard);
            try (LeakScope scope = guard.openScope("scope")) {
                scope.attribute("a", "b");
                LeakReport report = leak(guard, reports);
                System.out.println("REPORTED trace '" + report.traceId() + "' attributes " + report.attributes());
            }
            System.out.println(LeakGuardHealth.of(guard).check().toJson());
            HELD.add(new Object());
            guard.track(HELD.get(0), KIND);
            guard.dump();
            jfr.close();
            jmx.close();
            guard.close();
            System.out.println("PAGE " + Files.readString(page).contains("OtherVersionsTest"));
            Files.delete(page);
        }
    }

    /** Sends everything to an SDK. */
    static final class Traced {
        public static void main(String[] args) throws Exception {
            BlockingQueue<LeakReport> reports = new LinkedBlockingQueue<>();
            try (SdkTracerProvider spans = SdkTracerProvider.builder()
                            .addSpanProcessor(SimpleSpanProcessor.create(new Spans()))
                            .build();
                    SdkMeterProvider metrics = SdkMeterProvider.builder()
                            .registerMetricReader(PeriodicMetricReader.create(new Metrics()))
                            .build();
                    SdkLoggerProvider logs = SdkLoggerProvider.builder()
                            .addLogRecordProcessor(SimpleLogRecordProcessor.create(new Logs()))
                            .build();
                    LeakGuard guard = LeakGuard.builder().listener(reports::add).build()) {
                OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                        .setTracerProvider(spans)
                        .setMeterProvider(metrics)
                        .setLoggerProvider(logs)
                        .build();
                Registration registration =
                        LeakGuardTelemetry.builder(sdk).events(true).build().install(guard);
                Span request = sdk.getTracer("test").spanBuilder("request").startSpan();
                try (Scope current = request.makeCurrent()) {
                    guard.track(new Object(), KIND).close();
                    leak(guard, reports);
                }
                request.end();
                guard.flush(java.time.Duration.ofSeconds(30));
                metrics.forceFlush().join(10, TimeUnit.SECONDS);
                registration.close();
            }
        }
    }

    static final class Spans implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            for (SpanData span : spans) {
                StringBuilder attributes = new StringBuilder();
                span.getAttributes().forEach((key, value) -> attributes.append(key.getKey() + "=" + value + ";"));
                String all = attributes.toString();
                System.out.println("SPAN " + span.getName()
                        + (span.getLinks().isEmpty() ? "" : " linked to the request")
                        + (all.contains("leakguard.leak.new_occurrences=1;") ? ", 1" : "")
                        + (all.contains("leakguard.leak.occurrences=1;") ? " of 1" : "")
                        + (all.contains("thread.name=main;") ? ", thread main" : ""));
            }
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    static final class Metrics implements MetricExporter {
        @Override
        public CompletableResultCode export(Collection<MetricData> metrics) {
            metrics.forEach(metric -> System.out.println("METRIC " + metric.getName()));
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }
    }

    static final class Logs implements LogRecordExporter {
        @Override
        public CompletableResultCode export(Collection<LogRecordData> logs) {
            logs.forEach(log -> System.out.println(
                    "EVENT" + (log.getSpanContext().isValid() ? " of the request" : " of no request")));
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
