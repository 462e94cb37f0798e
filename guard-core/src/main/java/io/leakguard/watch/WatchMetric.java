package io.leakguard.watch;

import io.leakguard.PressureReport.Level;
import io.leakguard.watch.ResourceWatch.Status;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The metrics of a {@link ResourceWatch}: name, unit, attribute, and how to read each from the status. {@code
 * LeakGuardTelemetry} gives them to OpenTelemetry. A binding to another library reads this list. The names don't
 * change.
 *
 * {@snippet :
 * ResourceWatch.Status status = watch.status();
 * for (WatchMetric metric : WatchMetric.values()) {
 *     metric.read(status).forEach((attribute, value) -> gauge(metric.metricName(), metric.attribute(), attribute, value));
 * }
 * }
 */
public enum WatchMetric {
    /** The memory of the process, by part. */
    MEMORY_USAGE(
            "leakguard.process.memory.usage",
            Type.UP_DOWN_COUNTER,
            "By",
            "leakguard.memory.part",
            "Memory of the process by part, as the kernel counts it.",
            s -> parts(s.memory())),
    /** Memory that counts against the limit, other processes of the group included. */
    MEMORY_CHARGED(
            "leakguard.process.memory.charged",
            Type.UP_DOWN_COUNTER,
            "By",
            "",
            "Memory that counts against the limit: without file cache, with other processes of the control group.",
            s -> one(s.memory().used())),
    /** The limit at which the kernel kills. */
    MEMORY_LIMIT(
            "leakguard.process.memory.limit",
            Type.UP_DOWN_COUNTER,
            "By",
            "",
            "The control group's limit, or the machine's memory.",
            s -> one(s.memory().limit())),
    /** The used share of the limit. */
    MEMORY_UTILIZATION(
            "leakguard.process.memory.utilization",
            Type.GAUGE,
            "1",
            "",
            "The share of the memory limit that is used.",
            s -> one(s.memory().utilization())),
    /** Kills by the kernel. */
    OOM_KILLS(
            "leakguard.oom.kills",
            Type.COUNTER,
            "{kill}",
            "",
            "Processes of the control group that the kernel killed for lack of memory.",
            s -> one(s.memory().oomKills())),
    /** Swap of the group. */
    SWAP_USAGE(
            "leakguard.swap.usage",
            Type.UP_DOWN_COUNTER,
            "By",
            "",
            "Swap that the control group uses.",
            s -> one(s.memory().swapUsed())),
    /** The share of time spent waiting. */
    STALL(
            "leakguard.stall",
            Type.GAUGE,
            "1",
            "leakguard.stall.resource",
            "The share of the last minute in which a task waited for cpu, memory or io.",
            s -> stalls(s.stalls())),
    /** Bytes that deleted files hold. */
    DELETED_FILES(
            "leakguard.deleted_file.usage",
            Type.UP_DOWN_COUNTER,
            "By",
            "",
            "Bytes on disk of deleted files that the process has open or mapped.",
            s -> bytes(s.deletedFiles())),
    /** Bytes of temporary files that were left. */
    TEMPORARY_FILES(
            "leakguard.temporary_file.usage",
            Type.UP_DOWN_COUNTER,
            "By",
            "",
            "Bytes of temporary files that the process made and left.",
            s -> bytes(s.temporaryFiles())),
    /** Sockets that the peer closed. */
    CLOSE_WAIT(
            "leakguard.socket.close_wait",
            Type.UP_DOWN_COUNTER,
            "{socket}",
            "",
            "Sockets that the peer closed and the process has not, for too long.",
            s -> one(s.closeWait())),
    /** The used share of the ports to the busiest destination. */
    PORT_UTILIZATION(
            "leakguard.port.utilization",
            Type.GAUGE,
            "1",
            "",
            "The share of ephemeral ports that is used to the busiest destination.",
            s -> one(s.portUtilization())),
    /** The worst level of all. */
    LEVEL(
            "leakguard.pressure.worst",
            Type.GAUGE,
            "1",
            "",
            "The worst level of all that is watched: 0 normal, 1 warning, 2 high, 3 critical, 4 exhausted.",
            s -> Map.of("", severity(s.level())));

    /** The type of instrument. */
    public enum Type {
        /** Only rises. */
        COUNTER,
        /** A sum that rises and falls. */
        UP_DOWN_COUNTER,
        /** A value that can't be summed. */
        GAUGE
    }

    private final String metricName;
    private final Type type;
    private final String unit;
    private final String attribute;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // the readers hold nothing
    private final Function<Status, Map<String, Double>> reader;

    WatchMetric(
            String metricName,
            Type type,
            String unit,
            String attribute,
            String description,
            Function<Status, Map<String, Double>> reader) {
        this.metricName = metricName;
        this.type = type;
        this.unit = unit;
        this.attribute = attribute;
        this.description = description;
        this.reader = reader;
    }

    private static double severity(Level level) {
        return switch (level) {
            case NORMAL -> 0;
            case WARNING -> 1;
            case HIGH -> 2;
            case CRITICAL -> 3;
            case EXHAUSTED -> 4;
        };
    }

    private static Map<String, Double> one(OptionalLong value) {
        return value.isEmpty() ? Map.of() : Map.of("", (double) value.getAsLong());
    }

    private static Map<String, Double> one(OptionalDouble value) {
        return value.isEmpty() ? Map.of() : Map.of("", value.getAsDouble());
    }

    private static Map<String, Double> bytes(Optional<FileUse> use) {
        return use.isEmpty() ? Map.of() : Map.of("", (double) use.get().bytes());
    }

    private static Map<String, Double> parts(ProcessMemory memory) {
        Map<String, Double> values = new LinkedHashMap<>();
        memory.parts().forEach((part, bytes) -> values.put(part.name().toLowerCase(Locale.ROOT), (double) bytes));
        return values;
    }

    private static Map<String, Double> stalls(Stalls stalls) {
        Map<String, Double> values = new LinkedHashMap<>();
        stalls.cpu().ifPresent(share -> values.put("cpu", share));
        stalls.memory().ifPresent(share -> values.put("memory", share));
        stalls.io().ifPresent(share -> values.put("io", share));
        return values;
    }

    /**
     * Returns the metric's name, in OpenTelemetry's form.
     *
     * @return lower case, with dots
     */
    public String metricName() {
        return metricName;
    }

    /**
     * Returns the type of instrument.
     *
     * @return the type
     */
    public Type type() {
        return type;
    }

    /**
     * Returns the unit, in OpenTelemetry's form.
     *
     * @return {@code By} for bytes, {@code 1} for shares, or a noun in braces
     */
    public String unit() {
        return unit;
    }

    /**
     * Returns the key of the attribute that distinguishes its values.
     *
     * @return the key; empty if there is one value only
     */
    public String attribute() {
        return attribute;
    }

    /**
     * Returns a description of the metric.
     *
     * @return a sentence
     */
    public String description() {
        return description;
    }

    /**
     * Reads its values.
     *
     * @param status the status of the watch
     * @return the values by the attribute's value, which is empty if there is no attribute; empty if unknown
     */
    public Map<String, Double> read(Status status) {
        return reader.apply(status);
    }
}
