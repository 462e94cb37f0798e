package io.leakguard.watch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses of the Java heap, from {@code jcmd GC.heap_info}. The heap doesn't move.
 *
 * @param start the first address
 * @param end the address behind the last one; the same as the start if unknown
 */
record HeapRange(long start, long end) {

    static final HeapRange UNKNOWN = new HeapRange(0, 0);

    private static final Pattern BRACKET = Pattern.compile("\\[0x([0-9a-f]{1,16}),[^)\\]]*?0x([0-9a-f]{1,16})[)\\]]");

    /** Unknown with ZGC, on another JVM than HotSpot, and without the module jdk.management. */
    static HeapRange read() {
        return Beans.diagnostic("gcHeapInfo").map(HeapRange::parse).orElse(UNKNOWN);
    }

    static HeapRange parse(String text) {
        int metaspace = text.indexOf("Metaspace");
        Matcher m = BRACKET.matcher(metaspace < 0 ? text : text.substring(0, metaspace));
        long from = Long.MAX_VALUE;
        long to = 0;
        while (m.find()) {
            long first = Long.parseUnsignedLong(m.group(1), 16);
            long last = Long.parseUnsignedLong(m.group(2), 16);
            if (first < 0 || last <= first) {
                continue;
            }
            from = Math.min(from, first);
            to = Math.max(to, last);
        }
        return from < to ? new HeapRange(from, to) : UNKNOWN;
    }

    boolean has(long address) {
        return address >= start && address < end;
    }
}
