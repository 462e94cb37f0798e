package io.leakguard.junit;

import io.leakguard.internal.base.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All runs of a build up to now, merged. */
final class MergedRuns {

    private final List<RunPart> parts;

    MergedRuns(Collection<RunPart> parts) {
        this.parts = parts.stream()
                .sorted(Comparator.comparing((RunPart p) -> p.time("startedAt")).thenComparing(p -> p.id))
                .toList();
    }

    List<RunPart> parts() {
        return parts;
    }

    long sum(String key) {
        return parts.stream().mapToLong(p -> p.number(key)).sum();
    }

    Map<String, Long> left() {
        Map<String, Long> sums = new LinkedHashMap<>();
        parts.forEach(p -> p.numbers("left.").forEach((type, n) -> sums.merge(type, n, Long::sum)));
        return sums;
    }

    /** The leaks that are reported, and the findings. */
    String counts() {
        String left = FindingCounts.text(left());
        return LeakText.counted(sum("told"), "leak") + (left.isEmpty() ? "" : ", left: " + left);
    }

    @Nullable
    String doubt() {
        List<String> doubts = parts.stream()
                .map(p -> p.text("inconclusive"))
                .filter(d -> !d.isEmpty())
                .distinct()
                .toList();
        return doubts.isEmpty() ? null : String.join("; ", doubts);
    }

    /** Listed entries that no run has needed. */
    private List<String> unused(String listed, String used) {
        Set<String> result = new LinkedHashSet<>();
        parts.forEach(p -> result.addAll(p.list(listed)));
        parts.forEach(p -> p.list(used).forEach(result::remove));
        return List.copyOf(result);
    }

    String json() {
        RunPart first = parts.get(0);
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", 1);
        root.put("startedAt", first.text("startedAt"));
        root.put(
                "endedAt",
                parts.stream()
                        .map(p -> p.time("endedAt"))
                        .max(Comparator.naturalOrder())
                        .orElseThrow()
                        .toString());
        root.put("tookMillis", sum("tookMillis"));
        root.put("runs", parts.size());
        root.put("mode", first.text("mode"));
        root.put("tests", sum("tests"));
        root.put("checkMicros", sum("checkMicros"));
        Map<String, Object> gc = new LinkedHashMap<>();
        gc.put("rounds", sum("gc.rounds"));
        gc.put("millis", sum("gc.millis"));
        root.put("gc", gc);
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("leaks", sum("told"));
        counts.putAll(FindingCounts.ordered(left()));
        root.put("counts", counts);
        root.put("inconclusive", doubt());
        root.put("suppressed", sum("suppressed"));
        root.put("closedLate", sum("closedLate"));
        Map<String, Object> tail = new LinkedHashMap<>();
        tail.put("unusedAllowances", unused("allowances.unused", "allowances.used"));
        tail.put("unusedSuppressions", unused("suppressions.unused", "suppressions.used"));
        Map<String, Object> baseline = new LinkedHashMap<>();
        baseline.put("file", first.text("baseline.file"));
        baseline.put("listed", first.number("baseline.listed"));
        baseline.put("seen", all("baseline.seen").size());
        baseline.put("fixed", unused("baseline.unseen", "baseline.seen"));
        tail.put("baseline", baseline);
        String head = Json.pretty(root).strip();
        return head.substring(0, head.lastIndexOf('}')).stripTrailing()
                + ",\n  \"leaks\": " + array("leak")
                + ",\n  \"findings\": " + array("finding")
                + "," + Json.pretty(tail).substring(1);
    }

    private Set<String> all(String key) {
        return parts.stream().flatMap(p -> p.list(key).stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Objects that each run has written, unchanged. */
    private String array(String key) {
        List<String> objects = new ArrayList<>();
        for (RunPart part : parts) {
            for (long i = 0; i < part.number(key); i++) {
                objects.add(part.text(key + "." + i).strip().replace("\n", "\n    "));
            }
        }
        return objects.isEmpty() ? "[]" : "[\n    " + String.join(",\n    ", objects) + "\n  ]";
    }

    String text() {
        StringBuilder out = new StringBuilder("LeakGuard, ")
                .append(parts.get(0).text("startedAt"))
                .append(": ")
                .append(LeakText.counted(sum("tests"), "test"))
                .append(parts.size() > 1 ? " in " + parts.size() + " runs, " : ", ")
                .append(LeakText.counted(sum("leak"), "leak"))
                .append(" of any verdict, ");
        Map<String, Long> any = new LinkedHashMap<>();
        parts.forEach(p -> p.numbers("found.").forEach((type, n) -> any.merge(type, n, Long::sum)));
        String found = FindingCounts.text(any);
        out.append(found.isEmpty() ? "" : found + " left, ").append(gc()).append('\n');
        String doubt = doubt();
        if (doubt != null) {
            out.append("INCONCLUSIVE: ").append(doubt).append('\n');
        }
        parts.forEach(p -> out.append(p.text("text")));
        return out.toString();
    }

    String gc() {
        long rounds = sum("gc.rounds");
        return rounds == 0
                ? "no GC was needed"
                : "GC: " + LeakText.counted(rounds, "round") + ", "
                        + LeakText.duration(java.time.Duration.ofMillis(sum("gc.millis"))) + " in all";
    }

    List<List<String>> rows(String key) {
        return parts.stream().flatMap(p -> p.rows(key).stream()).toList();
    }

    List<List<String>> rows(Function<RunPart, List<String>> row) {
        return parts.stream().map(row).toList();
    }
}
