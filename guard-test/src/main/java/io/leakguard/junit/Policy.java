package io.leakguard.junit;

import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The annotations of a test, its class and its enclosing classes, together with the settings. */
record Policy(
        LeakMode mode,
        Duration grace,
        List<Allowance> allowances,
        @Nullable ExpectLeaks expected) {

    /** The settings alone, for the suite. */
    static Policy of(Settings settings) {
        return new Policy(settings.mode(), settings.grace(), List.of(), null);
    }

    /**
     * Reads the annotations of a test or a class.
     *
     * @throws IllegalArgumentException if an annotation has a bad value
     */
    static Policy of(Run run, Policy parent, @Nullable AnnotatedElement element) {
        Marks marks = element == null ? Marks.NONE : run.marks(element);
        if (marks.isEmpty() && parent.expected() == null) {
            return parent;
        }
        LeakMode mode = parent.mode();
        Duration grace = parent.grace();
        List<Allowance> allowances = new ArrayList<>(parent.allowances());
        LeakGuarded guarded = marks.guarded();
        if (guarded != null) {
            if (guarded.mode() != LeakMode.CONFIGURED
                    && !run.settings.baselineWrite().on()) {
                mode = guarded.mode();
            }
            grace = Settings.duration("@LeakGuarded(grace) on " + element, guarded.grace(), grace);
        }
        for (AllowLeaks allow : marks.allowed()) {
            Allowance allowance = run.allowance(allow, Objects.requireNonNull(element));
            if (!allowances.contains(allowance)) {
                allowances.add(allowance);
            }
        }
        ExpectLeaks expected = marks.expected();
        if (expected != null && expected.count() < 0) {
            throw new IllegalArgumentException(
                    "@ExpectLeaks(count = " + expected.count() + ") on " + element + ": give 0 or more");
        }
        return new Policy(mode, grace, List.copyOf(allowances), expected);
    }

    /**
     * The annotations of one method or class. Looking for them costs more than the rest of a check, so it is done once.
     */
    record Marks(
            @Nullable LeakGuarded guarded,
            List<AllowLeaks> allowed,
            @Nullable ExpectLeaks expected) {

        static final Marks NONE = new Marks(null, List.of(), null);

        static Marks of(AnnotatedElement element) {
            Marks marks = new Marks(
                    AnnotationSupport.findAnnotation(element, LeakGuarded.class).orElse(null),
                    AnnotationSupport.findRepeatableAnnotations(element, AllowLeaks.class),
                    AnnotationSupport.findAnnotation(element, ExpectLeaks.class).orElse(null));
            return marks.isEmpty() ? NONE : marks;
        }

        boolean isEmpty() {
            return guarded == null && allowed.isEmpty() && expected == null;
        }
    }
}
