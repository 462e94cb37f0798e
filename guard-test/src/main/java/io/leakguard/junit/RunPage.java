package io.leakguard.junit;

import io.leakguard.Suppression;
import io.leakguard.report.HtmlReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The sections of a test run's page beside the guard's leaks: the owners, and the accepted leaks. */
final class RunPage {

    private final Run run;

    RunPage(Run run) {
        this.run = run;
    }

    HtmlReport page(@Nullable String doubt) {
        HtmlReport.Builder page = HtmlReport.builder(run.guard)
                .title("LeakGuard: a run of "
                        + LeakText.counted(run.results.tests(), "test") + ", mode "
                        + run.settings.mode().name().toLowerCase(Locale.ROOT));
        HtmlReport.Recorder recorder = run.recorder;
        if (recorder != null) {
            recorder.sample();
            page.recorder(recorder);
        }
        page.verdict(level(doubt), verdict(doubt));
        page.section(leaksByTest(leakRows()));
        if (!run.results.findings().isEmpty()) {
            page.section(findings(findingRows()));
        }
        page.section(allowances());
        HtmlReport.Section baseline = baseline();
        if (baseline != null) {
            page.section(baseline);
        }
        return page.build();
    }

    private long count(Leak.Verdict verdict) {
        return run.results.count(verdict);
    }

    private boolean findingFailed() {
        return run.results.findings().stream().anyMatch(Finding::fails);
    }

    private HtmlReport.Verdict level(@Nullable String doubt) {
        return count(Leak.Verdict.FAILED) > 0 || findingFailed()
                ? HtmlReport.Verdict.BAD
                : count(Leak.Verdict.WARNED) > 0 || !run.results.findingsTold().isEmpty() || doubt != null
                        ? HtmlReport.Verdict.WARNING
                        : HtmlReport.Verdict.GOOD;
    }

    private String verdict(@Nullable String doubt) {
        List<String> parts = new ArrayList<>();
        long failed = count(Leak.Verdict.FAILED);
        if (failed > 0) {
            parts.add(failed == 1 ? "1 leak fails its test or class" : failed + " leaks fail their test or class");
        }
        add(parts, Leak.Verdict.WARNED, "warned of");
        add(parts, Leak.Verdict.KNOWN, "known by the baseline");
        add(parts, Leak.Verdict.ALLOWED, "allowed");
        add(parts, Leak.Verdict.EXPECTED, "expected");
        String left = FindingCounts.text(run.results.findingsTold());
        if (!left.isEmpty()) {
            parts.add(left + " left");
        }
        String text = parts.isEmpty()
                ? "No leak in " + LeakText.counted(run.results.tests(), "test") + "."
                : (failed > 0 ? "" : "No test fails by a leak: ") + String.join(", ", parts) + ".";
        return doubt == null ? text : text + " INCONCLUSIVE: " + doubt + ".";
    }

    private void add(List<String> parts, Leak.Verdict verdict, String text) {
        long n = count(verdict);
        if (n > 0) {
            parts.add(n + " " + text);
        }
    }

    // ------------------------------------------------------------------------------------------------- sections

    List<List<String>> leakRows() {
        Map<List<Object>, List<Leak>> rows = new LinkedHashMap<>();
        // Leaks that fail a test come first.
        run.results.leaks().stream()
                .sorted(Comparator.comparing(l -> l.verdict, Comparator.nullsLast(Comparator.naturalOrder())))
                .forEach(leak -> rows.computeIfAbsent(
                                List.of(
                                        leak.owner.id,
                                        PartWriter.verdict(leak),
                                        leak.report.kind(),
                                        leak.report.siteText(),
                                        leak.attribution,
                                        leak.because),
                                key -> new ArrayList<>())
                        .add(leak));
        return rows.values().stream().map(RunPage::row).toList();
    }

    static HtmlReport.Section leaksByTest(List<List<String>> rows) {
        return new HtmlReport.Section(
                "Leaks by test",
                "The owner of each leak, however late it was found. The lines of code are below, with their stacks.",
                List.of("Test", "Verdict", "Leaks", "Kind", "Opened at", "Confidence", "Note"),
                rows);
    }

    private static List<String> row(List<Leak> leaks) {
        Leak leak = leaks.get(0);
        List<String> notes = new ArrayList<>();
        String where = LeakText.where(leak);
        if (!where.endsWith(" " + leak.owner.methodName)) {
            notes.add("opened " + where);
        }
        Allowance allowance = leak.allowance;
        if (allowance != null) {
            notes.add(allowance.why());
        } else if (!leak.because.isEmpty()) {
            notes.add(leak.because);
        }
        Unit charged = leak.chargedTo;
        if (charged != null && charged != leak.owner) {
            notes.add("found at the end of " + charged.name);
        }
        if (!leak.candidates.isEmpty()) {
            notes.add("or it was " + leak.candidates.stream().map(u -> u.name).collect(Collectors.joining(", ")));
        }
        return List.of(
                leak.owner.name,
                PartWriter.verdict(leak).replace('_', ' '),
                String.valueOf(leaks.size()),
                leak.report.kind().name(),
                leak.report.siteText(),
                leak.attribution.confidence,
                String.join("; ", notes));
    }

    List<List<String>> findingRows() {
        return FindingText.grouped(run.results.findings()).stream()
                .map(group -> {
                    Finding f = group.first();
                    return List.of(
                            f.owner().name,
                            f.item().what(),
                            String.valueOf(group.findings().size()),
                            f.detail(),
                            f.isAccepted() ? f.verdict().replace('_', ' ') + ": " + f.because() : f.verdict());
                })
                .toList();
    }

    static HtmlReport.Section findings(List<List<String>> rows) {
        return new HtmlReport.Section(
                "Descriptors, threads and more that were left",
                "Found by comparing the process before and after each test.",
                List.of("Left by", "What", "How many", "Then", "Check"),
                rows);
    }

    private HtmlReport.Section allowances() {
        List<List<String>> rows = new ArrayList<>();
        run.allowances().stream()
                .sorted(Comparator.comparingLong((Allowance a) -> a.hits.sum()).thenComparing(a -> a.place))
                .forEach(a -> rows.add(List.of(
                        String.valueOf(a.hits.sum()),
                        a.annotation.kind(),
                        a.annotation.site(),
                        a.annotation.reason(),
                        a.annotation.issue(),
                        "@AllowLeaks on " + a.place)));
        for (Suppression.Use use : run.guard.suppressions()) {
            Suppression s = use.suppression();
            rows.add(
                    List.of(String.valueOf(use.hits()), s.kind(), s.frame(), s.reason(), "", "leakguard.suppressions"));
        }
        return new HtmlReport.Section(
                "Allowances",
                rows.isEmpty() ? "" : "One that was used 0 times isn't needed any more, if the whole suite has run.",
                List.of("Used", "Kind", "Site", "Reason", "Issue", "Where"),
                rows);
    }

    /** Listed, new and gone entries; null if no baseline is in use. */
    private HtmlReport.@Nullable Section baseline() {
        Settings settings = run.settings;
        if (settings.mode() != LeakMode.BASELINE) {
            return null;
        }
        SortedMap<String, Long> seen = new TreeMap<>();
        SortedMap<String, Long> beyond = new TreeMap<>();
        for (Leak leak : run.results.leaks()) {
            String entry = run.baseline.entryOf(leak.report);
            if (leak.verdict == Leak.Verdict.FAILED && run.baseline.isListed(entry)) {
                beyond.merge(entry, 1L, Long::sum);
            } else if (leak.verdict == Leak.Verdict.KNOWN || leak.verdict == Leak.Verdict.FAILED) {
                seen.merge(entry, 1L, Long::sum);
            }
        }
        List<List<String>> rows = new ArrayList<>();
        boolean writing = settings.baselineWrite().on();
        boolean merging = settings.baselineWrite() == Settings.BaselineWrite.MERGE;
        seen.forEach((entry, n) -> {
            if (!run.baseline.isListed(entry)) {
                rows.add(row(writing ? "new, now listed" : "new", n, entry));
            }
        });
        beyond.forEach((entry, n) -> rows.add(row("new, on another line", n, entry)));
        for (String entry : run.baseline.unseen()) {
            rows.add(row(
                    !writing ? "fixed, if the whole suite has run" : merging ? "not seen, kept" : "fixed, removed",
                    0,
                    entry));
        }
        seen.forEach((entry, n) -> {
            if (run.baseline.isListed(entry)) {
                rows.add(row("known", n, entry));
            }
        });
        return new HtmlReport.Section(
                "Baseline",
                "Compared with " + settings.baseline() + (run.baseline.isFound() ? "." : ", which isn't there yet."),
                List.of("Change", "Leaks", "Kind", "Site"),
                rows);
    }

    private static List<String> row(String change, long leaks, String entry) {
        int space = entry.indexOf(' ');
        return List.of(change, String.valueOf(leaks), entry.substring(0, space), entry.substring(space + 1));
    }
}
