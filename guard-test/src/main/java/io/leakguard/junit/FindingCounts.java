package io.leakguard.junit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The number of findings of each type, in words and as numbers: {@code 1 thread, 2 sockets}. */
final class FindingCounts {

    /** In this order: threads and processes are few and hold most. */
    private static final List<List<String>> NOUNS = List.of(
            List.of("thread", "thread", "threads"),
            List.of("process", "child process", "child processes"),
            List.of("thread.daemon", "daemon thread", "daemon threads"),
            List.of("socket", "socket", "sockets"),
            List.of("file", "file", "files"),
            List.of("pipe", "pipe", "pipes"),
            List.of("selector", "selector", "selectors"),
            List.of("other", "other descriptor", "other descriptors"),
            List.of("temp.file", "temporary file", "temporary files"),
            List.of("temp.folder", "temporary folder", "temporary folders"),
            List.of("state", "changed setting", "changed settings"),
            List.of("class.loader", "class loader", "class loaders"));

    private FindingCounts() {}

    private static String type(Finding finding) {
        return finding.type().startsWith("state.") ? "state" : finding.type();
    }

    /** The rank of a finding in a list. */
    static int rank(Finding finding) {
        for (int i = 0; i < NOUNS.size(); i++) {
            if (NOUNS.get(i).get(0).equals(type(finding))) {
                return i;
            }
        }
        return NOUNS.size();
    }

    /** Numbers by type, in the order of importance, without zeros. */
    static Map<String, Long> of(List<Finding> findings) {
        Map<String, Long> result = new LinkedHashMap<>();
        for (List<String> noun : NOUNS) {
            long n = findings.stream().filter(f -> type(f).equals(noun.get(0))).count();
            if (n > 0) {
                result.put(noun.get(0), n);
            }
        }
        return result;
    }

    /** The same numbers in the order of importance. */
    static Map<String, Long> ordered(Map<String, Long> counts) {
        Map<String, Long> result = new LinkedHashMap<>();
        for (List<String> noun : NOUNS) {
            Long n = counts.get(noun.get(0));
            if (n != null) {
                result.put(noun.get(0), n);
            }
        }
        return result;
    }

    static String text(List<Finding> findings) {
        return text(of(findings));
    }

    /** In words; empty if there is none. */
    static String text(Map<String, Long> counts) {
        List<String> parts = new ArrayList<>();
        for (List<String> noun : NOUNS) {
            long n = counts.getOrDefault(noun.get(0), 0L);
            if (n > 0) {
                parts.add(LeakText.counted(n, noun.get(1), noun.get(2)));
            }
        }
        return String.join(", ", parts);
    }
}
