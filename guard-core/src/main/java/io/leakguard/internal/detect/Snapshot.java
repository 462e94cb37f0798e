package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.PathText;
import io.leakguard.internal.stack.PathTrail;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.Probes;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists the open resources: one walk over the registry, during which other threads can open and close. */
public final class Snapshot {

    /**
     * The number of stacks that one snapshot turns into elements, at some 20 µs each. The stacks of long-open resources
     * are elements already: a background task has converted them.
     */
    private static final int MAX_EXPLAINED = 10_000;

    private static final int MAX_NAMES = 5;
    /** The largest number of scopes of one group whose names are read. */
    private static final int MAX_SCOPES_ASKED = 64;

    /** The site of some paths. */
    private record SiteKey(ResourceKind kind, @Nullable StackTraceElement site) {
        // By hand: the methods of a record keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof SiteKey k && kind == k.kind && Objects.equals(site, k.site);
        }

        @Override
        public int hashCode() {
            return 31 * kind.hashCode() + Objects.hashCode(site);
        }
    }

    /**
     * Resources that were declared long-lived make groups of their own: they are where they should be. {@code path} is
     * null if there is no stack, and for paths of a site that are not distinguished.
     */
    private record Key(SiteKey site, @Nullable LeakPath path, String unknown, String kept) {
        // By hand, for the same reason.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k
                    && site.equals(k.site)
                    && Objects.equals(path, k.path)
                    && unknown.equals(k.unknown)
                    && kept.equals(k.kept);
        }

        @Override
        public int hashCode() {
            return ((31 * site.hashCode() + Objects.hashCode(path)) * 31 + unknown.hashCode()) * 31 + kept.hashCode();
        }
    }

    /** The paths of a site, so far. */
    private static final class Site {
        final Set<LeakPath> paths = new LinkedHashSet<>();
    }

    private static final class Group {
        final Key key;
        final @Nullable StackInfo info;
        long count;

        @Nullable
        Tracker oldest;

        private final Set<String> scopes = new LinkedHashSet<>();
        private final Set<String> threads = new LinkedHashSet<>();
        private @Nullable ScopeImpl lastScope;
        private @Nullable String lastThread;
        private int scopesAsked;

        Group(Key key, @Nullable StackInfo info) {
            this.key = key;
            this.info = info;
        }

        void add(Tracker t) {
            count++;
            Tracker o = oldest;
            if (o == null || t.openedNanos - o.openedNanos < 0) {
                oldest = t;
            }
            if (t.threadName != lastThread && threads.size() < MAX_NAMES) {
                lastThread = t.threadName.isEmpty() ? null : t.threadName; // virtual ones share an empty name
                threads.add(t.threadLabel());
            }
            ScopeImpl scope = t.scope;
            if (scope != null && scope != lastScope && scopes.size() < MAX_NAMES && scopesAsked++ < MAX_SCOPES_ASKED) {
                lastScope = scope;
                scopes.add(path(scope));
            }
        }

        private static String path(ScopeImpl scope) {
            return String.join(" > ", scope.path());
        }

        OpenResources.Group finish(long now, Site site, @Nullable HolderSearch holders) {
            Tracker o = oldest;
            ScopeImpl scope = o == null ? null : o.scope;
            return new OpenResources.Group(
                    key.site.kind,
                    info != null ? info.siteText : key.unknown,
                    pathText(site),
                    count,
                    Duration.ofNanos(o == null ? 0 : Math.max(0, now - o.openedNanos)),
                    o == null ? "" : Descriptions.text(o.description),
                    key.kept,
                    startingWith(scope == null ? null : path(scope), scopes),
                    startingWith(o == null ? null : o.threadLabel(), threads),
                    info != null ? info.frames : List.of(),
                    holders == null ? "" : holders.of(key.site.kind, key.path, info == null ? "" : info.siteText));
        }

        private String pathText(Site site) {
            if (info == null) {
                return "";
            }
            return key.path == null
                    ? "on other paths than the " + site.paths.size() + " that are listed"
                    : PathText.of(key.path, info.site, site.paths);
        }

        private static List<String> startingWith(@Nullable String first, Set<String> others) {
            Set<String> all = new LinkedHashSet<>();
            if (first != null) {
                all.add(first);
            }
            all.addAll(others);
            return all.stream().limit(MAX_NAMES).toList();
        }
    }

    private final Registry registry;
    private final @Nullable HolderSearch holders;
    private final Map<Key, Group> groups = new HashMap<>();
    private final Map<SiteKey, Site> sites = new HashMap<>();
    private final Map<StackInfo, Map<ResourceKind, Group>> byStack = new HashMap<>();
    private @Nullable StackInfo lastStack;
    private @Nullable Group lastGroup;
    private long total;
    private int explained;

    /** {@code holders} knows who holds what is open; null if nobody does. */
    public Snapshot(Registry registry, @Nullable HolderSearch holders) {
        this.registry = registry;
        this.holders = holders;
    }

    /** Loads the classes of a snapshot. */
    public static void preload(Registry registry, StackInfo info) {
        Snapshot snapshot = new Snapshot(registry, null);
        snapshot.group(ResourceKind.CLOSEABLE, info, info.path, "", "");
        snapshot.result();
    }

    public OpenResources take() {
        registry.forEachOpen(this::add);
        return result();
    }

    public OpenResources of(List<Tracker> trackers) {
        trackers.forEach(this::add);
        return result();
    }

    private OpenResources result() {
        long now = registry.clock.nanos();
        List<OpenResources.Group> result = new ArrayList<>(groups.size());
        for (Group g : groups.values()) {
            result.add(g.finish(now, sites.computeIfAbsent(g.key.site, k -> new Site()), holders));
        }
        Map<List<Object>, OpenResources.Group> ofSite = new HashMap<>();
        result.forEach(g -> ofSite.merge(siteOf(g), g, Snapshot::together));
        // Leaks first, then resources that are meant to be open, then scopes, which hold nothing themselves. The paths
        // of one site follow each other.
        Comparator<OpenResources.Group> mostFirst = Comparator.comparingLong(OpenResources.Group::count)
                .thenComparing(OpenResources.Group::oldestAge)
                .reversed();
        result.sort(Comparator.comparingInt(Snapshot::rank)
                .thenComparing(g -> ofSite.getOrDefault(siteOf(g), g), mostFirst)
                .thenComparing(g -> g.kind().name())
                .thenComparing(OpenResources.Group::siteText)
                .thenComparing(mostFirst));
        return new OpenResources(Instant.ofEpochMilli(registry.clock.wallMillis()), total, result);
    }

    private static List<Object> siteOf(OpenResources.Group group) {
        return List.of(rank(group), group.kind(), group.siteText());
    }

    private static OpenResources.Group together(OpenResources.Group a, OpenResources.Group b) {
        Duration oldest = a.oldestAge().compareTo(b.oldestAge()) >= 0 ? a.oldestAge() : b.oldestAge();
        return new OpenResources.Group(
                a.kind(), a.siteText(), "", a.count() + b.count(), oldest, "", "", List.of(), List.of(), List.of());
    }

    private static int rank(OpenResources.Group group) {
        if (group.kind() == ResourceKind.SCOPE) {
            return 2;
        }
        return group.keptReason().isEmpty() ? 0 : 1;
    }

    /** The reason why it is declared long-lived; empty if it isn't. */
    public static String keptReason(Tracker t) {
        String reason = t.has(Tracker.KEPT) ? t.keptReason() : null;
        return reason == null ? "" : reason.isBlank() ? "no reason given" : Text.safe(reason, 200);
    }

    private void add(Tracker t) {
        StackInfo info = null;
        String unknown = "no creation stack: the capture budget was used up";
        Object stack = t.stack;
        if (stack instanceof StackInfo shared) {
            info = shared;
        } else if (stack instanceof CreationStack) {
            if (explained < MAX_EXPLAINED) {
                explained++;
                info = t.explained();
            } else {
                unknown = "opened just now: its stack is not read yet";
            }
        }
        if (t.isSetApart(info)) {
            return;
        }
        total++;
        String kept = keptReason(t);
        StackInfo known = info;
        if (known == null || !known.byApplication || !kept.isEmpty()) {
            String holder = Probes.lastHolder(t);
            LeakPath path = known == null && holder.isEmpty() ? null : PathTrail.path(known, holder, "");
            group(t.kind.kind, known, path, known == null ? unknown : "", kept).add(t);
            return;
        }
        Group last = lastGroup;
        if (last != null && known == lastStack && last.key.site.kind == t.kind.kind) {
            last.add(t);
            return;
        }
        // Many resources, few stacks: by identity of the shared stack first, by its path for new ones only.
        Group group = byStack.computeIfAbsent(known, s -> new HashMap<>(2))
                .computeIfAbsent(t.kind.kind, kind -> group(kind, known, known.path, "", ""));
        lastStack = known;
        lastGroup = group;
        group.add(t);
    }

    private Group group(
            ResourceKind kind, @Nullable StackInfo info, @Nullable LeakPath path, String unknown, String kept) {
        SiteKey siteKey = new SiteKey(kind, info == null ? null : info.site);
        Site site = sites.computeIfAbsent(siteKey, k -> new Site());
        boolean apart = path != null && (site.paths.contains(path) || site.paths.size() < SiteRegistry.MAX_PATHS);
        if (apart && path != null) {
            site.paths.add(path);
        }
        return groups.computeIfAbsent(
                new Key(siteKey, apart ? path : null, unknown, kept), key -> new Group(key, info));
    }
}
