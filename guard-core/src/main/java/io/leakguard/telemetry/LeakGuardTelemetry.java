package io.leakguard.telemetry;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakListener.Registration;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchMetric;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends leaks to OpenTelemetry: a span for each report, which links to the span in which the resource was opened;
 * metrics; and, on request, an event. The application brings {@code opentelemetry-api}, 1.31 or newer, and the SDK.
 * Without an SDK nothing happens.
 *
 * <p>A span stands for a report, not for a leak: reports are limited per site. {@code leakguard.leak.occurrences} has
 * the count of all leaks, {@code leakguard.leak.new_occurrences} the count since the last span. A span lasts from the
 * opening to the detection, and its status is an error if the leak is proven. The metrics are exact even if reports
 * were limited. Several guards may be installed: their metrics are added up. Use one instance for one
 * {@code OpenTelemetry}. Otherwise the instruments are registered twice. Thread-safe.
 *
 * {@snippet :
 * LeakGuardTelemetry telemetry = LeakGuardTelemetry.create(openTelemetry);
 * LeakListener.Registration registration = telemetry.install(guard);
 * // when the daemon ends, before the guard and the SDK are closed
 * guard.flush(Duration.ofSeconds(5));
 * registration.close();
 * }
 */
public final class LeakGuardTelemetry {

    private final Tracer tracer;
    private final @Nullable Logger events;
    private final boolean childSpans;
    private final LongCounter pressure;
    private final Metrics metrics;
    private final WatchMetrics watchMetrics;

    private LeakGuardTelemetry(Builder builder) {
        String version = version();
        OpenTelemetry api = builder.openTelemetry;
        this.tracer = api.getTracerProvider()
                .tracerBuilder(Names.SCOPE)
                .setInstrumentationVersion(version)
                .build();
        this.events = builder.events
                ? api.getLogsBridge()
                        .loggerBuilder(Names.SCOPE)
                        .setInstrumentationVersion(version)
                        .build()
                : null;
        this.childSpans = builder.childSpans;
        this.pressure = api.getMeterProvider()
                .meterBuilder(Names.SCOPE)
                .setInstrumentationVersion(version)
                .build()
                .counterBuilder(Names.PRESSURE)
                .setUnit("{report}")
                .setDescription("Reports of resources that the process is running out of")
                .build();
        Meter meter = api.getMeterProvider()
                .meterBuilder(Names.SCOPE)
                .setInstrumentationVersion(version)
                .build();
        this.metrics = new Metrics(meter, builder.holdDurations);
        this.watchMetrics = new WatchMetrics(meter);
    }

    /**
     * Returns telemetry with the defaults: spans with links, metrics with hold durations, no events.
     *
     * @param openTelemetry the OpenTelemetry instance of the application
     * @return telemetry, to be installed for a guard
     */
    public static LeakGuardTelemetry create(OpenTelemetry openTelemetry) {
        return builder(openTelemetry).build();
    }

    /**
     * Returns a builder.
     *
     * @param openTelemetry the OpenTelemetry instance of the application
     * @return a new builder
     */
    public static Builder builder(OpenTelemetry openTelemetry) {
        return new Builder(Objects.requireNonNull(openTelemetry, "openTelemetry"));
    }

    /**
     * Starts to send the findings of this guard. Close the registration before the guard. Call {@link LeakGuard#flush}
     * before that to send the last reports.
     *
     * @param guard the guard
     * @return a registration that ends it; its counters stay in the sums, so that they never go backwards
     */
    public Registration install(LeakGuard guard) {
        Objects.requireNonNull(guard, "guard");
        List<Registration> all = new ArrayList<>();
        all.add(guard.addListener(new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                span(report);
            }

            @Override
            public void onPressure(PressureReport report) {
                pressure.add(
                        1,
                        Attributes.of(
                                Names.PRESSURE_AREA, report.area().name(),
                                Names.PRESSURE_LEVEL, report.level().name()));
                span(report);
            }
        }));
        if (events != null) {
            Logger logger = events;
            all.add(guard.addListener(report -> event(logger, report)));
        }
        all.add(metrics.add(guard));
        return once(all);
    }

    /**
     * Starts to send what a watch measures of this process: {@link WatchMetric} has the metrics. Of several watches, which all
     * measure the same process, the first counts. Close the registration before the watch.
     *
     * @param watch the watch
     * @return ends it
     */
    public Registration install(ResourceWatch watch) {
        return once(new ArrayList<>(List.of(watchMetrics.add(Objects.requireNonNull(watch, "watch")))));
    }

    /** A registration that ends others in reverse order, once. */
    static Registration once(List<Registration> all) {
        Collections.reverse(all);
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                all.forEach(LeakListener.Registration::close);
            }
        };
    }

    private void span(LeakReport report) {
        if (!NewerApi.isEnabled(tracer)) {
            return;
        }
        SpanBuilder builder = tracer.spanBuilder(Names.SPAN)
                .setSpanKind(SpanKind.INTERNAL)
                .setStartTimestamp(report.openedAt())
                .setAllAttributes(ReportAttributes.of(report));
        if (!report.spanContext().isValid()) {
            builder.setNoParent();
        } else if (childSpans) {
            builder.setParent(opener(report));
        } else {
            builder.setNoParent().addLink(report.spanContext());
        }
        Span span = builder.startSpan();
        // Set again: OpenTelemetry's agent sets the thread that starts a span, which is a listener's thread here.
        span.setAttribute(Names.THREAD_NAME, report.threadName());
        span.setAttribute(Names.THREAD_ID, report.threadId());
        if (report.cause().confidence() == LeakCause.Confidence.PROVEN) {
            span.setStatus(StatusCode.ERROR, report.cause().text(report.kind()));
        }
        span.end(report.detectedAt());
    }

    private void span(PressureReport report) {
        if (!NewerApi.isEnabled(tracer)) {
            return;
        }
        SpanBuilder builder = tracer.spanBuilder(Names.PRESSURE_SPAN)
                .setSpanKind(SpanKind.INTERNAL)
                .setNoParent()
                .setStartTimestamp(report.detectedAt())
                .setAttribute(Names.PRESSURE_AREA, report.area().name())
                .setAttribute(Names.PRESSURE_LEVEL, report.level().name())
                .setAttribute(Names.PRESSURE_SUMMARY, report.summary())
                .setAttribute(Names.PRESSURE_DETAILS, report.toText());
        report.used().ifPresent(n -> builder.setAttribute(Names.PRESSURE_USED, n));
        report.limit().ifPresent(n -> builder.setAttribute(Names.PRESSURE_LIMIT, n));
        report.timeLeft().ifPresent(d -> builder.setAttribute(Names.PRESSURE_TIME_LEFT, d.toNanos() / 1e9));
        Span span = builder.startSpan();
        if (report.level().compareTo(PressureReport.Level.CRITICAL) >= 0) {
            span.setStatus(StatusCode.ERROR, report.summary());
        }
        span.end(report.detectedAt());
    }

    private static void event(Logger logger, LeakReport report) {
        NewerApi.setEventName(logger.logRecordBuilder(), Names.EVENT)
                .setSeverity(Severity.WARN)
                .setTimestamp(report.detectedAt())
                .setContext(report.spanContext().isValid() ? opener(report) : Context.root())
                .setAllAttributes(ReportAttributes.of(report))
                .setBody("LEAK " + report.kind() + " " + report.cause().text(report.kind()) + " · opened at "
                        + report.siteText() + (report.pathText().isEmpty() ? "" : " " + report.pathText()))
                .emit();
    }

    private static Context opener(LeakReport report) {
        return Context.root().with(Span.wrap(report.spanContext()));
    }

    /** The library's version, from the build. */
    static String version() {
        Properties properties = new Properties();
        try (InputStream in = LeakGuardTelemetry.class.getResourceAsStream("version.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            // The jar can't be read. Telemetry without its version is better than none.
        }
        return properties.getProperty("version", "unknown");
    }

    /** Configures telemetry. Not thread-safe. */
    public static final class Builder {

        private final OpenTelemetry openTelemetry;
        private boolean childSpans;
        private boolean events;
        private boolean holdDurations = true;

        private Builder(OpenTelemetry openTelemetry) {
            this.openTelemetry = openTelemetry;
        }

        /**
         * Sets whether a leak's span is a child of the span in which the resource was opened (default false: a root of
         * its own, linked to that span). A child shows in the request's trace. But it may end hours after the request
         * did, and it is dropped if the request's trace wasn't sampled.
         *
         * @param childSpans true for children
         * @return this builder
         */
        public Builder childSpans(boolean childSpans) {
            this.childSpans = childSpans;
            return this;
        }

        /**
         * Sets whether an event {@code leakguard.resource.leak} is emitted for each report through the Logs API
         * (default false). If the log is sent to the same backend, switch the log line off with
         * {@link LeakGuardBuilder#log(boolean)}. Otherwise the backend has each leak twice.
         *
         * @param events true to emit events
         * @return this builder
         */
        public Builder events(boolean events) {
            this.events = events;
            return this;
        }

        /**
         * Sets whether {@code leakguard.resource.hold.duration} is recorded (default true). It costs each close a
         * reading of the clock. {@link LeakGuardBuilder#holdDurations(boolean)} switches it off from the outside.
         *
         * @param holdDurations false to record none
         * @return this builder
         */
        public Builder holdDurations(boolean holdDurations) {
            this.holdDurations = holdDurations;
            return this;
        }

        /**
         * Returns the telemetry.
         *
         * @return telemetry, to be installed for a guard
         */
        public LeakGuardTelemetry build() {
            return new LeakGuardTelemetry(this);
        }
    }
}
