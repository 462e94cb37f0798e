package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Decides the verdict of findings by the same rules as for leaks, with patterns of names and paths. */
final class FindingRules {

    private final LeakGuard guard;
    private final Settings settings;
    private final Baseline baseline;
    private final Map<Suppression, LongAdder> hits = new ConcurrentHashMap<>();

    FindingRules(LeakGuard guard, Settings settings, Baseline baseline) {
        this.guard = guard;
        this.settings = settings;
        this.baseline = baseline;
    }

    /** Returns the findings to report, with their verdicts. */
    List<Finding> classify(List<Finding> findings) {
        List<Finding> result = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.owner().policy.mode() != LeakMode.OFF) {
                result.add(classify(finding));
            }
        }
        return result;
    }

    private Finding classify(Finding finding) {
        Policy policy = finding.owner().policy;
        for (Allowance allowance : policy.allowances()) {
            if (allowance.matches(finding)) {
                allowance.hits.increment();
                return finding.accepted("allowed", allowance.text());
            }
        }
        Suppression suppression = suppression(finding);
        if (suppression != null) {
            hits.computeIfAbsent(suppression, s -> new LongAdder()).increment();
            return finding.accepted("allowed", suppression.reason());
        }
        if (policy.mode() == LeakMode.BASELINE && baseline.isKnown(finding)) {
            return finding.accepted("known", "listed in " + settings.baseline());
        }
        if (!finding.longLived().isEmpty() && finding.outcome() == Finding.Outcome.LEFT) {
            return finding.accepted("long_lived", finding.longLived());
        }
        return policy.mode() == LeakMode.WARN ? finding.warning() : finding;
    }

    private @Nullable Suppression suppression(Finding finding) {
        String subject = finding.subject();
        for (Suppression.Use use : guard.suppressions()) {
            Suppression s = use.suppression();
            if (Glob.matches(s.kind(), finding.item().kind())
                    && (Glob.matches(s.frame(), subject) || Glob.matches(s.frame(), FindingPattern.word(subject)))
                    && !(s.kind().equals("*") && s.frame().equals("*"))) {
                return s;
            }
        }
        return null;
    }

    /** The number of findings that a suppression has accepted. */
    long hits(Suppression suppression) {
        LongAdder n = hits.get(suppression);
        return n == null ? 0 : n.sum();
    }
}
