package io.leakguard.watch;

import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.ResourceKind;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.TrendDetector;
import io.leakguard.internal.track.JdkResource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Watches the number of descriptors each second and, less often, their types. */
final class DescriptorWatch {

    /** A descriptor takes 6 to 15 µs. */
    static final int MAX_LOOKED_AT = 2_000;

    private static final int TOP = 5;
    private static final int MAX_TRENDS = 32;

    private static final Map<ResourceKind, Integer> DESCRIPTORS = JdkResource.descriptors();

    private final FileDescriptors descriptors;
    private final Sockets sockets;
    private final WatchLink link;
    private final Levels levels;
    private final RecentSlope slope = new RecentSlope();
    private final Map<String, TrendDetector> trends = new HashMap<>();
    private final Map<String, Boolean> alarmed = new ConcurrentHashMap<>();
    private final OptionalLong atStart;

    private volatile OptionalLong used = OptionalLong.empty();
    private volatile OptionalLong limit = OptionalLong.empty();
    private volatile OptionalLong timeLeftNanos = OptionalLong.empty();

    DescriptorWatch(FileDescriptors descriptors, Sockets sockets, WatchLink link, double[] thresholds) {
        this.descriptors = descriptors;
        this.sockets = sockets;
        this.link = link;
        this.levels = new Levels(thresholds);
        this.atStart = descriptors.used();
    }

    void look(long now) {
        used = descriptors.used();
        limit = descriptors.limit();
        if (used.isEmpty()) {
            timeLeftNanos = OptionalLong.empty();
            return;
        }
        slope.add(now, (double) used.getAsLong());
        if (limit.isEmpty() || limit.getAsLong() <= 0) {
            return;
        }
        Level level = levels.update((double) used.getAsLong() / limit.getAsLong(), now);
        if (level != null) {
            link.report(report(level, used.getAsLong(), limit.getAsLong()));
        }
    }

    /** Runs less than once a second, since it compares each sample with each other one. */
    void forecast() {
        OptionalLong u = used;
        OptionalLong l = limit;
        timeLeftNanos = u.isPresent() && l.isPresent()
                ? slope.timeLeftNanos((double) u.getAsLong(), (double) l.getAsLong())
                : OptionalLong.empty();
    }

    /** The types of the descriptors. If there are many, of an even selection. */
    DescriptorTypes classify(long count) {
        return classify(count, (number, to) -> {});
    }

    private DescriptorTypes classify(long count, FileDescriptors.Visitor also) {
        DescriptorTypes types = new DescriptorTypes();
        types.stride = (int) Math.max(1, (count + MAX_LOOKED_AT - 1) / MAX_LOOKED_AT);
        descriptors.visit(
                0,
                types.stride,
                MAX_LOOKED_AT,
                count,
                (number, text) -> {
                    types.add(text);
                    also.descriptor(number, text);
                },
                n -> types.looked = n);
        return types;
    }

    PressureReport report(Level level, long usedNow, long most) {
        Reports report = new Reports(Area.FILE_DESCRIPTORS, level, link.wallMillis())
                .use(OptionalLong.of(usedNow), OptionalLong.of(most));
        if (level == Level.NORMAL) {
            return report.of(false);
        }
        timeLeftNanos = slope.timeLeftNanos((double) usedNow, (double) most);
        report.growth(slope.perSecond(), timeLeftNanos);
        describe(report, usedNow);
        return report.advice(
                        level == Level.EXHAUSTED
                                ? "nothing can be opened any more: files, connections, accept() and new processes fail"
                                : "")
                .of(false);
    }

    private void describe(Reports report, long usedNow) {
        DescriptorTypes types = classify(usedNow);
        String of = types.stride == 1
                ? ""
                : " (of " + types.looked + " looked at, one of each " + types.stride + " numbers)";
        report.section("by type" + of, types.types()).section("top paths" + of, types.topPaths(TOP));
        Sockets.Look look = sockets.look(new HashSet<>(types.socketInodes), TOP);
        if (look.known()) {
            report.section("remote addresses" + of, look.remotes());
        }
        Tracked tracked = tracked();
        report.opened(link.open().groups().stream()
                        .filter(group -> DESCRIPTORS.containsKey(group.kind()) || tracked.kinds.contains(group.kind()))
                        .toList())
                .untracked(Math.max(0, usedNow - tracked.descriptors));
        if (atStart.isPresent()) {
            report.section(
                    "of these",
                    List.of(Map.entry("were open when the watch started", Math.min(usedNow, atStart.getAsLong()))));
        }
    }

    /** The number of descriptors that belong to tracked resources, and the kinds of adapters that have one. */
    private record Tracked(long descriptors, Set<ResourceKind> kinds) {}

    private Tracked tracked() {
        long[] n = new long[1];
        Set<ResourceKind> kinds = new HashSet<>();
        link.forEachRoot((kind, hasEnds) -> {
            n[0] += DESCRIPTORS.getOrDefault(kind, hasEnds ? 1 : 0);
            if (hasEnds) {
                kinds.add(kind);
            }
        });
        return new Tracked(n[0], kinds);
    }

    /**
     * Adds a sample to the trend of each type of descriptor.
     *
     * @param also gets each descriptor that is looked at
     * @return n if every n-th descriptor was looked at; 0 if unknown
     */
    int trend(long now, FileDescriptors.Visitor also) {
        OptionalLong u = used;
        if (u.isEmpty()) {
            return 0;
        }
        DescriptorTypes types = classify(u.getAsLong(), also);
        Map<String, Long> counts = new HashMap<>();
        types.types().forEach(e -> counts.put(e.getKey(), e.getValue() * types.stride));
        counts.keySet().stream()
                .filter(type -> !trends.containsKey(type))
                .limit(Math.max(0, MAX_TRENDS - trends.size()))
                .toList()
                .forEach(type -> trends.put(type, new TrendDetector()));
        double capacity = limit.isPresent() && limit.getAsLong() != Long.MAX_VALUE
                ? (double) limit.getAsLong()
                : TrendDetector.UNKNOWN_CAPACITY;
        trends.forEach((type, trend) -> {
            long count = counts.getOrDefault(type, 0L);
            TrendDetector.Result result = trend.add(now, (double) count, capacity);
            boolean before = alarmed.getOrDefault(type, false);
            alarmed.put(type, result.alarm());
            if (result.alarm() && !before) {
                link.report(growing(type, count, result));
            }
        });
        return types.stride;
    }

    private PressureReport growing(String type, long count, TrendDetector.Result result) {
        OptionalDouble growth = OptionalDouble.of(result.slopePerSecond());
        Reports report = new Reports(Area.FILE_DESCRIPTORS, Level.WARNING, link.wallMillis())
                .use(used, limit)
                .growth(growth, result.forecastNanos());
        describe(report, used.orElse(count));
        return report.of("descriptors of type " + type + " keep growing · "
                + Reports.usage(OptionalLong.of(count), limit, growth, result.forecastNanos(), false));
    }

    Level level() {
        return levels.level();
    }

    OptionalLong used() {
        return used;
    }

    OptionalLong limit() {
        return limit;
    }

    OptionalLong timeLeftNanos() {
        return timeLeftNanos;
    }

    /** Whether one type of descriptor keeps growing. */
    boolean isGrowing() {
        return alarmed.containsValue(true);
    }
}
