package io.leakguard.agent.internal;

import io.leakguard.watch.ResourceWatch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state of this process's guards, as tables. */
final class StatusText {

    private StatusText() {}

    /** {@code kinds} is the result of {@code AgentLink.kindsOf}. */
    static String of(List<?> kinds) {
        Map<String, Object[]> sorted = new TreeMap<>();
        Object[] last = {};
        for (Object one : kinds) {
            Object[] row = (Object[]) one;
            if (one == kinds.get(kinds.size() - 1)) {
                last = row;
            } else if ((long) row[1] > 0) {
                sorted.put((String) row[0], row);
            }
        }
        StringBuilder out = new StringBuilder(1_024);
        out.append(String.format(
                Locale.ROOT, "%n%-26s %12s %12s %12s %12s", "guard " + last[0], "opened", "closed", "open", "leaked"));
        sorted.forEach((kind, row) -> out.append(
                String.format(Locale.ROOT, "%n%-26s %12s %12s %12s %12s", kind, row[1], row[2], row[3], row[4])));
        out.append(String.format(
                Locale.ROOT,
                "%nreported %s, suppressed %s, dropped %s, failures of the guard %s",
                last[1],
                last[2],
                last[3],
                last[4]));
        return out.toString();
    }

    /** The sum of the sizes of buffers, of the rows that {@code AgentLink.row} makes. */
    static String buffers(List<Object[]> resources) {
        Map<String, Long> sums = new TreeMap<>();
        for (Object[] row : resources) {
            String kind = (String) row[1];
            OptionalLong size = Bytes.of((String) row[2]);
            if (kind.startsWith("buffer.") && size.isPresent()) {
                sums.merge(kind, size.getAsLong(), Long::sum);
            }
        }
        StringBuilder out = new StringBuilder(64);
        sums.forEach((kind, sum) -> out.append(String.format(Locale.ROOT, "%n%s: %,d bytes open", kind, sum)));
        return out.toString();
    }

    static String of(@Nullable ResourceWatch watch) {
        if (watch == null) {
            return "\nthe agent's watch is off";
        }
        ResourceWatch.Status status = watch.status();
        StringBuilder out = new StringBuilder(64);
        out.append("\nwatch: ").append(status.level().name().toLowerCase(Locale.ROOT));
        status.descriptorsUsed().ifPresent(used -> {
            out.append(" · descriptors ").append(used);
            status.descriptorsLimit().ifPresent(limit -> out.append(" of ").append(limit));
        });
        return out.toString();
    }
}
