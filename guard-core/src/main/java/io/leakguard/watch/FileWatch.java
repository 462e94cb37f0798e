package io.leakguard.watch;

import io.leakguard.OpenResources;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.TrendDetector;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Watches the disk that this process uses needlessly: deleted files that are open, and temporary files that were left.
 */
final class FileWatch {

    private static final int TOP = 12;
    private static final long MAX_LEFT_FILES = 10_000;
    private static final long KIB = 1 << 10;

    private final WatchLink link;
    private final ProcFs proc;
    private final TemporaryFiles temporary;
    private final long heldLimit;
    private final long leftLimit;
    private final Series heldSeries;
    private final Series leftSeries;
    private final TrendDetector leftCount = new TrendDetector();
    private volatile boolean leftCountAlarm;

    private HeldFiles held;
    private int stride = 1;
    private volatile Optional<FileUse> heldUse = Optional.empty();
    private volatile Optional<FileUse> leftUse = Optional.empty();

    private static final class Series {
        final Levels levels;
        final TrendDetector trend = new TrendDetector();
        volatile boolean alarm;

        Series(double[] thresholds) {
            levels = new Levels(thresholds);
        }

        Level level() {
            Level l = levels.level();
            return alarm && l == Level.NORMAL ? Level.WARNING : l;
        }
    }

    FileWatch(WatchLink link, ProcFs proc, TemporaryFiles temporary, WatchOptions options) {
        this.link = link;
        this.proc = proc;
        this.temporary = temporary;
        this.heldLimit = options.deletedLimit();
        this.leftLimit = options.temporaryLimit();
        this.heldSeries = new Series(options.thresholds());
        this.leftSeries = new Series(options.thresholds());
        this.held = new HeldFiles(proc);
    }

    /** A descriptor and its target, as the pass over them meets it. */
    void descriptor(int number, String to) {
        held.descriptor(number, to);
        temporary.descriptor(to);
    }

    /** The pass is over. It looked at every {@code everyNth} descriptor. */
    void look(long now, int everyNth, Map<String, AddressSpace.Mapped> mapped) {
        HeldFiles files = held;
        held = new HeldFiles(proc);
        stride = everyNth;
        files.mapped(mapped);
        long bytes = files.bytes();
        heldUse = Optional.of(new FileUse(files.files().size() + files.beyond(), bytes));
        judge(heldSeries, Area.DELETED_FILES, bytes, heldLimit, now, (report) -> describe(report, files));
        Optional<TemporaryFiles.Left> left = temporary.look(link.wallMillis());
        leftUse = left.map(l -> new FileUse(l.files(), l.bytes()));
        if (left.isPresent()) {
            judge(
                    leftSeries,
                    Area.TEMPORARY_FILES,
                    left.get().bytes(),
                    leftLimit,
                    now,
                    report -> describe(report, left.get()));
            count(left.get(), now);
        }
    }

    private interface Describing {
        String describe(Reports report);
    }

    private void judge(Series series, Area area, long bytes, long limit, long now, Describing describing) {
        Level level = series.levels.update((double) bytes / limit, now);
        TrendDetector.Result trend = series.trend.add(now, (double) bytes, (double) limit);
        boolean before = series.alarm;
        series.alarm = trend.alarm();
        if (level == null && (!trend.alarm() || before)) {
            return;
        }
        boolean grows = level == null;
        Reports report = new Reports(area, level == null ? Level.WARNING : level, link.wallMillis())
                .use(OptionalLong.of(bytes), OptionalLong.of(limit));
        OptionalDouble growth = OptionalDouble.empty();
        if (trend.slopePerSecond() > 0 && (grows || trend.alarm())) {
            growth = OptionalDouble.of(trend.slopePerSecond());
            report.growth(growth, trend.forecastNanos());
        }
        String what = level == Level.NORMAL ? "" : describing.describe(report);
        link.report(report.of((grows ? "keep growing · " : "")
                + Reports.usage(OptionalLong.of(bytes), OptionalLong.of(limit), growth, trend.forecastNanos(), true)
                + what));
    }

    /** Many small files can fill a folder too. */
    private void count(TemporaryFiles.Left left, long now) {
        TrendDetector.Result trend = leftCount.add(now, (double) left.files(), (double) MAX_LEFT_FILES);
        boolean before = leftCountAlarm;
        leftCountAlarm = trend.alarm();
        if (trend.alarm() && !before) {
            Reports report = new Reports(Area.TEMPORARY_FILES, Level.WARNING, link.wallMillis());
            String what = describe(report, left);
            link.report(
                    report.of("their number keeps growing · " + Reports.rate(trend.slopePerSecond(), false) + what));
        }
    }

    // ------------------------------------------------------------------------------------------- deleted files

    private String describe(Reports report, HeldFiles files) {
        Map<String, Long> byPath = new HashMap<>();
        Map<String, HeldFiles.Held> byName = new HashMap<>();
        int mappedOnly = 0;
        for (HeldFiles.Held file : files.files().values()) {
            byPath.merge(file.path() + (file.descriptors() == 0 ? " (mapped)" : ""), file.bytes() / KIB, Long::sum);
            byName.merge(file.path(), file, (a, b) -> a.bytes() >= b.bytes() ? a : b);
            mappedOnly += file.descriptors() == 0 ? 1 : 0;
        }
        report.section("files, in KiB", DescriptorTypes.top(byPath, TOP));
        openers(report, byName);
        report.advice(
                "the disk has their bytes until they are closed, though no name leads to them any more: close them,"
                        + " or let the code that deletes them truncate them first");
        int n = files.files().size() + files.beyond();
        return " · " + n + (n == 1 ? " file" : " files")
                + (mappedOnly == 0 ? "" : ", " + mappedOnly + " of them only mapped")
                + (stride == 1 ? "" : ", of one of each " + stride + " descriptors that was looked at");
    }

    /** Lists the resources whose description names one of these files, and the resources that may be one. */
    private void openers(Reports report, Map<String, HeldFiles.Held> byName) {
        Map<String, OpenResources.Group> openers = link.openBy(byName.keySet(), FileWatch::path);
        List<Map.Entry<String, OpenResources.Group>> sorted = new ArrayList<>(openers.entrySet());
        sorted.sort(Comparator.comparingLong((Map.Entry<String, OpenResources.Group> e) -> bytes(byName, e.getKey()))
                .reversed());
        Map<String, Long> bySite = new HashMap<>();
        for (Map.Entry<String, OpenResources.Group> e : sorted) {
            OpenResources.Group group = e.getValue();
            bySite.merge(group.kind() + " opened at " + group.siteText(), bytes(byName, e.getKey()) / KIB, Long::sum);
        }
        report.section("by opener, in KiB", DescriptorTypes.top(bySite, TOP));
        report.opened(sorted.stream().map(Map.Entry::getValue).toList());
        long unknown = byName.keySet().stream()
                .filter(path -> !openers.containsKey(path))
                .count();
        if (unknown > 0) {
            report.untracked(unknown);
            Set<String> known = new HashSet<>();
            openers.values().forEach(group -> known.add(group.siteText()));
            Map<String, Long> candidates = new HashMap<>();
            link.open().groups().stream()
                    .filter(group -> isFile(group.kind().name()) && !known.contains(group.siteText()))
                    .forEach(group -> candidates.merge(
                            group.kind() + " opened at " + group.siteText(), group.count(), Long::sum));
            report.section("open files without a path", DescriptorTypes.top(candidates, TOP));
        }
    }

    private static boolean isFile(String kind) {
        return kind.startsWith("file") || kind.equals("zip.file") || kind.startsWith("closeable.");
    }

    private static long bytes(Map<String, HeldFiles.Held> byName, String path) {
        HeldFiles.Held file = byName.get(path);
        return file == null ? 0 : file.bytes();
    }

    /** The absolute path in a resource or its description; null if none. */
    static @Nullable String path(Object of) {
        try {
            if (of instanceof Path path) {
                return path.toAbsolutePath().normalize().toString();
            }
            if (of instanceof File file) {
                return file.toPath().toAbsolutePath().normalize().toString();
            }
            if (of instanceof ZipFile zip) {
                return Path.of(zip.getName()).toAbsolutePath().normalize().toString();
            }
            if (of instanceof CharSequence text && text.length() > 0 && text.length() < 4_096) {
                return Path.of(text.toString()).toAbsolutePath().normalize().toString();
            }
        } catch (InvalidPathException | SecurityException e) {
            return null; // a description that is not a path
        }
        return null;
    }

    // ----------------------------------------------------------------------------------------- temporary files

    private static String describe(Reports report, TemporaryFiles.Left left) {
        report.section("by name, in KiB", DescriptorTypes.top(kibibytes(left.byName()), TOP));
        report.section("by name, files", DescriptorTypes.top(left.countByName(), TOP));
        report.advice("they are in the folder java.io.tmpdir. This process made them and no longer has them open:"
                + " delete them where they are made. deleteOnExit() keeps a name in memory until the process ends,"
                + " and deletes nothing if it is killed");
        return String.format(Locale.ROOT, " · %d %s", left.files(), left.files() == 1 ? "file" : "files");
    }

    private static Map<String, Long> kibibytes(Map<String, Long> bytes) {
        Map<String, Long> kib = new HashMap<>();
        bytes.forEach((name, n) -> kib.put(name, n / KIB));
        return kib;
    }

    Optional<FileUse> heldUse() {
        return heldUse;
    }

    Optional<FileUse> leftUse() {
        return leftUse;
    }

    Level level() {
        Level worst = heldSeries.level();
        Level left = leftSeries.level();
        if (leftCountAlarm && left == Level.NORMAL) {
            left = Level.WARNING;
        }
        return left.compareTo(worst) > 0 ? left : worst;
    }
}
