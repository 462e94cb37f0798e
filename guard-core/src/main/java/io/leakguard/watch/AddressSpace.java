package io.leakguard.watch;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resident parts of this process's address space, by purpose. Reads {@code /proc/self/smaps}, which takes the
 * kernel some milliseconds. For one pass.
 */
final class AddressSpace implements KeptFile.LineReader {

    /** A stack lies above its guard pages: glibc's page, HotSpot's four or five. */
    private static final long MAX_GUARD = 64 << 10;
    /** A larger area is a heap of malloc's. */
    private static final long MAX_STACK = 16L << 20;

    private static final String DELETED = " (deleted)";

    /** A mapped file that has no name any more. */
    record Mapped(String path, long bytes) {}

    private final HeapRange heapRange;
    private long heap;
    private long sharedHeap;
    private long stacks;
    private final Map<String, Mapped> deleted = new HashMap<>();

    private int areas;
    private long end;
    private long guardBefore;
    private @Nullable Use use;

    private enum Use {
        HEAP,
        SHARED_HEAP,
        STACK
    }

    private AddressSpace(HeapRange heapRange) {
        this.heapRange = heapRange;
    }

    /** Null if the kernel provides none. */
    static @Nullable AddressSpace read(KeptFile smaps, HeapRange heapRange) {
        AddressSpace space = new AddressSpace(heapRange);
        return smaps.lines(space) && space.areas > 0 ? space : null;
    }

    @Override
    public void line(byte[] bytes, int from, int to) {
        if (to - from < 5) {
            return;
        }
        byte first = bytes[from];
        if ((first >= '0' && first <= '9') || (first >= 'a' && first <= 'f')) {
            area(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        } else if (use != null && (starts(bytes, from, to, "Rss:") || starts(bytes, from, to, "Swap:"))) {
            long kib = kib(bytes, from, to) << 10;
            switch (use) {
                case HEAP -> heap += kib;
                case SHARED_HEAP -> sharedHeap += kib;
                case STACK -> stacks += kib;
            }
        }
    }

    private static boolean starts(byte[] bytes, int from, int to, String name) {
        if (to - from < name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (bytes[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static long kib(byte[] bytes, int from, int to) {
        long n = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                n = n * 10 + bytes[i] - '0';
            }
        }
        return n;
    }

    /** {@code 7f00-7f10 rw-p 00000000 fe:00 4711    /a/path}. */
    private void area(String line) {
        use = null;
        String[] fields = line.split(" +", 6);
        int dash = fields[0].indexOf('-');
        if (fields.length < 5 || dash < 0) {
            return;
        }
        long start;
        long stop;
        try {
            start = Long.parseUnsignedLong(fields[0].substring(0, dash), 16);
            stop = Long.parseUnsignedLong(fields[0].substring(dash + 1), 16);
        } catch (NumberFormatException e) {
            return;
        }
        String path = fields.length == 6 ? fields[5] : "";
        boolean anonymous = path.isEmpty() || path.startsWith("[anon:") || path.startsWith("[stack");
        long guard = start == end ? guardBefore : 0;
        if (heapRange.has(start)) {
            use = Use.HEAP;
        } else if (path.startsWith("/memfd:java_heap")) {
            use = Use.SHARED_HEAP;
        } else if (path.equals("[stack]")
                || (anonymous && fields[1].equals("rw-p") && guard > 0 && stop - start <= MAX_STACK)) {
            use = Use.STACK;
        }
        guardBefore = anonymous && fields[1].startsWith("---") && stop - start <= MAX_GUARD ? stop - start : 0;
        end = stop;
        areas++;
        if (path.endsWith(DELETED) && HeldFiles.isOnDisk(path)) {
            deleted.merge(
                    fields[3] + " " + fields[4],
                    new Mapped(path.substring(0, path.length() - DELETED.length()), stop - start),
                    (a, b) -> new Mapped(a.path, a.bytes + b.bytes));
        }
    }

    /** The heap in private memory; 0 where its place is unknown. */
    long heap() {
        return heap;
    }

    /** A heap in shared memory, as ZGC's is. Before JDK 21 it is mapped three times. */
    long sharedHeap() {
        return sharedHeap;
    }

    long stacks() {
        return stacks;
    }

    /** Mapped bytes of deleted files, by device and inode. A file has at least as many. */
    Map<String, Mapped> deleted() {
        return deleted;
    }
}
