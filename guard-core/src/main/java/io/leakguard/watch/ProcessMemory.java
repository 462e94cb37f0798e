package io.leakguard.watch;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The memory of this process as the kernel counts it, against the limit at which the kernel kills. All in bytes. Immutable.
 *
 * @param resident memory of this process that is in RAM; empty without {@code /proc}
 * @param swapped memory of this process that is swapped out; empty if unknown
 * @param used memory that counts against the limit. With a control group: its use, other processes included, without
 *     memory that the kernel can take back (file cache, reclaimable slab). Without a group's limit: the resident memory of
 *     this process
 * @param limit the control group's limit, or the machine's memory if no group limits it; empty if unknown
 * @param limitedByGroup whether the limit is a control group's
 * @param timeLeft time until the limit is reached at the present rate; empty if the use doesn't surely grow
 * @param swapUsed swap that the control group uses; empty if unknown or without a group
 * @param swapLimit swap that the control group may use; empty if unknown, {@link Long#MAX_VALUE} for unlimited
 * @param oomKills processes of the control group that the kernel killed for lack of memory; empty if unknown
 * @param parts the parts of the memory as of the last look, at most some minutes old; empty without {@code /proc}
 */
public record ProcessMemory(
        OptionalLong resident,
        OptionalLong swapped,
        OptionalLong used,
        OptionalLong limit,
        boolean limitedByGroup,
        Optional<Duration> timeLeft,
        OptionalLong swapUsed,
        OptionalLong swapLimit,
        OptionalLong oomKills,
        Map<Part, Long> parts) {

    static final ProcessMemory UNKNOWN = new ProcessMemory(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            false,
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Map.of());

    /** A part of a process's memory. */
    public enum Part {
        /** The Java heap: its resident part, or its committed part if the kernel doesn't show residence. */
        HEAP("heap"),
        /** Metaspace with the class space, committed. */
        METASPACE("metaspace"),
        /** Compiled code, committed. */
        CODE("code"),
        /** Stacks of threads, resident. */
        STACKS("thread stacks"),
        /** Direct buffers. */
        DIRECT("direct buffers"),
        /** The collector's own tables, committed; known with {@code -XX:NativeMemoryTracking} only. */
        GC("gc"),
        /** Compiler, symbols and other parts of the JVM; known with {@code -XX:NativeMemoryTracking} only. */
        JVM("other of the JVM"),
        /** Mapped files: libraries, class data, mapped buffers. The kernel can take most of it back. */
        MAPPED("mapped files"),
        /** Shared memory. */
        SHARED("shared memory"),
        /**
         * The rest: memory that native code, the JDK's included, has allocated, and parts of the JVM that are not known
         * separately. A leak of native memory makes it grow.
         */
        NATIVE("native, unknown");

        private final String text;

        Part(String text) {
            this.text = text;
        }

        /**
         * Returns this in words.
         *
         * @return a phrase
         */
        public String text() {
            return text;
        }
    }

    /** Copies the map. */
    public ProcessMemory {
        Map<Part, Long> copy = new EnumMap<>(Part.class);
        copy.putAll(parts);
        parts = Collections.unmodifiableMap(copy);
    }

    /**
     * Measures the memory of this process, also without a watch. Takes some milliseconds, and descriptors for that
     * time.
     *
     * @return the present memory, without the time left; unknown where the platform doesn't provide it
     */
    public static ProcessMemory read() {
        return read(ProcFs.SELF);
    }

    static ProcessMemory read(ProcFs proc) {
        try (MemoryGroup group = MemoryGroup.of(proc);
                MemoryParts parts = new MemoryParts(proc)) {
            return ProcessMemoryWatch.measure(
                    group.read(),
                    parts.resident(),
                    ProcessMemoryWatch.machineMemory(proc),
                    Optional.empty(),
                    parts.split().parts());
        }
    }

    /**
     * Returns the share of the limit that is used.
     *
     * @return 0 to 1; empty if use or limit is unknown
     */
    public OptionalDouble utilization() {
        return used.isPresent() && limit.isPresent() && limit.getAsLong() > 0
                ? OptionalDouble.of((double) used.getAsLong() / limit.getAsLong())
                : OptionalDouble.empty();
    }
}
