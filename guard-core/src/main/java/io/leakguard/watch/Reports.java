package io.leakguard.watch;

import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.PressureReport.Line;
import io.leakguard.PressureReport.Section;
import io.leakguard.internal.base.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Builds a report. */
final class Reports {

    private final Area area;
    private final Level level;
    private final long wallMillis;
    private OptionalLong used = OptionalLong.empty();
    private OptionalLong limit = OptionalLong.empty();
    private OptionalDouble growth = OptionalDouble.empty();
    private OptionalLong timeLeftNanos = OptionalLong.empty();
    private final List<Section> sections = new ArrayList<>();
    private List<OpenResources.Group> opened = List.of();
    private OptionalLong untracked = OptionalLong.empty();
    private String advice = "";

    Reports(Area area, Level level, long wallMillis) {
        this.area = area;
        this.level = level;
        this.wallMillis = wallMillis;
    }

    Reports use(OptionalLong usedNow, OptionalLong most) {
        used = usedNow;
        limit = most;
        return this;
    }

    Reports growth(OptionalDouble perSecond, OptionalLong leftNanos) {
        growth = perSecond;
        timeLeftNanos = leftNanos;
        return this;
    }

    Reports section(String title, List<Map.Entry<String, Long>> counts) {
        if (!counts.isEmpty()) {
            sections.add(new Section(
                    title,
                    counts.stream().map(e -> new Line(e.getValue(), e.getKey())).toList()));
        }
        return this;
    }

    Reports opened(List<OpenResources.Group> groups) {
        opened = groups;
        return this;
    }

    Reports untracked(long count) {
        untracked = OptionalLong.of(count);
        return this;
    }

    Reports advice(String text) {
        advice = text;
        return this;
    }

    /** {@code 86 % used · 220 of 256 · 2.0 more a second · 00:00:18 left}. */
    static String usage(
            OptionalLong used, OptionalLong limit, OptionalDouble growth, OptionalLong leftNanos, boolean bytes) {
        StringBuilder out = new StringBuilder(80);
        if (used.isPresent() && limit.isPresent() && limit.getAsLong() > 0 && limit.getAsLong() != Long.MAX_VALUE) {
            out.append(Math.round(100.0 * used.getAsLong() / limit.getAsLong())).append(" % used · ");
        }
        out.append(amount(used, bytes)).append(" of ").append(amount(limit, bytes));
        if (growth.isPresent()) {
            out.append(" · ").append(rate(growth.getAsDouble(), bytes));
            out.append(" · ").append(left(leftNanos)).append(" left");
        }
        return out.toString();
    }

    private static String left(OptionalLong nanos) {
        if (nanos.isEmpty()) {
            return "unknown time";
        }
        return nanos.getAsLong() == 0 ? "nothing" : Text.duration(Duration.ofNanos(nanos.getAsLong()));
    }

    private static String amount(OptionalLong n, boolean bytes) {
        if (n.isEmpty()) {
            return "unknown";
        }
        return n.getAsLong() == Long.MAX_VALUE
                ? "unlimited"
                : bytes ? String.format(Locale.ROOT, "%.1f MiB", n.getAsLong() / 1048576.0) : n.getAsLong() + "";
    }

    static String rate(double perSecond, boolean bytes) {
        double unit = bytes ? 1048576.0 : 1;
        double value = perSecond / unit;
        String of = bytes ? " MiB" : "";
        if (value >= 0.95) {
            return String.format(Locale.ROOT, "%.1f%s more a second", value, of);
        }
        if (value * 60 >= 0.95) {
            return String.format(Locale.ROOT, "%.1f%s more a minute", value * 60, of);
        }
        if (value * 3600 >= 0.95) {
            return String.format(Locale.ROOT, "%.1f%s more an hour", value * 3_600, of);
        }
        return String.format(Locale.ROOT, "%.1f%s more a day", value * 86_400, of);
    }

    /** Builds the report with a summary of the use. */
    PressureReport of(boolean bytes) {
        return of(usage(used, limit, growth, timeLeftNanos, bytes));
    }

    PressureReport of(String summary) {
        return new PressureReport(
                area,
                level,
                Instant.ofEpochMilli(wallMillis),
                summary,
                used,
                limit.isPresent() && limit.getAsLong() == Long.MAX_VALUE ? OptionalLong.empty() : limit,
                growth,
                timeLeftNanos.isPresent() ? Optional.of(Duration.ofNanos(timeLeftNanos.getAsLong())) : Optional.empty(),
                sections,
                opened,
                untracked,
                advice);
    }
}
