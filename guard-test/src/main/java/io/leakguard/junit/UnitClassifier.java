package io.leakguard.junit;

import io.leakguard.LeakCause;
import io.leakguard.internal.base.Glob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides the verdicts of the leaks of a unit when it ends. */
final class UnitClassifier {

    private final Run run;
    private final Unit unit;
    private final Duration waited;

    UnitClassifier(Run run, Unit unit, Duration waited) {
        this.run = run;
        this.unit = unit;
        this.waited = waited;
    }

    static boolean isMet(ExpectLeaks expected, List<Leak> leaks) {
        long n = leaks.stream().filter(l -> matches(expected, l)).count();
        return expected.count() == 0 ? n > 0 : n == expected.count();
    }

    private static boolean matches(ExpectLeaks expected, Leak leak) {
        return Glob.matches(expected.kind(), leak.report.kind().name())
                && FramePatterns.matches(expected.site(), leak.report);
    }

    /** Returns the error of the unit; null if it doesn't fail. */
    @Nullable
    ResourceLeakError classify(List<Leak> leaks, List<Finding> findings) {
        Map<Leak.Verdict, List<Leak>> told = new EnumMap<>(Leak.Verdict.class);
        int expectedLeaks = 0;
        for (Leak leak : leaks) {
            if (unit.level != Unit.Level.SUITE && leak.isStatic() && leak.report.cause() == LeakCause.ESCAPED_SCOPE) {
                run.pass(leak);
                continue;
            }
            Leak.Verdict verdict = verdict(leak);
            leak.verdict = verdict;
            run.results.add(leak);
            told.computeIfAbsent(verdict, v -> new ArrayList<>()).add(leak);
            if (verdict == Leak.Verdict.EXPECTED && leak.owner == unit) {
                expectedLeaks++;
            }
        }
        List<Leak> failed = told.getOrDefault(Leak.Verdict.FAILED, List.of());
        if (run.settings.heldBy()) {
            HoldersOfLeaks.find(run.guard, failed);
        }
        List<Finding> failing = findings.stream().filter(Finding::fails).toList();
        List<Finding> warning =
                findings.stream().filter(f -> !f.isAccepted() && !f.fails()).toList();
        FindingText findingText = new FindingText(run.settings);
        LeakText text = new LeakText(run.settings, unit, waited);

        List<Leak> warned = new ArrayList<>(told.getOrDefault(Leak.Verdict.WARNED, List.of()));
        warned.addAll(told.getOrDefault(Leak.Verdict.SUSPECTED, List.of()));
        warned.addAll(told.getOrDefault(Leak.Verdict.STATIC, List.of()));
        if (!warned.isEmpty()) {
            Console.print(text.warning(warned));
        }
        if (!warning.isEmpty()) {
            warnOf(warning, findingText);
        }
        told.forEach(this::publish);

        ExpectLeaks expected = unit.policy.expected();
        ResourceLeakError error = null;
        if (expected != null && (expected.count() == 0 ? expectedLeaks == 0 : expectedLeaks != expected.count())) {
            error = text.missing(expected, expectedLeaks, failed, run.collector.inconclusive());
        } else if (!failed.isEmpty()) {
            error = text.error(failed);
        }
        if (!failing.isEmpty()) {
            ResourceLeakError found = new ResourceLeakError(findingText.text(unit, failing, true), List.of());
            if (error == null) {
                error = found;
            } else {
                error.addSuppressed(found);
            }
        }
        return error;
    }

    /** Findings that live until the end of the run and were made outside of tests come last, separately. */
    private void warnOf(List<Finding> warning, FindingText text) {
        Map<Boolean, List<Finding>> byCause = warning.stream().collect(Collectors.partitioningBy(this::mayBeTheSuites));
        List<Finding> ofTests = byCause.getOrDefault(false, List.of());
        if (!ofTests.isEmpty()) {
            Console.print("[leakguard] WARNING: " + text.text(unit, ofTests, run.isFirstHint()));
        }
        List<Finding> ofSuite = byCause.getOrDefault(true, List.of());
        if (!ofSuite.isEmpty()) {
            Console.print(
                    "[leakguard] there until the end of the run, and made while no test ran (a server or a cache of the"
                            + " suite, or a leak): " + text.text(unit, ofSuite, run.isFirstHint()));
        }
    }

    private boolean mayBeTheSuites(Finding finding) {
        return unit.level == Unit.Level.SUITE
                && finding.outcome() == Finding.Outcome.LEFT
                && finding.owner().level != Unit.Level.TEST;
    }

    private Leak.Verdict verdict(Leak leak) {
        Policy policy = leak.owner.policy;
        if (policy.mode() == LeakMode.OFF) {
            return Leak.Verdict.OFF;
        }
        ExpectLeaks expected = policy.expected();
        if (expected != null && matches(expected, leak)) {
            return Leak.Verdict.EXPECTED;
        }
        for (Allowance allowance : policy.allowances()) {
            if (allowance.matches(leak.report)) {
                allowance.hits.increment();
                leak.because = allowance.text();
                leak.allowance = allowance;
                return Leak.Verdict.ALLOWED;
            }
        }
        if (leak.report.cause().confidence() != LeakCause.Confidence.PROVEN) {
            return Leak.Verdict.SUSPECTED;
        }
        if (leak.isStatic() && leak.report.cause() == LeakCause.ESCAPED_SCOPE) {
            leak.because =
                    "opened by a static initialiser and never closed: it may be meant to live as long as the process";
            return Leak.Verdict.STATIC;
        }
        if (policy.mode() == LeakMode.BASELINE && run.baseline.isKnown(leak.report)) {
            leak.because = "listed in " + run.settings.baseline();
            return Leak.Verdict.KNOWN;
        }
        String longLived = run.seen.isOn() ? LongLived.reason(leak.report) : null;
        if (longLived != null) {
            leak.because = longLived;
            return Leak.Verdict.LONG_LIVED;
        }
        if (unit.level == Unit.Level.SUITE && leak.mayBeTheSuites() && leak.report.cause() == LeakCause.ESCAPED_SCOPE) {
            leak.because = (leak.owner.level == Unit.Level.TEST
                            ? "opened by a class that helps tests"
                            : "opened outside of its tests")
                    + ", and open when the suite ended: a server or a cache of the suite, or a leak";
            return Leak.Verdict.WARNED;
        }
        return policy.mode() == LeakMode.WARN ? Leak.Verdict.WARNED : Leak.Verdict.FAILED;
    }

    private void publish(Leak.Verdict verdict, List<Leak> leaks) {
        ExtensionContext context = unit.context;
        if (context == null || verdict == Leak.Verdict.OFF) {
            return;
        }
        for (LeakText.Site site : LeakText.bySite(leaks)) {
            context.publishReportEntry(Map.of(
                    "leakguard."
                            + verdict.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                    site.first().report.kind() + " at " + site.first().report.siteText() + " × " + site.count()
                            + ", opened by " + site.first().owner.name));
        }
    }
}
