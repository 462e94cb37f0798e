package io.leakguard.watch;

import io.leakguard.LeakGuard;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.ScopeUsage;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.TrendDetector;
import java.io.Closeable;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Watches the heap after GC, direct buffers, threads, classes and class loaders: by level and by trend. */
final class MemoryWatch implements Closeable {

    private static final int TOP = 5;

    /** A full old generation is normal for many daemons until it is nearly full. */
    private static final double[] MEMORY_THRESHOLDS = {0.85, 0.92, 0.97};

    private final WatchLink link;
    private final LeakGuard guard;
    private final LiveSet live = new LiveSet();
    private volatile OptionalLong loaders = OptionalLong.empty();
    private final Map<Area, Series> series = new EnumMap<>(Area.class);

    /** One watched value. */
    static final class Series {
        final Area area;
        final boolean bytes;
        final Supplier<OptionalLong> used;
        final Supplier<OptionalLong> sample;
        final Supplier<OptionalLong> limit;
        final Levels levels;
        final TrendDetector trend = new TrendDetector();
        volatile OptionalLong lastUsed = OptionalLong.empty();
        volatile OptionalLong lastLimit = OptionalLong.empty();
        volatile TrendDetector.Result result = TrendDetector.Result.NONE;

        Series(
                Area area,
                boolean bytes,
                double[] thresholds,
                Supplier<OptionalLong> used,
                Supplier<OptionalLong> limit) {
            this(area, bytes, thresholds, used, used, limit);
        }

        /**
         * @param used the present use
         * @param sample the same for the trend, read only at its interval
         */
        Series(
                Area area,
                boolean bytes,
                double[] thresholds,
                Supplier<OptionalLong> used,
                Supplier<OptionalLong> sample,
                Supplier<OptionalLong> limit) {
            this.sample = sample;
            this.area = area;
            this.bytes = bytes;
            this.used = used;
            this.limit = limit;
            this.levels = new Levels(thresholds);
        }

        Level level() {
            Level l = levels.level();
            return result.alarm() && l.compareTo(Level.WARNING) < 0 ? Level.WARNING : l;
        }
    }

    MemoryWatch(WatchLink link, LeakGuard guard, ProcFs proc, double[] thresholds) {
        this.link = link;
        this.guard = guard;
        add(new Series(Area.HEAP, true, MEMORY_THRESHOLDS, live::latest, live::lowest, Beans::liveSetMax));
        add(new Series(Area.DIRECT_MEMORY, true, MEMORY_THRESHOLDS, Beans::directBuffers, Beans::maxDirectMemory));
        OptionalLong mostThreads = mostThreads(proc);
        add(new Series(Area.THREADS, false, thresholds, Beans::threads, () -> mostThreads));
        add(new Series(Area.CLASSES, false, thresholds, Beans::loadedClasses, OptionalLong::empty));
        // The JVM stops for this one, so it is read less often.
        add(new Series(Area.CLASS_LOADERS, false, thresholds, () -> loaders, this::countLoaders, OptionalLong::empty));
        countLoaders();
    }

    private OptionalLong countLoaders() {
        loaders = ClassLoaders.counted();
        return loaders;
    }

    private void add(Series s) {
        series.put(s.area, s);
    }

    /** The tighter of the group's and the user's limit. The user's other processes share the user's limit. */
    private static OptionalLong mostThreads(ProcFs proc) {
        long group = Cgroup.pids(proc).max().orElse(Long.MAX_VALUE);
        long user = Limits.parse(proc.read(proc.ofProcess("limits")), "Max processes")
                .soft()
                .orElse(Long.MAX_VALUE);
        long most = Math.min(group, user);
        return most == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(most);
    }

    /** Takes some microseconds. */
    void look(long now) {
        for (Series s : series.values()) {
            s.lastUsed = s.used.get();
            s.lastLimit = s.limit.get();
            if (s.lastUsed.isEmpty() || s.lastLimit.isEmpty() || s.lastLimit.getAsLong() <= 0) {
                continue;
            }
            Level level = s.levels.update((double) s.lastUsed.getAsLong() / s.lastLimit.getAsLong(), now);
            if (level != null) {
                Reports report = start(s, level);
                if (level != Level.NORMAL && s.result.slopePerSecond() > 0) {
                    report.growth(OptionalDouble.of(s.result.slopePerSecond()), s.result.forecastNanos());
                }
                link.report(report.of(s.bytes));
            }
        }
    }

    /** Adds a sample of each value to its trend. */
    void trend(long now) {
        for (Series s : series.values()) {
            OptionalLong used = s.sample.get();
            if (used.isEmpty()) {
                continue;
            }
            OptionalLong limit = s.limit.get();
            s.lastUsed = used;
            s.lastLimit = limit;
            boolean before = s.result.alarm();
            s.result = s.trend.add(
                    now,
                    (double) used.getAsLong(),
                    limit.isPresent() ? (double) limit.getAsLong() : TrendDetector.UNKNOWN_CAPACITY);
            if (s.result.alarm() && !before) {
                OptionalDouble growth = OptionalDouble.of(s.result.slopePerSecond());
                link.report(start(s, Level.WARNING)
                        .growth(growth, s.result.forecastNanos())
                        .of("keeps growing · "
                                + Reports.usage(used, limit, growth, s.result.forecastNanos(), s.bytes)));
            }
        }
    }

    private Reports start(Series s, Level level) {
        Reports report = new Reports(s.area, level, link.wallMillis()).use(s.lastUsed, s.lastLimit);
        if (level == Level.NORMAL) {
            return report;
        }
        if (s.area == Area.HEAP) {
            report.section("scopes that allocated most, in KiB (allocated is not retained)", topScopes());
        }
        if (s.area == Area.CLASSES || s.area == Area.CLASS_LOADERS) {
            report.section("class loaders by type", ClassLoaders.topTypes(TOP));
        }
        return report.advice(
                switch (s.area) {
                    case HEAP ->
                        "take a ClassHistogram twice and compare them to see which classes grow; HeapDumps writes a heap"
                                + " dump when asked";
                    case DIRECT_MEMORY ->
                        "direct buffers are freed only when their ByteBuffer objects are collected:"
                                + " look for buffers that are kept or not released";
                    case THREADS ->
                        "a thread dump (jcmd <pid> Thread.print) shows their names: look for executors that"
                                + " are made again and again and never shut down";
                    case CLASSES, CLASS_LOADERS ->
                        "a thread, a thread local, a listener or a cache that outlives the deployment keeps class loaders"
                                + " alive: a heap dump shows which";
                    default -> "";
                });
    }

    private List<Map.Entry<String, Long>> topScopes() {
        return guard.topScopesByAllocation(TOP).stream()
                .filter(usage -> usage.allocatedBytes().isPresent())
                .map(MemoryWatch::line)
                .toList();
    }

    private static Map.Entry<String, Long> line(ScopeUsage usage) {
        return Map.entry(
                String.format(Locale.ROOT, "%s on %s", String.join(" > ", usage.path()), usage.threadName()),
                usage.allocatedBytes().orElse(0) >> 10);
    }

    Series series(Area area) {
        return java.util.Objects.requireNonNull(series.get(area));
    }

    @Override
    public void close() {
        live.close();
    }

    Level level() {
        Level worst = Level.NORMAL;
        for (Series s : series.values()) {
            worst = s.level().compareTo(worst) > 0 ? s.level() : worst;
        }
        return worst;
    }
}
