package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.internal.base.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Writes the result of one run as a part of its build: its numbers, and its leaks and findings as JSON and text. */
final class PartWriter {

    private static final AtomicLong RUNS = new AtomicLong();

    private final Run run;

    PartWriter(Run run) {
        this.run = run;
    }

    RunPart part(Duration took, @Nullable String doubt, RunPage page) {
        RunResults results = run.results;
        List<Leak> leaks = results.leaks();
        List<Finding> findings = results.findings();
        RunPart part = RunPart.empty(
                run.startedAt.toEpochMilli() + "-" + ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet());
        part.put("build", BuildId.current())
                .put("pid", ProcessHandle.current().pid())
                .put("engine", run.engine)
                .put("startedAt", run.startedAt)
                .put("endedAt", Instant.now())
                .put("tookMillis", took.toMillis())
                .put("mode", run.settings.mode().name().toLowerCase(Locale.ROOT))
                .put("tests", results.tests())
                .put("checkMicros", results.checkNanos() / 1_000)
                .put("gc.rounds", run.collector.rounds())
                .put("gc.millis", run.collector.nanos() / 1_000_000)
                .put("inconclusive", doubt == null ? "" : doubt)
                .put("suppressed", run.guard.stats().suppressed())
                .put("closedLate", results.closedLate())
                .put("told", results.told())
                .put(
                        "failed",
                        results.count(Leak.Verdict.FAILED)
                                + findings.stream().filter(Finding::fails).count())
                .putAll("classes", run.classNames());
        FindingCounts.of(results.findingsTold()).forEach((type, n) -> part.put("left." + type, n));
        FindingCounts.of(findings).forEach((type, n) -> part.put("found." + type, n));
        part.put("leak", leaks.size()).put("finding", findings.size());
        for (int i = 0; i < leaks.size(); i++) {
            part.put("leak." + i, Json.pretty(json(leaks.get(i))));
        }
        for (int i = 0; i < findings.size(); i++) {
            part.put("finding." + i, Json.pretty(json(findings.get(i))));
        }
        part.put("text", text(leaks, findings));
        part.putRows("row.leaks", page.leakRows()).putRows("row.findings", page.findingRows());
        part.putAll(
                        "allowances.unused",
                        run.unusedAllowances().stream().map(Allowance::text).toList())
                .putAll(
                        "allowances.used",
                        run.allowances().stream()
                                .filter(a -> a.hits.sum() > 0)
                                .map(Allowance::text)
                                .toList())
                .putAll("suppressions.unused", run.suppressions(false))
                .putAll("suppressions.used", run.suppressions(true));
        part.put("baseline.file", run.settings.baseline())
                .put("baseline.listed", run.baseline.size())
                .putAll("baseline.seen", run.baseline.seenEntries())
                .putAll(
                        "baseline.unseen",
                        run.settings.mode() == LeakMode.BASELINE ? run.baseline.unseen() : List.of());
        return part;
    }

    private static String text(List<Leak> leaks, List<Finding> findings) {
        StringBuilder out = new StringBuilder();
        for (Leak leak : leaks) {
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
        for (FindingText.Group group : FindingText.grouped(findings)) {
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
