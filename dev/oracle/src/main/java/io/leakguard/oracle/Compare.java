package io.leakguard.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares the results of guard-test with those of the oracle, test by test. */
public final class Compare {

    private static final Pattern FINDING = Pattern.compile(
            "\"type\": \"(\\w+)\",.*?\"testUniqueId\": \"([^\"]*)\".*?\"subject\": \"([^\"]*)\".*?\"outcome\": \"(\\w+)\"",
            Pattern.DOTALL);
    private static final Pattern LEAK = Pattern.compile(
            "\"verdict\": \"(\\w+)\".*?\"testUniqueId\": \"([^\"]*)\".*?\"cause\": \"(\\w+)\",\\s*\"kind\": \"([\\w.]+)\""
                    + ",\\s*\"description\": \"((?:[^\"\\\\]|\\\\.)*)\",\\s*\"site\": \"((?:[^\"\\\\]|\\\\.)*)\"",
            Pattern.DOTALL);
    private static final Pattern LINE = Pattern.compile("\\(\\w+\\.\\w+:\\d+\\)");
    private static final Set<String> DESCRIPTORS = Set.of("file", "socket");

    /** What guard-test says of one resource; the line is empty if it knows none. */
    private record Told(String verdict, String test, boolean collected, String kind, String what, String line) {

        boolean isDescriptor() {
            return DESCRIPTORS.contains(kind)
                    || kind.startsWith("file.")
                    || kind.startsWith("socket")
                    || kind.equals("zip.file")
                    || kind.equals("directory.stream");
        }

        /** A path may have been given relative to a folder, and a socket is known by its addresses. */
        boolean isOf(String target) {
            return target.startsWith("socket:")
                    ? kind.startsWith("socket")
                    : !kind.startsWith("socket") && (what.isEmpty() || target.endsWith(name(what)));
        }

        private static String name(String path) {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    private Compare() {}

    /**
     * Prints some lines, and then each test in which both differ.
     *
     * @param args the oracle's file and guard-test's {@code leaks.json}
     * @throws IOException if one can't be read
     */
    public static void main(String[] args) throws IOException {
        Map<String, List<String>> closed = new TreeMap<>();
        Map<String, List<String>> left = new TreeMap<>();
        Path oracle = Path.of(args[0]);
        if (Files.exists(oracle)) {
            for (String line : Files.readAllLines(oracle)) {
                String[] parts = line.split("\t", -1);
                add(closed, parts[0], parts[3]);
                add(left, parts[0], parts[4]);
            }
        }
        report(closed, left, told(Files.readString(Path.of(args[1]))));
    }

    private static void add(Map<String, List<String>> to, String test, String targets) {
        if (!targets.isEmpty()) {
            to.computeIfAbsent(test, t -> new ArrayList<>()).addAll(List.of(targets.split("\\|", -1)));
        }
    }

    private static List<Told> told(String json) {
        List<Told> result = new ArrayList<>();
        int findings = json.indexOf("\"findings\": [");
        Matcher leak = LEAK.matcher(json.substring(0, Math.max(0, findings)));
        while (leak.find()) {
            Matcher line = LINE.matcher(leak.group(6));
            result.add(new Told(
                    leak.group(1),
                    leak.group(2),
                    leak.group(3).equals("collected"),
                    leak.group(4),
                    leak.group(5),
                    line.find() ? line.group() : ""));
        }
        Matcher finding = FINDING.matcher(json.substring(Math.max(0, findings)));
        while (finding.find()) {
            result.add(new Told(
                    "finding",
                    finding.group(2),
                    finding.group(4).equals("collected"),
                    finding.group(1),
                    finding.group(3),
                    ""));
        }
        return result;
    }

    @SuppressWarnings("SystemOut") // a program for the command line
    private static void report(Map<String, List<String>> closed, Map<String, List<String>> left, List<Told> told) {
        Map<String, List<Told>> byTest = new HashMap<>();
        told.stream()
                .filter(Told::isDescriptor)
                .forEach(t ->
                        byTest.computeIfAbsent(t.test(), k -> new ArrayList<>()).add(t));
        int all = 0;
        int charged = 0;
        int withLine = 0;
        List<String> missed = new ArrayList<>();
        Map<String, List<Told>> free = new HashMap<>();
        byTest.forEach((test, list) -> free.put(test, new ArrayList<>(list)));
        for (Map.Entry<String, List<String>> e : closed.entrySet()) {
            for (String target : e.getValue()) {
                all++;
                Told match = take(free.getOrDefault(e.getKey(), List.of()), target);
                if (match == null) {
                    missed.add(e.getKey() + " " + target);
                } else {
                    charged++;
                    withLine += match.line().isEmpty() ? 0 : 1;
                }
            }
        }
        left.forEach((test, targets) -> targets.forEach(target -> take(free.getOrDefault(test, List.of()), target)));
        System.out.printf(
                "oracle: %d descriptors closed by the collector only, in %d tests; %d open still, of %d%n",
                all, closed.size(), left.values().stream().mapToInt(List::size).sum(), left.size());
        System.out.printf(
                "guard-test: %d charged to the right test (%.1f %%), %d of them with the line (%.1f %%)%n",
                charged, share(charged, all), withLine, share(withLine, all));
        Map<String, Integer> failed = new TreeMap<>();
        told.stream().filter(t -> t.verdict().equals("failed")).forEach(t -> failed.merge(t.kind(), 1, Integer::sum));
        System.out.println("failed: " + failed);
        missed.forEach(m -> System.out.println("  missed: " + m));
        Set<String> beyond = new TreeSet<>();
        free.forEach((test, list) -> list.stream()
                .filter(t -> t.verdict().equals("failed") || t.verdict().equals("finding"))
                .forEach(t -> beyond.add(t.verdict() + " " + (t.collected() ? "collected " : "open ") + t.kind() + " "
                        + t.what() + " " + t.line() + " " + test)));
        System.out.println(beyond.size() + " sorts that the oracle did not see:");
        beyond.forEach(b -> System.out.println("  " + b));
    }

    /** The best match: one that was collected, one with its path. */
    private static @Nullable Told take(List<Told> from, String target) {
        Told best = null;
        for (Told one : from) {
            if (one.isOf(target) && (best == null || (one.collected() && !best.collected()))) {
                best = one;
            }
        }
        if (best != null) {
            from.remove(best);
        }
        return best;
    }

    private static double share(int some, int all) {
        return all == 0 ? 100.0 : 100.0 * some / all;
    }
}
