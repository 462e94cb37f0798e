package io.leakguard.internal.detect;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import io.leakguard.internal.base.BoundedMap;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.stack.PathRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The leaks so far, by path. It has two bounds. The number of all paths is bounded: beyond it, those that leaked least
 * and longest ago are forgotten. The number of one site's paths is bounded too, so that a site with endless paths can't
 * drive out the others. Leaks beyond a bound are counted in rows of their own. Written by the reporter's thread, read
 * by any.
 */
public final class SiteRegistry {

    /** The number of paths of one site that are distinguished. */
    static final int MAX_PATHS = 100;

    /** {@code path} is null for the paths beyond the bound. */
    private record Key(SitePaths.Key site, @Nullable LeakPath path) {
        // By hand: the methods of a record keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && site.equals(k.site) && Objects.equals(path, k.path);
        }

        @Override
        public int hashCode() {
            return 31 * site.hashCode() + Objects.hashCode(path);
        }
    }

    private record KindAndCause(LeakCause cause, ResourceKind kind) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof KindAndCause k && cause == k.cause && kind == k.kind;
        }

        @Override
        public int hashCode() {
            return 31 * cause.hashCode() + kind.hashCode();
        }
    }

    private final int maxPaths;
    private final int maxPathsOfSite;
    private final BoundedMap<Key, SiteEntry> entries;
    private final ConcurrentHashMap<SitePaths.Key, SitePaths> sites = new ConcurrentHashMap<>();
    private final Queue<SiteEntry> evicted = new ConcurrentLinkedQueue<>();
    private final Map<KindAndCause, SiteLeaks> forgotten = new HashMap<>();
    private final Drops drops;

    /** @param drops counts the reports that are lost for lack of room */
    SiteRegistry(int maxPaths, Drops drops) {
        this.maxPaths = maxPaths;
        // At most half of all: other sites must have room too.
        this.maxPathsOfSite = Math.max(1, Math.min(MAX_PATHS, maxPaths / 2));
        this.drops = drops;
        this.entries = BoundedMap.of(maxPaths, evicted::add);
    }

    /** Counts a leak on its path, and returns the path's entry. */
    SiteEntry count(ReportImpl report) {
        StackTraceElement frame = report.siteFrame();
        SitePaths.Key siteKey =
                new SitePaths.Key(report.cause(), report.kind(), frame == null ? null : PathRules.named(frame));
        SitePaths site = sites.computeIfAbsent(siteKey, key -> new SitePaths(key, maxPathsOfSite));
        LeakPath path = site.admit(report.path()) ? report.path() : null;
        site.count();
        SiteEntry entry = entries.get(new Key(siteKey, path), key -> new SiteEntry(site, path));
        if (path == null && entry.isWaiting()) {
            drops.add(DropReason.SITES_FULL, 1); // only one of them can be reported, the others' paths can't
        }
        // Before the entry may be added to the forgotten ones: an entry that was evicted at once counts there too.
        SiteEntry out = drained(entry);
        entry.count(report);
        if (out != null) {
            fold(out);
        }
        return entry;
    }

    /** Adds the counts of evicted entries to the forgotten ones. Returns {@code current} if it was one of them. */
    private @Nullable SiteEntry drained(SiteEntry current) {
        SiteEntry found = null;
        for (SiteEntry out = evicted.poll(); out != null; out = evicted.poll()) {
            if (out.drop()) {
                drops.add(DropReason.SITES_FULL, 1);
            }
            if (out.site.forget(out.path)) {
                sites.remove(out.site.key, out.site);
            }
            if (out == current) {
                found = out;
            } else {
                fold(out);
            }
        }
        return found;
    }

    private void fold(SiteEntry out) {
        SiteLeaks last = out.snapshot();
        if (last == null) {
            return;
        }
        String text = "sites that were forgotten: more leaked than leakguard.sites.max (" + maxPaths + ")";
        synchronized (forgotten) {
            forgotten.merge(
                    new KindAndCause(last.cause(), last.kind()),
                    new SiteLeaks(
                            last.cause(),
                            last.kind(),
                            text,
                            "",
                            LeakPath.UNKNOWN,
                            last.occurrences(),
                            last.firstSeen(),
                            last.lastSeen(),
                            last.lastReport()),
                    (a, b) -> new SiteLeaks(
                            a.cause(),
                            a.kind(),
                            text,
                            "",
                            LeakPath.UNKNOWN,
                            a.occurrences() + b.occurrences(),
                            a.firstSeen().isBefore(b.firstSeen()) ? a.firstSeen() : b.firstSeen(),
                            a.lastSeen().isAfter(b.lastSeen()) ? a.lastSeen() : b.lastSeen(),
                            b.lastReport()));
        }
    }

    /** The paths of each site one after another, the site with most leaks first. */
    List<SiteLeaks> leaks() {
        List<SiteLeaks> all = new ArrayList<>();
        for (SiteEntry entry : entries.values()) {
            SiteLeaks row = entry.snapshot();
            if (row != null) {
                all.add(row);
            }
        }
        synchronized (forgotten) {
            all.addAll(forgotten.values());
        }
        Map<List<Object>, Long> ofSite = new HashMap<>();
        all.forEach(row -> ofSite.merge(siteOf(row), row.occurrences(), Long::sum));
        all.sort(Comparator.<SiteLeaks>comparingLong(row -> -ofSite.getOrDefault(siteOf(row), 0L))
                .thenComparing(SiteLeaks::siteText)
                .thenComparing(row -> row.kind().name())
                .thenComparing(SiteLeaks::cause)
                .thenComparing(Comparator.comparingLong(SiteLeaks::occurrences).reversed())
                .thenComparing(SiteLeaks::pathText));
        return List.copyOf(all);
    }

    private static List<Object> siteOf(SiteLeaks row) {
        return List.of(row.cause(), row.kind(), row.siteText());
    }

    void forget() {
        entries.clear();
        sites.clear();
        synchronized (forgotten) {
            forgotten.clear();
        }
    }

    /** Loads the classes of a registry. */
    public static void preload(ReportImpl sample) {
        SiteRegistry registry = new SiteRegistry(1, new Drops());
        SiteEntry entry = registry.count(sample);
        Objects.requireNonNull(entry.take(0)).toText();
        registry.fold(entry);
        registry.leaks();
    }
}
