package io.leakguard.junit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The text about descriptors, threads and other findings. Equal ones appear once, with their number. */
final class FindingText {

    private static final int MAX_GROUPS = 30;
    private static final int MAX_OWNERS = 5;

    private final Settings settings;

    FindingText(Settings settings) {
        this.settings = settings;
    }

    /** Findings of the same test that differ only in the numbers in their names. */
    record Group(List<Finding> findings) {
        Finding first() {
            return findings.get(0);
        }
    }

    static List<Group> grouped(List<Finding> findings) {
        Map<List<Object>, List<Finding>> groups = new LinkedHashMap<>();
        findings.stream()
                .sorted(Comparator.comparingInt(FindingCounts::rank))
                .forEach(f -> groups.computeIfAbsent(
                                List.of(f.item().kind(), FindingPattern.of(f.item()), f.owner(), f.outcome()),
                                key -> new ArrayList<>())
                        .add(f));
        return groups.values().stream().map(Group::new).toList();
    }

    /** The whole text for a failure, or for the console after {@code [leakguard] WARNING:}. */
    String text(Unit unit, List<Finding> findings, boolean withHints) {
        List<String> owners =
                findings.stream().map(f -> f.owner().name).distinct().toList();
        StringBuilder text = new StringBuilder(FindingCounts.text(findings))
                .append(" left by ")
                .append(owners.stream().limit(MAX_OWNERS).collect(Collectors.joining(", ")))
                .append(owners.size() > MAX_OWNERS ? " and " + (owners.size() - MAX_OWNERS) + " more" : "")
                .append(owners.equals(List.of(unit.name)) ? "" : ", found at the end of " + unit.name);
        long named = unit.run.results.leaksOf(unit);
        if (named > 0 && findings.stream().anyMatch(f -> f.item().kind().startsWith("descriptor."))) {
            text.append("; they may include those of the ")
                    .append(LeakText.counted(named, "leak"))
                    .append(" told by name");
        }
        List<Group> groups = grouped(findings);
        int n = 0;
        for (Group group : groups) {
            if (++n > MAX_GROUPS) {
                text.append("\n … ")
                        .append(groups.size() - MAX_GROUPS)
                        .append(" more; all of it in ")
                        .append(settings.output().resolve("leaks.txt"));
                break;
            }
            line(text, n, group, owners.size() > 1);
        }
        return withHints ? text.append(hint(findings.get(0))).toString() : text.toString();
    }

    private static void line(StringBuilder text, int n, Group group, boolean withOwner) {
        Finding f = group.first();
        int count = group.findings().size();
        text.append("\n ")
                .append(n)
                .append(") ")
                .append(f.item().what())
                .append(count > 1 ? " × " + count : "")
                .append(" · ")
                .append(f.detail());
        if (withOwner) {
            text.append("\n    left by ").append(f.owner().name);
        }
        if (!f.candidates().isEmpty()) {
            text.append("\n    by one of ")
                    .append(f.candidates().stream()
                            .limit(MAX_OWNERS)
                            .map(u -> u.name)
                            .collect(Collectors.joining(", ")))
                    .append(f.candidates().size() > MAX_OWNERS ? ", …" : "");
        }
    }

    /** The next step. For a project that was switched on from the command line, it changes no code. */
    private String hint(Finding finding) {
        String kind = finding.item().kind();
        String pattern = FindingPattern.of(finding.item());
        if (!settings.fromCommandLine()) {
            return "\n known: @AllowLeaks(kind = \"" + kind + "\", site = \"" + pattern.replace('_', '*')
                    + "\", reason = \"…\") on the test or its class";
        }
        return settings.mode() == LeakMode.BASELINE
                ? "\n known: a line in the file of -Dleakguard.suppressions: " + kind + " " + pattern + " because …"
                : "\n known: write the present ones to a file by -D" + Settings.PREFIX
                        + "baseline.write=true, and run with -D"
                        + Settings.PREFIX + "mode=baseline; or -Dleakguard.suppressions=FILE with the line: " + kind
                        + " " + pattern + " because …";
    }
}
