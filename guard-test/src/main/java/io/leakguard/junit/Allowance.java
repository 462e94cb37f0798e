package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.internal.base.Glob;
import java.util.concurrent.atomic.LongAdder;

/**
 * An {@link AllowLeaks}, and how often it was needed. One for each annotation and place in a run, compared by identity.
 */
final class Allowance {

    final AllowLeaks annotation;
    final String place;
    final LongAdder hits = new LongAdder();

    Allowance(AllowLeaks annotation, String place) {
        if (annotation.reason().isBlank()) {
            throw new IllegalArgumentException(
                    "@AllowLeaks on " + place + " has a blank reason: say why this leak is accepted");
        }
        if (annotation.kind().isBlank() || annotation.site().isBlank()) {
            throw new IllegalArgumentException(
                    "@AllowLeaks on " + place + " has a blank kind or site: give a pattern, or leave it out for any");
        }
        this.annotation = annotation;
        this.place = place;
    }

    boolean matches(LeakReport report) {
        return Glob.matches(annotation.kind(), report.kind().name())
                && FramePatterns.matches(annotation.site(), report);
    }

    /**
     * A finding has no stack, since the guard doesn't track it. Its site is a descriptor's target, or a thread's name.
     */
    boolean matches(Finding finding) {
        return Glob.matches(annotation.kind(), finding.item().kind())
                && Glob.matches(annotation.site(), finding.subject());
    }

    String text() {
        return "@AllowLeaks(kind=" + annotation.kind() + ", site=" + annotation.site() + ") on " + place + ", " + why();
    }

    String why() {
        return annotation.reason() + (annotation.issue().isEmpty() ? "" : " (" + annotation.issue() + ")");
    }
}
