package io.leakguard.watch;

import io.leakguard.watch.HostLimits.Fix;
import io.leakguard.watch.HostLimits.Risk;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The rows about the JVM's own settings: when a leak is found, and how a process ends that runs out of memory. */
final class JvmSettings {

    private static final double TIGHT = 0.8;
    private static final double LITTLE = 0.4;

    private final ProcFs proc;
    private final SettingRows rows;
    private final JvmFlags flags;
    private final String source;
    private final OptionalLong limit;

    JvmSettings(ProcFs proc, SettingRows rows) {
        this.proc = proc;
        this.rows = rows;
        this.flags = JvmFlags.of(proc);
        this.source = proc.isSelf() ? "this JVM" : "/proc/" + proc.pid + "/cmdline";
        OptionalLong most = Cgroup.memory(proc).max();
        this.limit = most.isPresent() && most.getAsLong() != Long.MAX_VALUE ? most : OptionalLong.empty();
    }

    void add() {
        idle();
        explicit();
        outOfMemory();
        direct();
        heap();
        container();
    }

    private void idle() {
        Optional<String> collector = flags.collector();
        OptionalLong interval = flags.number("G1PeriodicGCInterval");
        boolean other = collector.isPresent() && !collector.get().equals("G1");
        boolean off = interval.orElse(0) == 0;
        rows.add(
                "java G1PeriodicGCInterval",
                source,
                other
                        ? "not used by " + collector.get()
                        : interval.isEmpty() ? SettingRows.UNKNOWN : off ? "0 (off)" : interval.getAsLong() + " ms",
                other ? OptionalLong.empty() : interval,
                Risk.OK,
                "A leak is proven when the collector takes the object. " + (other ? "This collector" : "G1")
                        + " collects when it needs room, and an idle daemon needs none for hours: its leaks are found hours"
                        + " later."
                        + (off || other ? "" : " Here G1 collects by itself when nothing was collected for that long."),
                List.of(
                        new Fix(
                                SettingRows.JAVA,
                                other
                                        ? "-Dleakguard.gc.after.idle=15min"
                                        : "-XX:G1PeriodicGCInterval=" + (off ? 900_000 : interval.orElse(900_000))),
                        new Fix(
                                SettingRows.PROGRAM,
                                "LeakGuard.builder().gcAfterIdle(Duration.ofMinutes(15)), for any collector: only while"
                                        + " open resources grow")));
    }

    private void explicit() {
        Optional<String> value = flags.get("DisableExplicitGC");
        boolean disabled = flags.isOn("DisableExplicitGC");
        rows.add(
                "java DisableExplicitGC",
                source,
                value.orElse(SettingRows.UNKNOWN),
                OptionalLong.empty(),
                disabled ? Risk.WARNING : Risk.OK,
                disabled
                        ? "System.gc() does nothing. The JDK calls it before it gives up on a direct buffer, so direct memory"
                                + " runs out while garbage holds it; and leakguard.gc.after.idle can't collect."
                        : "System.gc() collects, as the JDK needs it to before it gives up on a direct buffer. With G1"
                                + " -XX:+ExplicitGCInvokesConcurrent makes it short.",
                List.of(new Fix(SettingRows.JAVA, "-XX:-DisableExplicitGC -XX:+ExplicitGCInvokesConcurrent")));
    }

    private void outOfMemory() {
        Optional<String> value = flags.get("ExitOnOutOfMemoryError");
        boolean ends = flags.isOn("ExitOnOutOfMemoryError") || flags.isOn("CrashOnOutOfMemoryError");
        rows.add(
                "java ExitOnOutOfMemoryError",
                source,
                value.orElse(SettingRows.UNKNOWN),
                OptionalLong.empty(),
                Risk.OK,
                (ends
                                ? "The process ends at the first OutOfMemoryError of the JVM, so that it is started again."
                                : "After an OutOfMemoryError its thread is gone and the daemon goes on without it, half"
                                        + " dead. It had better end and be started again.")
                        + (flags.isOn("HeapDumpOnOutOfMemoryError")
                                ? " A heap dump is written before."
                                : " No heap dump is written before."),
                List.of(new Fix(
                        SettingRows.JAVA,
                        "-XX:+ExitOnOutOfMemoryError -XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/var/tmp")));
    }

    private void direct() {
        OptionalLong most = flags.number("MaxDirectMemorySize");
        OptionalLong heap = flags.maxHeap();
        boolean asHeap = most.isPresent() && most.getAsLong() == 0;
        boolean over = !asHeap
                && most.isPresent()
                && heap.isPresent()
                && limit.isPresent()
                && most.getAsLong() + heap.getAsLong() > limit.getAsLong();
        long mebibytes = limit.isPresent() ? Math.max(64, (limit.getAsLong() / 10) >> 20) : 256;
        rows.add(
                "java MaxDirectMemorySize",
                source,
                asHeap ? "0 (as much again as the heap)" : SettingRows.mebibytes(most),
                most,
                over ? Risk.WARNING : Risk.OK,
                "The most that direct buffers may take. Unset it is the heap's limit, so that heap and direct buffers together"
                        + " may need twice the heap"
                        + (limit.isPresent() ? ", of a container's " + (limit.getAsLong() >> 20) + " MiB" : "")
                        + ". Netty keeps a count of its own beside it (io.netty.maxDirectMemory).",
                List.of(new Fix(
                        SettingRows.JAVA,
                        "-XX:MaxDirectMemorySize="
                                + (asHeap || over || most.isEmpty() ? mebibytes + "m" : most.getAsLong() + ""))));
    }

    private void heap() {
        OptionalLong heap = flags.maxHeap();
        String percentage = flags.get("MaxRAMPercentage").orElse("");
        boolean known = heap.isPresent() && limit.isPresent();
        boolean over = known && heap.getAsLong() > TIGHT * limit.getAsLong();
        boolean little = known && heap.getAsLong() < LITTLE * limit.getAsLong();
        String value = heap.isPresent()
                ? SettingRows.mebibytes(heap)
                : percentage.isEmpty() ? SettingRows.UNKNOWN : percentage(percentage) + " % of the memory";
        rows.add(
                "java MaxHeapSize",
                source,
                value,
                heap,
                over ? Risk.WARNING : Risk.OK,
                "The largest heap: -Xmx, or else -XX:MaxRAMPercentage of the memory that the JVM sees"
                        + (percentage.isEmpty() ? "" : " (" + percentage(percentage) + " % here)")
                        + ", in a container its limit."
                        + (over ? " It leaves less than a fifth of the limit to all else, and the kernel kills." : "")
                        + (little ? " More than half of the limit can't be used by the heap." : ""),
                List.of(new Fix(
                        SettingRows.JAVA,
                        over || little || heap.isEmpty() ? "-XX:MaxRAMPercentage=70" : "-Xmx" + heap.getAsLong())));
    }

    private static String percentage(String text) {
        try {
            return String.format(Locale.ROOT, "%.0f", Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return text;
        }
    }

    private void container() {
        Optional<String> value = flags.get("UseContainerSupport");
        boolean unaware = value.filter("false"::equals).isPresent() && limit.isPresent();
        rows.add(
                "java UseContainerSupport",
                source,
                value.orElse(SettingRows.UNKNOWN),
                OptionalLong.empty(),
                unaware ? Risk.WARNING : Risk.OK,
                (unaware
                                ? "The JVM sizes heap and threads by the machine, not by the container's limit: it is killed."
                                : "The JVM sizes heap and threads by the container's limits"
                                        + (limit.isPresent() ? ", here " + (limit.getAsLong() >> 20) + " MiB" : "")
                                        + ".")
                        + (proc.isSelf()
                                ? " It sees " + Runtime.getRuntime().availableProcessors()
                                        + (Runtime.getRuntime().availableProcessors() < 2
                                                ? " processor, and so chooses the serial collector."
                                                : " processors.")
                                : "")
                        + " With less than 2 processors or 1,792 MiB it takes the serial collector unless told otherwise.",
                List.of(new Fix(SettingRows.JAVA, "-XX:+UseContainerSupport")));
    }
}
