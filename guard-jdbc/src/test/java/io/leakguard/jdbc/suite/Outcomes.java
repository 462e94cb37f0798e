package io.leakguard.jdbc.suite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** How each test of a driver's own suite ended, by its unique name. */
record Outcomes(Map<String, Outcome> byTest) {

    /** What a run that was broken off has not told of, or a test that is not found in the other run. */
    static final Outcome MISSING = new Outcome("MISSING", "");

    /** How a test ended: PASSED, FAILED, ABORTED or SKIPPED, and why. */
    record Outcome(String status, String why) {
        @Override
        public String toString() {
            return why.isEmpty() ? status : status + " " + why;
        }
    }

    /** A test that ends differently with the guard. */
    record Difference(String test, Outcome raw, Outcome guarded) {
        @Override
        public String toString() {
            return test + "\n    without the guard: " + raw + "\n    with it:           " + guarded;
        }
    }

    /** One outcome as a line of a file. */
    static String line(String test, Outcome outcome) {
        return oneLine(test) + '\t' + outcome.status() + '\t' + oneLine(outcome.why());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** Reads those lines; of a test that is told of twice the worse counts. */
    static Outcomes read(Path file) throws IOException {
        Map<String, Outcome> all = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            String[] parts = line.split("\t", -1);
            if (parts.length != 3) {
                throw new IOException(file + " has a line that is no outcome: " + line);
            }
            all.merge(
                    parts[0],
                    new Outcome(parts[1], parts[2]),
                    (a, b) -> a.status().equals("PASSED") ? b : a);
        }
        return new Outcomes(all);
    }

    /** The tests that end differently: why they end so doesn't matter, since messages name addresses and times. */
    static List<Difference> differences(Outcomes raw, Outcomes guarded) {
        TreeSet<String> tests = new TreeSet<>(raw.byTest.keySet());
        tests.addAll(guarded.byTest.keySet());
        List<Difference> result = new ArrayList<>();
        for (String test : tests) {
            Outcome without = raw.byTest.getOrDefault(test, MISSING);
            Outcome with = guarded.byTest.getOrDefault(test, MISSING);
            if (!without.status().equals(with.status())) {
                result.add(new Difference(test, without, with));
            }
        }
        return result;
    }

    /** Those that differ again in the same way when they are run once more: what differs once only is not the guard's doing. */
    static List<Difference> repeated(Collection<Difference> first, Collection<Difference> second) {
        return first.stream()
                .filter(a -> second.stream()
                        .anyMatch(b -> a.test().equals(b.test())
                                && a.raw().status().equals(b.raw().status())
                                && a.guarded().status().equals(b.guarded().status())))
                .toList();
    }

    /** How many ended how. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        byTest.values().forEach(outcome -> counts.merge(outcome.status(), 1, Integer::sum));
        return counts;
    }
}
