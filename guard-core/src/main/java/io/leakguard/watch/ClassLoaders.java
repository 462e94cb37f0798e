package io.leakguard.watch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The live class loaders by type, from the JVM's own table, as {@code jcmd VM.classloader_stats} shows it. The JVM
 * stops the application for it: for less than a millisecond with a few loaders, and some milliseconds with thousands.
 *
 * @param count the number of loaders that have loaded a class
 * @param byType the number of loaders of each class
 */
record ClassLoaders(long count, Map<String, Long> byType) {

    private static final Pattern LINE =
            Pattern.compile("0x[0-9a-f]+\\s+0x[0-9a-f]+\\s+0x[0-9a-f]+\\s+\\d+\\s+\\d+\\s+\\d+\\s+(\\S.*)");

    /** Reads the table. Empty on a JVM without it, or without the module jdk.management. */
    static Optional<ClassLoaders> read() {
        return Beans.diagnostic("vmClassloaderStats").map(ClassLoaders::parse).filter(all -> all.count > 0);
    }

    static ClassLoaders parse(String text) {
        Map<String, Long> byType = new HashMap<>();
        long count = 0;
        for (String line : text.split("\n", -1)) {
            Matcher m = LINE.matcher(line.strip());
            if (m.matches() && !m.group(1).startsWith("+")) { // hidden classes of the loader above
                byType.merge(m.group(1), 1L, Long::sum);
                count++;
            }
        }
        return new ClassLoaders(count, byType);
    }

    static OptionalLong counted() {
        Optional<ClassLoaders> all = read();
        return all.isPresent() ? OptionalLong.of(all.get().count) : OptionalLong.empty();
    }

    static List<Map.Entry<String, Long>> topTypes(int n) {
        return read().map(all -> DescriptorTypes.top(all.byType, n)).orElse(List.of());
    }
}
