package io.leakguard.internal.detect;

import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.ResourceKind;
import io.leakguard.internal.stack.PathText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The paths of one site: the parts that distinguish them, and the number of leaks on all of them. Thread-safe. */
public final class SitePaths {

    /** {@code frame} is null if no stack was captured. */
    public record Key(
            LeakCause cause, ResourceKind kind, @Nullable StackTraceElement frame) {
        // By hand: the methods of a record keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && cause == k.cause && kind == k.kind && Objects.equals(frame, k.frame);
        }

        @Override
        public int hashCode() {
            return (31 * cause.hashCode() + kind.hashCode()) * 31 + Objects.hashCode(frame);
        }
    }

    /** The counts of a site, at one moment. */
    record Totals(long occurrences, int paths) {}

    final Key key;

    private final int most;
    private final Set<LeakPath> known = new LinkedHashSet<>();
    private long occurrences;
    private boolean beyond;

    public SitePaths(Key key, int most) {
        this.key = key;
        this.most = most;
    }

    /** Adds a path; false if the limit is reached. */
    synchronized boolean admit(LeakPath path) {
        if (known.contains(path)) {
            return true;
        }
        if (known.size() >= most) {
            beyond = true;
            return false;
        }
        known.add(path);
        return true;
    }

    synchronized void count() {
        occurrences++;
    }

    /** Forgets a path; null stands for those beyond the bound. Returns whether none is left. */
    synchronized boolean forget(@Nullable LeakPath path) {
        if (path == null) {
            beyond = false;
        } else {
            known.remove(path);
        }
        return known.isEmpty() && !beyond;
    }

    synchronized Totals totals() {
        return new Totals(occurrences, known.size());
    }

    /** The text after the site in a line; {@code path} is null for those beyond the bound. */
    String text(@Nullable LeakPath path) {
        List<LeakPath> all;
        synchronized (this) {
            all = List.copyOf(known);
        }
        return path == null
                ? "on other paths than the " + all.size() + " that are listed"
                : PathText.of(path, key.frame, all);
    }
}
