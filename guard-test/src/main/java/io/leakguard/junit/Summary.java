package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.internal.base.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a run says at its end, on the console and in the files {@code leaks.html}, {@code leaks.json} and {@code leaks.txt}. */
final class Summary {

    private final Run run;
    private final Duration took;
    private @Nullable Path page;

    Summary(Run run, Duration took) {
        this.run = run;
        this.took = took;
    }

    void finish() {
        List<String> console = new ArrayList<>();
        Settings settings = run.settings;
        Path folder = settings.output();
        String written;
        try {
            Files.createDirectories(folder);
            written = write(folder);
            publishPage();
        } catch (IOException e) {
            written = "the files could not be written to " + folder + ": " + e;
        }
        if (!run.engine.equals(Run.JUPITER)) {
            console.add("[leakguard] " + run.engine
                    + " has no extensions: its tests are checked by what the launcher tells,"
                    + " and what fails is told here and fails the build, not the test");
        }
        console.add("[leakguard] " + LeakText.counted(run.results.tests(), "test") + ", "
                + counts() + " · "
                + gc() + " · " + written);
        if (run.settings.baselineWrite().on()) {
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
                        + " that is opened there. Write it anew with -D" + Settings.PREFIX + "baseline.write=true"
                        + sites.stream().limit(20).map(e -> "\n  " + e).collect(Collectors.joining()));
            }
            List<String> unseen = run.baseline.unseen();
            if (!unseen.isEmpty()) {
                console.add("[leakguard] fixed, if the whole suite has run: remove from " + settings.baseline()
                        + unseen.stream().map(e -> "\n  " + e).collect(Collectors.joining()));
            }
        }
        List<Allowance> unused = run.unusedAllowances();
        if (!unused.isEmpty()) {
            console.add("[leakguard] never needed, remove if the whole suite has run:"
                    + unused.stream().map(a -> "\n  " + a.text()).collect(Collectors.joining()));
        }
        List<String> unusedSuppressions = unusedSuppressions();
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
                    + " between tests left out: some of what was left may be missing, or told of a class where a test"
                    + " left it; -D" + Settings.PREFIX + "gc=test has them all");
        }
        String doubt = doubt();
        if (doubt != null) {
            console.add("[leakguard] INCONCLUSIVE: " + doubt);
        }
        Console.print(String.join("\n", console));
    }

    private List<String> unusedSuppressions() {
        return run.guard.suppressions().stream()
                .filter(u -> u.hits() == 0 && run.findingRules.hits(u.suppression()) == 0)
                .map(u -> u.suppression().kind() + " " + u.suppression().frame() + " because "
                        + u.suppression().reason())
                .toList();
    }

    private long told() {
        return run.results.leaks().stream()
                .filter(l -> l.verdict == Leak.Verdict.FAILED || l.verdict == Leak.Verdict.WARNED)
                .count();
    }

    /** Leaks that are told, and what else was left: no accepted ones. */
    private String counts() {
        String left = FindingCounts.text(run.results.findingsTold());
        return LeakText.counted(told(), "leak") + (left.isEmpty() ? "" : ", left: " + left);
    }

    private @Nullable String longLived() {
        List<Finding> findings = run.results.findings().stream()
                .filter(f -> f.verdict().equals("long_lived"))
                .toList();
        return findings.isEmpty()
                ? null
                : "[leakguard] meant to live as long as the JVM: " + FindingCounts.text(findings) + " ("
                        + findings.stream().map(Finding::because).distinct().collect(Collectors.joining("; ")) + ")";
    }

    private String gc() {
        int rounds = run.collector.rounds();
        return rounds == 0
                ? "no GC was needed"
                : "GC: " + LeakText.counted(rounds, "round") + ", "
                        + LeakText.duration(Duration.ofNanos(run.collector.nanos())) + " in all";
    }

    /** Why there may be leaks that this run hasn't found; null if it has looked everywhere it was asked to. */
    private @Nullable String doubt() {
        List<String> doubts = new ArrayList<>();
        String lost = run.results.guardLost();
        String gc = run.collector.inconclusive();
        if (lost != null) {
            doubts.add(lost);
        } else if (gc != null) {
            doubts.add("what only the garbage collector can find was not looked for, since " + gc);
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

    /** Writes both files; another run that is writing at this moment keeps its names. */
    private String write(Path folder) throws IOException {
        for (int n = 1; ; n++) {
            String suffix = n == 1 ? "" : "-" + n;
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(".lock" + suffix), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = tryLock(channel)) {
                if (lock != null || n >= 100) {
                    Path json = folder.resolve("leaks" + suffix + ".json");
                    Files.writeString(json, Json.pretty(json()));
                    Files.writeString(folder.resolve("leaks" + suffix + ".txt"), text());
                    Path html = folder.resolve("leaks" + suffix + ".html");
                    new RunPage(run).page(doubt()).writeTo(html);
                    page = html;
                    return html + ", .json, .txt";
                }
            }
        }
    }

    /** Attaches the page to the run, where an IDE or a build server shows such files, if there is something to see. */
    private void publishPage() {
        Path html = page;
        ExtensionContext context = run.rootContext();
        if (html == null
                || context == null
                || told() == 0 && run.results.findingsTold().isEmpty()) {
            return;
        }
        PagePublisher.publish(context, html);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another class loader of this JVM has it
        }
    }

    private String text() {
        StringBuilder out = new StringBuilder("LeakGuard, ")
                .append(run.startedAt)
                .append(": ")
                .append(LeakText.counted(run.results.tests(), "test"))
                .append(", ")
                .append(LeakText.counted(run.results.leaks().size(), "leak"))
                .append(" of any verdict, ")
                .append(
                        FindingCounts.text(run.results.findings()).isEmpty()
                                ? ""
                                : FindingCounts.text(run.results.findings()) + " left, ")
                .append(gc())
                .append('\n');
        String doubt = doubt();
        if (doubt != null) {
            out.append("INCONCLUSIVE: ").append(doubt).append('\n');
        }
        for (Leak leak : run.results.leaks()) {
            Unit charged = leak.chargedTo;
            out.append("\n== ")
                    .append(verdict(leak))
                    .append(" · ")
                    .append(leak.owner.name)
                    .append(charged == null || charged == leak.owner ? "" : " · told at the end of " + charged.name)
                    .append("\nwhose: ")
                    .append(leak.attribution.text)
                    .append(" (confidence: ")
                    .append(leak.attribution.confidence)
                    .append(leak.because.isEmpty() ? ")" : ") · " + leak.because)
                    .append('\n')
                    .append(leak.report.toText())
                    .append('\n');
        }
        for (FindingText.Group group : FindingText.grouped(run.results.findings())) {
            Finding f = group.first();
            out.append("\n== ")
                    .append(f.verdict())
                    .append(" · left by ")
                    .append(f.owner().name)
                    .append(" · ")
                    .append(f.item().what())
                    .append(
                            group.findings().size() > 1
                                    ? " × " + group.findings().size()
                                    : "")
                    .append(f.isAccepted() ? " · " + f.because() : "")
                    .append('\n')
                    .append(f.detail())
                    .append('\n');
        }
        return out.toString();
    }

    static String verdict(Leak leak) {
        Leak.Verdict verdict = leak.verdict;
        return verdict == null ? "open" : verdict.name().toLowerCase(Locale.ROOT);
    }

    // ------------------------------------------------------------------------------------------------- JSON

    private Map<String, Object> json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("schema", 1);
        root.put("startedAt", run.startedAt.toString());
        root.put("endedAt", Instant.now().toString());
        root.put("tookMillis", took.toMillis());
        root.put("mode", run.settings.mode().name().toLowerCase(Locale.ROOT));
        root.put("tests", run.results.tests());
        root.put("checkMicros", run.results.checkNanos() / 1_000);
        Map<String, Object> gc = new LinkedHashMap<>();
        gc.put("rounds", run.collector.rounds());
        gc.put("millis", run.collector.nanos() / 1_000_000);
        root.put("gc", gc);
        root.put("counts", countsByType());
        root.put("inconclusive", doubt());
        root.put("suppressed", run.guard.stats().suppressed());
        root.put("closedLate", run.results.closedLate());
        root.put("leaks", run.results.leaks().stream().map(Summary::json).toList());
        root.put("findings", run.results.findings().stream().map(Summary::json).toList());
        root.put(
                "unusedAllowances",
                run.unusedAllowances().stream().map(Allowance::text).toList());
        root.put("unusedSuppressions", unusedSuppressions());
        Map<String, Object> baseline = new LinkedHashMap<>();
        baseline.put("file", run.settings.baseline().toString());
        baseline.put("listed", run.baseline.size());
        baseline.put("seen", run.baseline.seen());
        baseline.put("fixed", run.settings.mode() == LeakMode.BASELINE ? run.baseline.unseen() : List.of());
        root.put("baseline", baseline);
        return root;
    }

    private Map<String, Object> countsByType() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("leaks", told());
        counts.putAll(FindingCounts.of(run.results.findingsTold()));
        return counts;
    }

    private static Map<String, Object> json(Finding f) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("type", f.type());
        m.put("leftBy", f.owner().name);
        m.put("testUniqueId", f.owner().uniqueId);
        m.put("testClass", f.owner().className);
        m.put("candidates", f.candidates().stream().map(u -> u.name).toList());
        m.put("kind", f.item().kind());
        m.put("subject", f.subject());
        m.put("what", f.item().what());
        m.put("detail", f.detail());
        m.put("outcome", f.outcome().name().toLowerCase(Locale.ROOT));
        m.put("check", f.verdict());
        m.put("because", f.because());
        m.put("baselineEntry", Baseline.entry(f));
        return m;
    }

    private static Map<String, Object> json(Leak leak) {
        LeakReport r = leak.report;
        Map<String, @Nullable Object> m = new LinkedHashMap<>();
        m.put("verdict", verdict(leak));
        m.put("because", leak.because);
        m.put("test", leak.owner.name);
        m.put("testUniqueId", leak.owner.uniqueId);
        m.put("testClass", leak.owner.className);
        m.put("openedIn", LeakText.where(leak));
        Unit charged = leak.chargedTo;
        m.put("toldAtEndOf", charged == null ? leak.owner.name : charged.name);
        m.put("attribution", leak.attribution.name().toLowerCase(Locale.ROOT));
        m.put("confidence", leak.attribution.confidence);
        m.put("candidates", leak.candidates.stream().map(u -> u.name).toList());
        m.put("cause", r.cause().name().toLowerCase(Locale.ROOT));
        m.put("kind", r.kind().name());
        m.put("description", r.description());
        m.put("site", r.siteText());
        m.put("baselineEntry", Baseline.entry(r));
        m.put("thread", r.threadName());
        m.put("openedAt", r.openedAt().toString());
        m.put("openMillis", r.openFor().toMillis());
        m.put("outcome", r.outcome());
        m.put(
                "children",
                r.children().stream()
                        .map(c -> Map.of("kind", c.kind().name(), "description", c.description(), "site", c.siteText()))
                        .toList());
        m.put("stack", r.stack().stream().map(StackTraceElement::toString).toList());
        return m;
    }
}
