package io.leakguard.internal.config;

import io.leakguard.CaptureBudget;
import io.leakguard.Suppression;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A setting of a guard: its key after {@code leakguard.}, its default, and the form of its text. This is the only list
 * of the settings.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {

    private static final Map<String, Setting<?>> ALL = new LinkedHashMap<>();

    public static final Setting<Boolean> ENABLED = of("enabled", true, Values::bool);
    public static final Setting<String> NAME = of("name", "default", Values::name);
    /** At the default rate captures cost at most about one percent of one core; see docs/benchmarks.md. */
    public static final Setting<CaptureBudget> CAPTURE = of("capture", CaptureBudget.perSecond(2_000), Values::budget);

    public static final Setting<Duration> ESCALATION = of("escalation", Duration.ofSeconds(30), Values::duration);
    public static final Setting<List<String>> APP_PACKAGES = of("app.packages", List.of(), Values::packages);
    public static final Setting<List<String>> BLAME_SKIP = of("blame.skip", List.of(), Values::helpers);
    public static final Setting<Duration> REPORT_INTERVAL =
            of("report.interval", Duration.ofMinutes(1), Values::duration);
    public static final Setting<Integer> REPORTS_PER_MINUTE = of("reports.per.minute", 600, Values.from1To(1_000_000));
    public static final Setting<Integer> SITES_MAX = of("sites.max", 10_000, Values.from1To(10_000_000));
    public static final Setting<Integer> QUEUE_CAPACITY = of("queue.capacity", 65_536, Values.from1To(100_000_000));
    public static final Setting<Boolean> RECLAIM = of("reclaim", false, Values::bool);
    public static final Setting<Boolean> TRACE = of("trace", true, Values::bool);
    public static final Setting<List<String>> MDC = of("mdc", List.of(), Values::mdcKeys);
    public static final Setting<Boolean> HOLD_DURATIONS = of("hold.durations", true, Values::bool);
    public static final Setting<Boolean> LOG = of("log", true, Values::bool);
    public static final Setting<Duration> SCOPE_GRACE = of("scope.grace", Duration.ofSeconds(1), Values::duration);
    public static final Setting<Limits> OVERDUE = of("overdue", Limits.NONE, Values::limits);
    public static final Setting<Duration> GROWTH_INTERVAL =
            of("growth.interval", Duration.ofMinutes(4), Values::duration);
    public static final Setting<Integer> GROWTH_CAPACITY = of("growth.capacity", 1_000, Values.from1To(1_000_000_000));
    public static final Setting<Duration> GC_AFTER_IDLE = of("gc.after.idle", Duration.ZERO, Values::duration);
    /** The empty text stands for no signal. */
    public static final Setting<String> DUMP_SIGNAL = of("dump.signal", "", Signals::check);

    public static final Setting<Boolean> SHUTDOWN_HOOK = of("shutdown.hook", false, Values::bool);
    public static final Setting<Duration> SHUTDOWN_WAIT = of("shutdown.wait", Duration.ofSeconds(10), Values::duration);
    public static final Setting<Boolean> SCOPE_INHERIT = of("scope.inherit", false, Values::bool);
    public static final Setting<Boolean> HELD_BY = of("held.by", false, Values::bool);
    public static final Setting<Duration> HEAP_DUMP_INTERVAL =
            of("heap.dump.interval", Duration.ofHours(1), Values::duration);
    /** In bytes; a larger heap is not dumped. */
    public static final Setting<Long> HEAP_DUMP_MAX = of("heap.dump.max", 2L << 30, Values::bytes);
    /** Empty for the folder of temporary files. */
    public static final Setting<Optional<Path>> HEAP_DUMP_FOLDER =
            of("heap.dump.folder", Optional.empty(), Values::folder);
    /** In bytes. */
    public static final Setting<Long> HEAP_READER_MAX = of("heap.reader.max", 1L << 30, Values::bytes);

    public static final Setting<Optional<Path>> REPORT_FILE = of("report.file", Optional.empty(), Values::path);
    public static final Setting<List<Suppression>> SUPPRESSIONS = of("suppressions", List.of(), Values::suppressions);

    /** Reads a value's text. */
    interface Parser<T> {

        /** Throws {@link BadValue}. */
        T parse(String text);
    }

    private final String key;
    private final T initial;
    private final Parser<T> parser;

    private Setting(String key, T initial, Parser<T> parser) {
        this.key = key;
        this.initial = initial;
        this.parser = parser;
    }

    private static <T> Setting<T> of(String key, T initial, Parser<T> parser) {
        Setting<T> setting = new Setting<>(key, initial, parser);
        ALL.put(key, setting);
        return setting;
    }

    /** All settings by key, in the order of the documentation. */
    static Map<String, Setting<?>> all() {
        return ALL;
    }

    public String key() {
        return key;
    }

    public T initial() {
        return initial;
    }

    T parse(String text) {
        return parser.parse(text);
    }

    @Override
    public String toString() {
        return key;
    }
}
