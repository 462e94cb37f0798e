package io.leakguard.junit;

import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What the annotations on a test, its class and those around it say, together with the settings. */
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
    static Policy of(Run run, Policy parent, ExtensionContext context) {
        LeakMode mode = parent.mode();
        Duration grace = parent.grace();
        List<Allowance> allowances = new ArrayList<>(parent.allowances());
        ExpectLeaks expected = null;
        AnnotatedElement element = context.getElement().orElse(null);
        if (element != null) {
            Optional<LeakGuarded> guarded = AnnotationSupport.findAnnotation(element, LeakGuarded.class);
            if (guarded.isPresent()) {
                if (guarded.get().mode() != LeakMode.CONFIGURED
                        && !run.settings.baselineWrite().on()) {
                    mode = guarded.get().mode();
                }
                grace = Settings.duration(
                        "@LeakGuarded(grace) on " + element, guarded.get().grace(), grace);
            }
            for (AllowLeaks allow : AnnotationSupport.findRepeatableAnnotations(element, AllowLeaks.class)) {
                Allowance allowance = run.allowance(allow, element);
                if (!allowances.contains(allowance)) {
                    allowances.add(allowance);
                }
            }
            expected =
                    AnnotationSupport.findAnnotation(element, ExpectLeaks.class).orElse(null);
            if (expected != null && expected.count() < 0) {
                throw new IllegalArgumentException(
                        "@ExpectLeaks(count = " + expected.count() + ") on " + element + ": give 0 or more");
            }
        }
        return new Policy(mode, grace, List.copyOf(allowances), expected);
    }
}
