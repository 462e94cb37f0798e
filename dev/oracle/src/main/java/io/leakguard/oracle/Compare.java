package io.leakguard.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the results of guard-test with those of the oracle, test by test. */
public final class Compare {

    private static final Pattern FINDING = Pattern.compile(
            "\"type\": \"(\\w+)\",.*?\"testUniqueId\": \"([^\"]*)\".*?\"outcome\": \"(\\w+)\"", Pattern.DOTALL);
    private static final Set<String> DESCRIPTORS = Set.of("file", "socket");

    private Compare() {}

    /**
     * Prints one line of a table, and then each test in which both differ.
     *
     * @param args the oracle's file and guard-test's {@code leaks.json}
     * @throws IOException if one can't be read
     */
    @SuppressWarnings("SystemOut") // a program for the command line
    public static void main(String[] args) throws IOException {
        Map<String, Integer> closed = new TreeMap<>();
        Map<String, Integer> left = new TreeMap<>();
        Path oracle = Path.of(args[0]);
        if (Files.exists(oracle)) {
            for (String line : Files.readAllLines(oracle)) {
                String[] parts = line.split("\t", -1);
                closed.merge(parts[0], Integer.parseInt(parts[1]), Integer::sum);
                left.merge(parts[0], Integer.parseInt(parts[2]), Integer::sum);
            }
        }
        Map<String, Integer> guardClosed = new TreeMap<>();
        Map<String, Integer> guardAll = new TreeMap<>();
        Matcher finding = FINDING.matcher(Files.readString(Path.of(args[1])));
        while (finding.find()) {
            if (DESCRIPTORS.contains(finding.group(1))) {
                guardAll.merge(finding.group(2), 1, Integer::sum);
                if (finding.group(3).equals("collected")) {
                    guardClosed.merge(finding.group(2), 1, Integer::sum);
                }
            }
        }
        long only = sum(closed);
        long charged = closed.entrySet().stream()
                .mapToLong(e -> Math.min(e.getValue(), guardAll.getOrDefault(e.getKey(), 0)))
                .sum();
        long beyond = guardClosed.entrySet().stream()
                .mapToLong(e -> Math.max(
                        0, e.getValue() - closed.getOrDefault(e.getKey(), 0) - left.getOrDefault(e.getKey(), 0)))
                .sum();
        System.out.printf(
                "oracle: %d descriptors closed by the collector only, in %d tests; %d open still%n",
                only, closed.values().stream().filter(n -> n > 0).count(), sum(left));
        System.out.printf(
                "guard-test: %d of them charged to the right test (%.1f %%); %d that the oracle did not see%n",
                charged, only == 0 ? 100.0 : 100.0 * charged / only, beyond);
        Set<String> tests = new TreeSet<>(closed.keySet());
        tests.addAll(guardAll.keySet());
        for (String test : tests) {
            int o = closed.getOrDefault(test, 0);
            int g = guardAll.getOrDefault(test, 0);
            if (o != guardClosed.getOrDefault(test, 0)) {
                System.out.printf(
                        "  oracle %d + %d, guard-test %d + %d: %s%n",
                        o,
                        left.getOrDefault(test, 0),
                        guardClosed.getOrDefault(test, 0),
                        g - guardClosed.getOrDefault(test, 0),
                        test);
            }
        }
    }

    private static long sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToLong(Integer::longValue).sum();
    }
}
