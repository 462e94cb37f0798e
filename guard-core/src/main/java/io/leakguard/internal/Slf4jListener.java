package io.leakguard.internal;

import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.ScopeUsage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.DefaultLoggingEventBuilder;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.LoggingEventBuilder;

/** The default listener: one log event for each report. */
final class Slf4jListener implements LeakListener {

    static final String LOGGER = "io.leakguard.leak";

    private final Logger logger = LoggerFactory.getLogger(LOGGER);
    private final Marker marker = MarkerFactory.getMarker("LEAK");
    private final Marker pressureMarker = MarkerFactory.getMarker("PRESSURE");

    @Override
    public void onLeak(LeakReport report) {
        log(Level.WARN, marker, ofLeak(report), report.toText());
    }

    @Override
    public void onLateRelease(LeakReport report, Duration openFor) {
        log(
                Level.INFO,
                marker,
                ofLeak(report),
                "released late: " + report.kind()
                        + (report.description().isEmpty() ? "" : " \"" + report.description() + "\"")
                        + " opened at " + report.siteText()
                        + (report.pathText().isEmpty() ? "" : " " + report.pathText())
                        + " was closed after " + Text.duration(openFor)
                        + " · it was reported as " + report.cause().text(report.kind()));
    }

    private static Map<String, String> ofLeak(LeakReport report) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("leakguard.resource.kind", report.kind().name());
        values.put("leakguard.leak.cause", report.cause().name());
        values.put("leakguard.leak.site", report.siteText());
        values.put("leakguard.leak.path", report.path().toString());
        return values;
    }

    @Override
    public void onAllocation(ScopeUsage usage, long limit) {
        log(
                Level.WARN,
                null,
                Map.of("leakguard.scope.name", usage.name()),
                "scope " + Text.safe(String.join(" > ", usage.path()), 400)
                        + " allocated " + Text.bytes(usage.allocatedBytes().orElse(0))
                        + ", more than its limit of " + Text.bytes(limit)
                        + " · open " + Text.duration(usage.duration())
                        + " · thread " + Text.safe(usage.threadName(), 100)
                        + attributes(usage.attributes()));
    }

    private static String attributes(Map<String, String> attributes) {
        StringBuilder out = new StringBuilder();
        attributes.forEach((key, value) ->
                out.append(" · ").append(Text.safe(key, 100)).append('=').append(Text.safe(value, 200)));
        return out.toString();
    }

    @Override
    public void onPressure(PressureReport report) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("leakguard.pressure.area", report.area().name());
        values.put("leakguard.pressure.level", report.level().name());
        Level level = switch (report.level()) {
            case NORMAL -> Level.INFO;
            case WARNING, HIGH -> Level.WARN;
            case CRITICAL, EXHAUSTED -> Level.ERROR;
        };
        log(level, pressureMarker, values, report.toText());
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        log(
                Level.INFO,
                marker,
                Map.of("leakguard.leak.cause", "OPEN_AT_SHUTDOWN"),
                "open at shutdown: " + open.toText());
    }

    /**
     * One event with key-value pairs, where the backend keeps these apart. One that doesn't (slf4j-simple) gets them from
     * SLF4J as a prefix of the message, which says the same twice: it gets the message alone.
     */
    private void log(Level level, @Nullable Marker by, Map<String, String> values, String message) {
        LoggingEventBuilder event = logger.atLevel(level);
        if (event instanceof DefaultLoggingEventBuilder && !(logger instanceof LoggingEventAware)) {
            switch (level) {
                case ERROR -> logger.error(by, message);
                case WARN -> logger.warn(by, message);
                default -> logger.info(by, message);
            }
            return;
        }
        if (by != null) {
            event = event.addMarker(by);
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            event = event.addKeyValue(value.getKey(), value.getValue());
        }
        event.log(message);
    }
}
