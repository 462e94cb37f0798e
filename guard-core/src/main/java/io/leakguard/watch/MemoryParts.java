package io.leakguard.watch;

import io.leakguard.watch.ProcessMemory.Part;
import java.io.Closeable;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Splits this process's memory into parts. For one thread at a time. */
final class MemoryParts implements Closeable {

    private final KeptFile status;
    private final KeptFile smaps;
    private final HeapRange heapRange;
    /** Tracking can only be on from the start. */
    private final boolean tracking;

    /** @param space null if the kernel doesn't provide it */
    record Split(Map<Part, Long> parts, @Nullable AddressSpace space) {}

    MemoryParts(ProcFs proc) {
        this(proc, proc.isSelf() ? HeapRange.read() : HeapRange.UNKNOWN);
    }

    MemoryParts(ProcFs proc, HeapRange heapRange) {
        this.status = KeptFile.open(proc.ofProcess("status"));
        this.smaps = KeptFile.open(proc.ofProcess("smaps"));
        this.heapRange = heapRange;
        this.tracking = NativeTracking.read().isPresent();
    }

    private static OptionalLong kib(@Nullable String text, String name) {
        if (text == null) {
            return OptionalLong.empty();
        }
        int at = text.indexOf("\n" + name + ":");
        int end = at < 0 ? -1 : text.indexOf(" kB", at);
        if (end < 0) {
            return OptionalLong.empty();
        }
        OptionalLong n = ProcFs.parseLong(text.substring(at + name.length() + 2, end));
        return n.isPresent() ? OptionalLong.of(n.getAsLong() << 10) : n;
    }

    /** Resident and swapped bytes. Takes some microseconds. */
    OptionalLong[] resident() {
        String text = status.text();
        return new OptionalLong[] {kib(text, "VmRSS"), kib(text, "VmSwap")};
    }

    /** Takes some milliseconds. The parts are empty if the kernel provides nothing. */
    Split split() {
        String text = status.text();
        OptionalLong anonymous = kib(text, "RssAnon");
        if (anonymous.isEmpty()) {
            return new Split(Map.of(), null);
        }
        AddressSpace space = AddressSpace.read(smaps, heapRange);
        long shared = kib(text, "RssShmem").orElse(0);
        long committed = Beans.heapCommitted();
        Map<Part, Long> parts = new EnumMap<>(Part.class);
        long privateHeap;
        if (space != null && space.sharedHeap() > 0) {
            // ZGC's heap: before JDK 21 it is mapped three times and counted as often.
            parts.put(Part.HEAP, Math.min(space.sharedHeap(), committed));
            shared = Math.max(0, shared - space.sharedHeap());
            privateHeap = 0;
        } else {
            privateHeap = space != null && space.heap() > 0 ? space.heap() : committed;
            parts.put(Part.HEAP, privateHeap);
        }
        parts.put(Part.METASPACE, Beans.metaspaceCommitted().orElse(0));
        parts.put(Part.CODE, Beans.codeCommitted().orElse(0));
        parts.put(Part.STACKS, space == null ? 0 : space.stacks());
        parts.put(Part.DIRECT, Beans.directBuffers().orElse(0));
        parts.put(Part.MAPPED, kib(text, "RssFile").orElse(0));
        parts.put(Part.SHARED, shared);
        Optional<NativeTracking> native_ = tracking ? NativeTracking.read() : Optional.empty();
        native_.ifPresent(n -> {
            parts.put(Part.GC, n.gc());
            parts.put(Part.JVM, n.jvm());
        });
        long known = privateHeap
                + parts.get(Part.METASPACE)
                + parts.get(Part.CODE)
                + parts.get(Part.STACKS)
                + parts.get(Part.DIRECT)
                + parts.getOrDefault(Part.GC, 0L)
                + parts.getOrDefault(Part.JVM, 0L);
        parts.put(
                Part.NATIVE,
                Math.max(0, anonymous.getAsLong() + kib(text, "VmSwap").orElse(0) - known));
        return new Split(parts, space);
    }

    @Override
    public void close() {
        status.close();
        smaps.close();
    }
}
