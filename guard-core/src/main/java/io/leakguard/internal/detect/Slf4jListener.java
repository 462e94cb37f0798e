package io.leakguard.internal.detect;

import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.ScopeUsage;
import io.leakguard.internal.base.Text;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.event.Level;

/** The default listener: one log event for each report. */
public final class Slf4jListener implements LeakListener {

    static final String LOGGER = "io.leakguard.leak";

    private final Logger logger = LoggerFactory.getLogger(LOGGER);
    private final Marker marker = MarkerFactory.getMarker("LEAK");
    private final Marker pressureMarker = MarkerFactory.getMarker("PRESSURE");

    private LogLine leak(Level level, LeakReport report) {
        return new LogLine(
                logger,
                level,
                marker,
                "leakguard.resource.kind",
                report.kind().name(),
                "leakguard.leak.cause",
                report.cause().name(),
                "leakguard.leak.site",
                report.siteText(),
                "leakguard.leak.path",
                report.path().toString());
    }

    @Override
    public void onLeak(LeakReport report) {
        leak(Level.WARN, report).log(report.toText());
    }

    @Override
    public void onLateRelease(LeakReport report, Duration openFor) {
        leak(Level.INFO, report)
                .log(
                        "released late: {}{} opened at {} was closed after {} · it was reported as {}",
                        report.kind(),
                        report.description().isEmpty() ? "" : " \"" + report.description() + "\"",
                        report.siteText() + (report.pathText().isEmpty() ? "" : " " + report.pathText()),
                        Text.duration(openFor),
                        report.cause().text(report.kind()));
    }

    @Override
    public void onAllocation(ScopeUsage usage, long limit) {
        new LogLine(logger, Level.WARN, null, "leakguard.scope.name", usage.name())
                .log(
                        "scope {} allocated {}, more than its limit of {} · open {} · thread {}{}",
                        Text.safe(String.join(" > ", usage.path()), 400),
                        Text.bytes(usage.allocatedBytes().orElse(0)),
                        Text.bytes(limit),
                        Text.duration(usage.duration()),
                        Text.safe(usage.threadName(), 100),
                        attributes(usage.attributes()));
    }

    private static String attributes(Map<String, String> attributes) {
        StringBuilder out = new StringBuilder();
        attributes.forEach((key, value) ->
                out.append(" · ").append(Text.safe(key, 100)).append('=').append(Text.safe(value, 200)));
        return out.toString();
    }

    @Override
    public void onPressure(PressureReport report) {
        Level level = switch (report.level()) {
            case NORMAL -> Level.INFO;
            case WARNING, HIGH -> Level.WARN;
            case CRITICAL, EXHAUSTED -> Level.ERROR;
        };
        new LogLine(
                        logger,
                        level,
                        pressureMarker,
                        "leakguard.pressure.area",
                        report.area().name(),
                        "leakguard.pressure.level",
                        report.level().name())
                .log(report.toText());
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        new LogLine(logger, Level.INFO, marker, "leakguard.leak.cause", "OPEN_AT_SHUTDOWN")
                .log("open at shutdown: {}", open.toText());
    }
}
