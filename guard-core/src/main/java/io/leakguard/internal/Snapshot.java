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

    private record Key(ResourceKind kind, @Nullable Object site, String unknown) {}

    private static final class Group {
        final Key key;
        final @Nullable StackInfo info;
        long count;

        @Nullable
        Tracker oldest;

        final Set<String> scopes = new LinkedHashSet<>();
        final Set<String> threads = new LinkedHashSet<>();

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
            if (threads.size() < MAX_NAMES) {
                threads.add(t.threadLabel());
            }
            ScopeImpl scope = t.scope;
            if (scope != null && scopes.size() < MAX_NAMES) {
                scopes.add(String.join(" > ", scope.path()));
            }
        }
    }

    private final Engine engine;
    private final Reporter reporter;
    private final Map<Key, Group> groups = new HashMap<>();
    private final Map<StackInfo, Map<ResourceKind, Group>> bySite = new HashMap<>();
    private long total;
    private int explained;

    Snapshot(Engine engine, Reporter reporter) {
        this.engine = engine;
        this.reporter = reporter;
    }

    /** Loads what a snapshot needs. */
    static void preload(Engine engine, Reporter reporter, StackInfo info) {
        Snapshot snapshot = new Snapshot(engine, reporter);
        Key key = new Key(ResourceKind.CLOSEABLE, info.site, "");
        snapshot.groups.put(key, new Group(key, info));
        snapshot.result();
    }

    OpenResources take() {
        engine.forEachOpen(this::add);
        return result();
    }

    private OpenResources result() {
        long now = engine.clock.nanos();
        List<OpenResources.Group> result = new ArrayList<>(groups.size());
        for (Group g : groups.values()) {
            Tracker oldest = g.oldest;
            StackInfo info = g.info;
            String kept = oldest == null ? null : oldest.keptReason();
            String description = oldest == null ? "" : Reporter.text(oldest.description);
            result.add(new OpenResources.Group(
                    g.key.kind,
                    info != null ? info.siteText : g.key.unknown,
                    g.count,
                    Duration.ofNanos(oldest == null ? 0 : Math.max(0, now - oldest.openedNanos)),
                    kept == null ? description : (description + " (kept: " + Text.safe(kept, 200) + ")").strip(),
                    List.copyOf(g.scopes),
                    List.copyOf(g.threads),
                    info != null ? info.frames : List.of()));
        }
        result.sort(Comparator.comparingLong(OpenResources.Group::count)
                .thenComparing(OpenResources.Group::oldestAge)
                .reversed());
        return new OpenResources(Instant.ofEpochMilli(engine.clock.wallMillis()), total, result);
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
                info = reporter.explain(t);
            } else {
                unknown = "opened just now: its stack is not looked at yet";
            }
        }
        if (info == null) {
            groups.computeIfAbsent(new Key(t.kind.kind, null, unknown), k -> new Group(k, null))
                    .add(t);
            return;
        }
        StackInfo site = info;
        // Many resources, few sites: by identity of the shared stack first, by the blamed frame for new ones only.
        bySite.computeIfAbsent(site, s -> new HashMap<>(2))
                .computeIfAbsent(
                        t.kind.kind,
                        kind -> groups.computeIfAbsent(new Key(kind, site.site, ""), k -> new Group(k, site)))
                .add(t);
    }
}
