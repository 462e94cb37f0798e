package io.leakguard.watch;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HotSpot's native memory tracking, if it is on ({@code -XX:NativeMemoryTracking=summary}): memory committed for the
 * collector's tables, and for other parts of the JVM.
 *
 * @param gc bytes for the collector
 * @param jvm bytes for compiler, symbols and others, without parts that are known from elsewhere
 */
record NativeTracking(long gc, long jvm) {

    private static final Pattern CATEGORY =
            Pattern.compile("(?m)^- +([A-Za-z ]+?) \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    /** Known from elsewhere, or the application's. */
    private static final java.util.Set<String> OTHERS = java.util.Set.of(
            "Java Heap", "Class", "Thread", "Code", "Metaspace", "Shared class space", "Other", "Unknown", "GC");

    static Optional<NativeTracking> read() {
        return Beans.diagnostic("vmNativeMemory", "summary", "scale=KB").flatMap(NativeTracking::parse);
    }

    static Optional<NativeTracking> parse(String text) {
        Matcher m = CATEGORY.matcher(text);
        Map<String, Long> bytes = new java.util.HashMap<>();
        while (m.find()) {
            bytes.put(m.group(1), ProcFs.parseLong(m.group(2)).orElse(0) << 10);
        }
        Long gc = bytes.get("GC");
        return gc == null
                ? Optional.empty()
                : Optional.of(new NativeTracking(
                        gc,
                        bytes.entrySet().stream()
                                .filter(e -> !OTHERS.contains(e.getKey()))
                                .mapToLong(Map.Entry::getValue)
                                .sum()));
    }
}
