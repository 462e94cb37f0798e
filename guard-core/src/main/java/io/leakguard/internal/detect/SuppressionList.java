package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Glob;
import io.leakguard.internal.stack.SiteFinder;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The configured suppressions and their hits. The first that matches takes the hit. */
public final class SuppressionList {

    private record Entry(Suppression suppression, @Nullable PathPattern path, AtomicLong hits) {}

    private final List<Entry> entries;

    public SuppressionList(List<Suppression> suppressions) {
        entries = suppressions.stream()
                .map(s -> new Entry(s, PathPattern.of(s.frame()), new AtomicLong()))
                .toList();
    }

    public boolean matches(String kind, List<StackTraceElement> stack, LeakPath path) {
        for (Entry e : entries) {
            if (Glob.matches(e.suppression.kind(), kind)
                    && (e.path != null ? e.path.matches(path) : matchesFrame(e.suppression.frame(), stack))) {
                e.hits.incrementAndGet();
                return true;
            }
        }
        return false;
    }

    static boolean matchesFrame(String pattern, List<StackTraceElement> stack) {
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

    public List<Suppression.Use> uses() {
        return entries.stream()
                .map(e -> new Suppression.Use(e.suppression, e.hits.get()))
                .toList();
    }
}
