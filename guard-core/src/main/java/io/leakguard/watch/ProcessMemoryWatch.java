package io.leakguard.watch;

import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.base.TrendDetector;
import io.leakguard.watch.ProcessMemory.Part;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Watches the memory of the process against the limit at which the kernel kills, and finds the part that grows. */
final class ProcessMemoryWatch implements Closeable {

    /** The file cache is not counted. Used memory is therefore lost until it is freed. */
    private static final double[] THRESHOLDS = {0.85, 0.92, 0.97};

    private static final long SPLIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** A split takes at most a ten thousandth of a core. */
    private static final int SPLIT_COST_FACTOR = 10_000;

    private static final long WINDOW_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long MIB = 1 << 20;

    private final WatchLink link;
    private final MemoryGroup group;
    private final MemoryParts parts;
    private final OptionalLong machine;
    private final Levels levels = new Levels(THRESHOLDS);
    private final RecentSlope slope = new RecentSlope();
    private final TrendDetector usedTrend = new TrendDetector();
    private final TrendDetector nativeTrend = new TrendDetector();
    /** Samples of the last hour. Growth is relative to the first of them. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    private long nextSplit;
    private long oomKills = -1;
    private Map<String, AddressSpace.Mapped> mapped = Map.of();
    private volatile ProcessMemory last = ProcessMemory.UNKNOWN;
    private volatile boolean trendAlarm;

    private record Sample(long at, Map<Part, Long> parts) {}

    ProcessMemoryWatch(WatchLink link, ProcFs proc) {
        this(link, proc, new MemoryParts(proc));
    }

    ProcessMemoryWatch(WatchLink link, ProcFs proc, MemoryParts parts) {
        this.link = link;
        this.group = MemoryGroup.of(proc);
        this.parts = parts;
        this.machine = machineMemory(proc);
        this.nextSplit = link.nanos();
    }

    static OptionalLong machineMemory(ProcFs proc) {
        String text = proc.read("proc/meminfo");
        if (text == null || !text.startsWith("MemTotal:")) {
            return OptionalLong.empty();
        }
        int end = text.indexOf(" kB");
        OptionalLong kib = end < 0 ? OptionalLong.empty() : ProcFs.parseLong(text.substring("MemTotal:".length(), end));
        return kib.isPresent() ? OptionalLong.of(kib.getAsLong() << 10) : kib;
    }

    static ProcessMemory measure(
            MemoryGroup.Use use,
            OptionalLong[] resident,
            OptionalLong machine,
            Optional<Duration> left,
            Map<Part, Long> parts) {
        return new ProcessMemory(
                resident[0],
                resident[1],
                use.isLimited() ? use.used() : resident[0],
                use.isLimited() ? use.limit() : machine,
                use.isLimited(),
                left,
                use.swapUsed(),
                use.swapLimit(),
                use.oomKills(),
                parts);
    }

    /** Takes some ten microseconds, and now and then milliseconds for the parts. */
    void look(long now) {
        MemoryGroup.Use use = group.read();
        OptionalLong[] resident = parts.resident();
        if (now - nextSplit >= 0) {
            long started = Beans.cpuNanos();
            split(now);
            long cost = Beans.cpuNanos() - started;
            nextSplit = now + Math.max(SPLIT_NANOS, Math.min(cost * SPLIT_COST_FACTOR, 10 * SPLIT_NANOS));
        }
        ProcessMemory memory = measure(use, resident, machine, Optional.empty(), last.parts());
        OptionalDouble share = memory.utilization();
        if (share.isPresent()) {
            long used = memory.used().orElse(0);
            slope.add(now, (double) used);
            OptionalLong left =
                    slope.timeLeftNanos((double) used, (double) memory.limit().orElse(Long.MAX_VALUE));
            if (left.isPresent()) {
                memory = measure(
                        use, resident, machine, Optional.of(Duration.ofNanos(left.getAsLong())), memory.parts());
            }
            last = memory;
            Level level = levels.update(share.getAsDouble(), now);
            if (level != null) {
                Reports report = start(level, now, left);
                link.report(report.of(true));
            }
        } else {
            last = memory;
        }
        kills(memory, now);
    }

    /** Reads the present parts. */
    private void split(long now) {
        MemoryParts.Split split = parts.split();
        if (split.parts().isEmpty()) {
            return;
        }
        samples.addLast(new Sample(now, split.parts()));
        while (samples.size() > 2 && now - samples.getFirst().at > WINDOW_NANOS) {
            samples.removeFirst();
        }
        AddressSpace space = split.space();
        ProcessMemory l = last;
        last = new ProcessMemory(
                l.resident(),
                l.swapped(),
                l.used(),
                l.limit(),
                l.limitedByGroup(),
                l.timeLeft(),
                l.swapUsed(),
                l.swapLimit(),
                l.oomKills(),
                split.parts());
        mapped = space == null ? Map.of() : space.deleted();
    }

    /** Runs everything that a report needs. */
    void preload(long now) {
        for (Part part : Part.values()) {
            advice(part);
        }
        start(Level.WARNING, now, OptionalLong.empty()).of(true).toText();
    }

    private void kills(ProcessMemory memory, long now) {
        OptionalLong kills = memory.oomKills();
        if (kills.isEmpty()) {
            return;
        }
        long before = oomKills;
        oomKills = kills.getAsLong();
        if (before < 0 || oomKills <= before) {
            return; // the status shows earlier kills
        }
        long n = oomKills - before;
        link.report(start(Level.CRITICAL, now, OptionalLong.empty())
                .of("the kernel killed " + n + (n == 1 ? " process" : " processes")
                        + " of this control group for lack of memory · " + oomKills + " so far · "
                        + Reports.usage(
                                memory.used(), memory.limit(), OptionalDouble.empty(), OptionalLong.empty(), true)));
    }

    /** Adds a sample to the trends. */
    void trend(long now) {
        ProcessMemory memory = last;
        double capacity = (double) memory.limit().orElse(0);
        if (memory.used().isEmpty() || capacity <= 0) {
            return;
        }
        TrendDetector.Result used = usedTrend.add(now, (double) memory.used().getAsLong(), capacity);
        Long unknown = memory.parts().get(Part.NATIVE);
        TrendDetector.Result nativePart =
                unknown == null ? TrendDetector.Result.NONE : nativeTrend.add(now, (double) unknown, capacity);
        boolean alarm = used.alarm() || nativePart.alarm();
        if (alarm && !trendAlarm) {
            TrendDetector.Result which = nativePart.alarm() ? nativePart : used;
            OptionalDouble growth = OptionalDouble.of(which.slopePerSecond());
            link.report(start(Level.WARNING, now, OptionalLong.empty())
                    .growth(growth, which.forecastNanos())
                    .of((nativePart.alarm() ? "native memory keeps growing · " : "keeps growing · ")
                            + Reports.usage(memory.used(), memory.limit(), growth, which.forecastNanos(), true)));
        }
        trendAlarm = alarm;
    }

    private Reports start(Level level, long now, OptionalLong left) {
        Reports report = new Reports(Area.PROCESS_MEMORY, level, link.wallMillis()).use(last.used(), last.limit());
        if (level == Level.NORMAL) {
            return report;
        }
        if (left.isPresent()) {
            report.growth(slope.perSecond(), left);
        }
        split(now);
        report.section("parts, in MiB", mebibytes(last.parts()));
        Map<Part, Long> grown = grown();
        Sample first = samples.peekFirst();
        if (first != null && !grown.isEmpty()) {
            report.section(
                    "grew in " + Text.duration(Duration.ofNanos(Math.max(0, now - first.at))) + ", in MiB",
                    mebibytes(grown));
        }
        report.section("of the limit", context());
        return report.advice(advice(grown));
    }

    /** Facts about the limit that a reader must know. */
    private List<Map.Entry<String, Long>> context() {
        ProcessMemory memory = last;
        Map<String, Long> lines = new HashMap<>();
        long resident = memory.resident().orElse(0);
        if (memory.limitedByGroup() && memory.used().orElse(0) > resident + 64 * MIB) {
            lines.put(
                    "MiB are of other processes of the group, or of the kernel",
                    (memory.used().orElse(0) - resident) / MIB);
        }
        if (memory.swapUsed().orElse(0) >= MIB) {
            lines.put("MiB of the group are swapped out", memory.swapUsed().orElse(0) / MIB);
        }
        if (memory.oomKills().orElse(0) > 0) {
            lines.put(
                    "processes of the group were killed so far",
                    memory.oomKills().orElse(0));
        }
        return DescriptorTypes.top(lines, lines.size());
    }

    /** The growth of each part within the window, without parts that shrank. */
    private Map<Part, Long> grown() {
        Sample first = samples.peekFirst();
        Map<Part, Long> grown = new HashMap<>();
        if (first != null && samples.size() > 1) {
            last.parts().forEach((part, bytes) -> {
                long by = bytes - first.parts.getOrDefault(part, 0L);
                if (by >= MIB) {
                    grown.put(part, by);
                }
            });
        }
        return grown;
    }

    private static List<Map.Entry<String, Long>> mebibytes(Map<Part, Long> bytes) {
        Map<String, Long> lines = new HashMap<>();
        bytes.forEach((part, n) -> {
            if (n >= MIB) {
                lines.put(part.text(), Math.round(n / (double) MIB));
            }
        });
        return DescriptorTypes.top(lines, lines.size());
    }

    /** Advice on the part that grew most, or on the largest if none grew. */
    private String advice(Map<Part, Long> grown) {
        return (grown.isEmpty() ? last.parts() : grown)
                .entrySet().stream()
                        .max(Comparator.comparingLong(Map.Entry::getValue))
                        .map(e -> (grown.isEmpty() ? "the largest part is " : "it is the part that grew most: ")
                                + e.getKey().text() + ". " + advice(e.getKey()))
                        .orElse("the kernel kills without a Java error and without a heap dump");
    }

    private static String advice(Part part) {
        return switch (part) {
            case HEAP ->
                "-Xmx or -XX:MaxRAMPercentage limits the heap: set it so that the heap and the other parts fit into the"
                        + " limit";
            case METASPACE -> "Class loaders or generated classes pile up: see the reports of class loaders";
            case CODE -> "Compiled code grows with the classes that run: -XX:ReservedCodeCacheSize limits it";
            case STACKS -> "More threads, or deeper ones: a thread dump (jcmd <pid> Thread.print) shows their names";
            case DIRECT ->
                "Direct buffers are freed only when their ByteBuffer objects are collected: look for buffers that are"
                        + " kept or not released; -XX:MaxDirectMemorySize limits them";
            case GC, JVM -> "It is the JVM's own: jcmd <pid> VM.native_memory summary tells more";
            case MAPPED -> "Mapped files: the kernel can take most of it back";
            case SHARED -> "Shared memory, such as files in /dev/shm or another tmpfs that are mapped";
            case NATIVE ->
                "Nothing on the heap shows it: memory that native code has allocated, such as a Deflater or Inflater"
                        + " without end(), JNI libraries, arenas of java.lang.foreign, Unsafe."
                        + " -XX:NativeMemoryTracking=summary tells the JVM's own apart, and MALLOC_ARENA_MAX=2 rules"
                        + " malloc's arenas out";
        };
    }

    ProcessMemory memory() {
        return last;
    }

    /** Deleted files that are mapped, by device and inode, as of the last split. */
    Map<String, AddressSpace.Mapped> mappedDeleted() {
        return mapped;
    }

    Level level() {
        Level l = levels.level();
        return trendAlarm && l == Level.NORMAL ? Level.WARNING : l;
    }

    @Override
    public void close() {
        group.close();
        parts.close();
    }
}
