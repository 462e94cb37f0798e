package io.leakguard.internal;

import io.leakguard.Suppression;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The configured suppressions and their hits. The first that matches takes the hit. */
final class SuppressionList {

    private record Entry(Suppression suppression, AtomicLong hits) {}

    private final List<Entry> entries;

    SuppressionList(List<Suppression> suppressions) {
        entries = suppressions.stream().map(s -> new Entry(s, new AtomicLong())).toList();
    }

    boolean matches(String kind, List<StackTraceElement> stack) {
        for (Entry e : entries) {
            if (Glob.matches(e.suppression.kind(), kind) && matchesFrame(e.suppression.frame(), stack)) {
                e.hits.incrementAndGet();
                return true;
            }
        }
        return false;
    }

    private static boolean matchesFrame(String pattern, List<StackTraceElement> stack) {
        if (pattern.equals("*")) {
            return true;
        }
        for (StackTraceElement frame : stack) {
            if (Glob.matches(pattern, SiteFinder.qualified(frame))) {
                return true;
            }
        }
        return false;
    }

    List<Suppression.Use> uses() {
        return entries.stream()
                .map(e -> new Suppression.Use(e.suppression, e.hits.get()))
                .toList();
    }
}
