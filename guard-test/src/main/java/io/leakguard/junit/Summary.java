package io.leakguard.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Writes a run's summary to the console at its end, and its files. */
final class Summary {

    private final Run run;
    private final Duration took;

    Summary(Run run, Duration took) {
        this.run = run;
        this.took = took;
    }

    void finish() {
        List<String> console = new ArrayList<>();
        Settings settings = run.settings;
        Path folder = settings.output();
        String written;
        MergedRuns merged = null;
        try {
            Files.createDirectories(folder);
            RunPage page = new RunPage(run);
            String doubt = doubt();
            merged = new RunFiles(folder).add(new PartWriter(run).part(took, doubt, page), page.page(doubt));
            written = folder.resolve("leaks.html") + ", .json, .txt";
            publishPage(folder.resolve("leaks.html"));
        } catch (IOException e) {
            written = "the files could not be written to " + folder + ": " + e;
        }
        if (!run.engine.equals(Run.JUPITER)) {
            console.add("[leakguard] " + run.engine
                    + " has no extensions: its tests are checked by the events of the launcher."
                    + " A failure is reported here, and fails the build, not the test");
        }
        console.add("[leakguard] " + LeakText.counted(run.results.tests(), "test") + ", "
                + counts() + " · "
                + gc() + " · " + written);
        addBaseline(console);
        List<Allowance> unused = run.unusedAllowances();
        if (!unused.isEmpty()) {
            console.add("[leakguard] never needed, remove if the whole suite has run:"
                    + unused.stream().map(a -> "\n  " + a.text()).collect(Collectors.joining()));
        }
        List<String> unusedSuppressions = run.suppressions(false);
        if (!unusedSuppressions.isEmpty()) {
            console.add("[leakguard] suppressions never needed:"
                    + unusedSuppressions.stream().map(s -> "\n  " + s).collect(Collectors.joining()));
        }
        String longLived = longLived();
        if (longLived != null) {
            console.add(longLived);
        }
        if (run.collectionsSaved() > 0) {
            console.add("[leakguard] to save time, " + LeakText.counted(run.collectionsSaved(), "collection")
                    + " between tests left out: some of what was left may be missing, or charged to a class where"
                    + " a test left it; -D" + Settings.PREFIX + "gc=test runs them all");
        }
        String doubt = doubt();
        if (doubt != null) {
            console.add("[leakguard] INCONCLUSIVE: " + doubt);
        }
        if (merged != null && merged.parts().size() > 1) {
            console.add("[leakguard] all " + merged.parts().size() + " runs of this build so far: "
                    + LeakText.counted(merged.sum("tests"), "test") + ", " + merged.counts() + " · " + written);
        }
        Console.print(String.join("\n", console));
    }

    private void addBaseline(List<String> console) {
        Settings settings = run.settings;
        if (settings.baselineWrite().on()) {
            try {
                run.baseline.write(settings);
                console.add("[leakguard] baseline written: " + LeakText.counted(run.baseline.seen(), "known leak")
                        + " in " + settings.baseline());
            } catch (IOException e) {
                console.add("[leakguard] the baseline could not be written to " + settings.baseline() + ": " + e);
            }
        } else if (settings.mode() == LeakMode.BASELINE) {
            if (!run.baseline.isFound()) {
                console.add("[leakguard] there is no baseline file " + settings.baseline() + ": write it with -D"
                        + Settings.PREFIX + "baseline.write=true");
            }
            List<String> sites = run.baseline.sitesOnly();
            if (!sites.isEmpty()) {
                console.add("[leakguard] " + settings.baseline() + " is of an older version: "
                        + LeakText.counted(sites.size(), "entry", "entries") + " without callers, accepting every leak"
                        + " that is opened there. Write it again with -D" + Settings.PREFIX + "baseline.write=true"
                        + sites.stream().limit(20).map(e -> "\n  " + e).collect(Collectors.joining()));
            }
            List<String> unseen = run.baseline.unseen();
            if (!unseen.isEmpty()) {
                console.add("[leakguard] fixed, if the whole suite has run: remove from " + settings.baseline()
                        + unseen.stream().map(e -> "\n  " + e).collect(Collectors.joining()));
            }
        }
    }

    /** The reported leaks and the findings, without accepted ones. */
    private String counts() {
        String left = FindingCounts.text(run.results.findingsTold());
        return LeakText.counted(run.results.told(), "leak") + (left.isEmpty() ? "" : ", left: " + left);
    }

    private @Nullable String longLived() {
        List<Finding> findings = run.results.findings().stream()
                .filter(f -> f.verdict().equals("long_lived"))
                .toList();
        List<Leak> leaks = run.results.leaks().stream()
                .filter(l -> l.verdict == Leak.Verdict.LONG_LIVED)
                .toList();
        List<String> counts = new ArrayList<>();
        if (!leaks.isEmpty()) {
            counts.add(LeakText.counted(leaks.size(), "resource"));
        }
        if (!findings.isEmpty()) {
            counts.add(FindingCounts.text(findings));
        }
        return counts.isEmpty()
                ? null
                : "[leakguard] meant to live as long as the JVM: " + String.join(", ", counts) + " ("
                        + Stream.concat(
                                        leaks.stream().map(l -> l.because),
                                        findings.stream().map(Finding::because))
                                .distinct()
                                .collect(Collectors.joining("; "))
                        + ")";
    }

    private String gc() {
        int rounds = run.collector.rounds();
        return rounds == 0
                ? "no GC was needed"
                : "GC: " + LeakText.counted(rounds, "round") + ", "
                        + LeakText.duration(Duration.ofNanos(run.collector.nanos())) + " in all";
    }

    /** The reason why this run may have missed leaks; null if it has looked everywhere it should. */
    private @Nullable String doubt() {
        List<String> doubts = new ArrayList<>();
        String lost = run.results.guardLost();
        String gc = run.collector.inconclusive();
        if (lost != null) {
            doubts.add(lost);
        } else if (gc != null) {
            doubts.add("leaks that only the garbage collector can find were not looked for: " + gc);
        }
        long dropped = run.guard.stats().dropped();
        if (dropped > 0) {
            doubts.add(LeakText.counted(dropped, "report") + " were dropped");
        }
        doubts.addAll(run.participants.blindSpots());
        if (!run.doubtOfProcess().isEmpty()) {
            doubts.add(run.doubtOfProcess());
        }
        if (run.results.flushesFailed() > 0) {
            doubts.add("reports took too long to be delivered");
        }
        if (run.results.notKept() > 0) {
            doubts.add(LeakText.counted(run.results.notKept(), "leak") + " beyond the first "
                    + RunResults.MAX_LEAKS_KEPT + " are in no file");
        }
        return doubts.isEmpty() ? null : String.join("; ", doubts);
    }

    /** Attaches the page to the run, so that an IDE or a build server shows it, if it shows anything. */
    private void publishPage(Path html) {
        ExtensionContext context = run.rootContext();
        if (context != null
                && (run.results.told() > 0 || !run.results.findingsTold().isEmpty())) {
            PagePublisher.publish(context, html);
        }
    }
}
