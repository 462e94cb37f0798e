package io.leakguard.internal;

import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
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

/** Takes the list of what is open: one walk over the registry, which doesn't stop those who open and close. */
final class Snapshot {

    /**
     * How many stacks one snapshot turns into elements, at some 20 µs each: what has been open for long has that done
     * already, in the background.
     */
    private static final int MAX_EXPLAINED = 10_000;

    private static final int MAX_NAMES = 5;
    /** How many scopes of one group are asked for their names at the most. */
    private static final int MAX_SCOPES_ASKED = 64;

    /** What was declared long-lived makes groups of its own: it is where it should be. */
    private record Key(ResourceKind kind, @Nullable StackTraceElement site, String unknown, String kept) {
        // By hand: a record's own keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k
                    && kind == k.kind
                    && Objects.equals(site, k.site)
                    && unknown.equals(k.unknown)
                    && kept.equals(k.kept);
        }

        @Override
        public int hashCode() {
            return ((31 * kind.hashCode() + Objects.hashCode(site)) * 31 + unknown.hashCode()) * 31 + kept.hashCode();
        }
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

        OpenResources.Group finish(long now) {
            Tracker o = oldest;
            ScopeImpl scope = o == null ? null : o.scope;
            return new OpenResources.Group(
                    key.kind,
                    info != null ? info.siteText : key.unknown,
                    count,
                    Duration.ofNanos(o == null ? 0 : Math.max(0, now - o.openedNanos)),
                    o == null ? "" : Descriptions.text(o.description),
                    key.kept,
                    startingWith(scope == null ? null : path(scope), scopes),
                    startingWith(o == null ? null : o.threadLabel(), threads),
                    info != null ? info.frames : List.of());
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
    private final Map<Key, Group> groups = new HashMap<>();
    private final Map<StackInfo, Map<ResourceKind, Group>> bySite = new HashMap<>();
    private @Nullable StackInfo lastSite;
    private @Nullable Group lastGroup;
    private long total;
    private int explained;

    Snapshot(Registry registry) {
        this.registry = registry;
    }

    /** Loads what a snapshot needs. */
    static void preload(Registry registry, StackInfo info) {
        Snapshot snapshot = new Snapshot(registry);
        Key key = new Key(ResourceKind.CLOSEABLE, info.site, "", "");
        snapshot.groups.put(key, new Group(key, info));
        snapshot.result();
    }

    OpenResources take() {
        registry.forEachOpen(this::add);
        return result();
    }

    OpenResources of(List<Tracker> trackers) {
        trackers.forEach(this::add);
        return result();
    }

    private OpenResources result() {
        long now = registry.clock.nanos();
        List<OpenResources.Group> result = new ArrayList<>(groups.size());
        for (Group g : groups.values()) {
            result.add(g.finish(now));
        }
        // Resources before those that are meant to be open, and before the scopes, which hold nothing themselves.
        result.sort(Comparator.comparingInt(Snapshot::rank)
                .thenComparing(Comparator.comparingLong(OpenResources.Group::count)
                        .thenComparing(OpenResources.Group::oldestAge)
                        .reversed()));
        return new OpenResources(Instant.ofEpochMilli(registry.clock.wallMillis()), total, result);
    }

    private static int rank(OpenResources.Group group) {
        if (group.kind() == ResourceKind.SCOPE) {
            return 2;
        }
        return group.keptReason().isEmpty() ? 0 : 1;
    }

    /** Why it is declared long-lived; empty if it isn't. */
    static String keptReason(Tracker t) {
        String reason = t.has(Tracker.KEPT) ? t.keptReason() : null;
        return reason == null ? "" : reason.isBlank() ? "no reason given" : Text.safe(reason, 200);
    }

    private void add(Tracker t) {
        total++;
        StackInfo info = null;
        String unknown = "no creation stack: the capture budget was used up";
        Object stack = t.stack;
        if (stack instanceof StackInfo known) {
            info = known;
        } else if (stack instanceof CreationStack) {
            if (explained < MAX_EXPLAINED) {
                explained++;
                info = t.explained();
            } else {
                unknown = "opened just now: its stack is not looked at yet";
            }
        }
        String kept = keptReason(t);
        if (info == null || !kept.isEmpty()) {
            StackInfo site = info;
            Key key = new Key(t.kind.kind, site == null ? null : site.site, site == null ? unknown : "", kept);
            groups.computeIfAbsent(key, k -> new Group(k, site)).add(t);
            return;
        }
        StackInfo site = info;
        Group last = lastGroup;
        if (last != null && site == lastSite && last.key.kind == t.kind.kind) {
            last.add(t);
            return;
        }
        // Many resources, few sites: by identity of the shared stack first, by the blamed frame for new ones only.
        Group group = bySite.computeIfAbsent(site, s -> new HashMap<>(2))
                .computeIfAbsent(
                        t.kind.kind,
                        kind -> groups.computeIfAbsent(new Key(kind, site.site, "", ""), k -> new Group(k, site)));
        lastSite = site;
        lastGroup = group;
        group.add(t);
    }
}
