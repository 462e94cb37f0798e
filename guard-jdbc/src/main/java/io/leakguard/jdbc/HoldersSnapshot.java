package io.leakguard.jdbc;

import io.leakguard.LeakPath;
import io.leakguard.LeakTracker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads who holds connections: their lines, their last SQL, and the current stacks of their threads. */
final class HoldersSnapshot {

    private HoldersSnapshot() {}

    /** The age at one moment, since the holders are sorted by it. */
    private record Aged(ConnectionState state, Duration age) {}

    static ConnectionHolders of(List<ConnectionState> held) {
        long now = System.nanoTime();
        // All ages at once: finding a line takes time, and the next holder would seem older than it is.
        List<Aged> aged = held.stream()
                .map(state -> new Aged(state, state.age()))
                .sorted(Comparator.comparing(Aged::age).reversed())
                .toList();
        Map<String, List<Aged>> bySite = new LinkedHashMap<>();
        for (Aged each : aged) {
            bySite.computeIfAbsent(site(each.state), key -> new ArrayList<>()).add(each);
        }
        List<ConnectionHolders.Group> groups = new ArrayList<>();
        bySite.forEach((site, holders) -> {
            groups.add(new ConnectionHolders.Group(
                    site,
                    stack(holders.get(0).state),
                    holders.stream().map(each -> holder(each, now)).toList()));
        });
        groups.sort(Comparator.comparingInt(
                        (ConnectionHolders.Group g) -> g.holders().size())
                .reversed()
                .thenComparing(
                        g -> g.holders().get(0).age(),
                        Comparator.<Duration>naturalOrder().reversed()));
        return new ConnectionHolders(Instant.now(), held.size(), groups);
    }

    private static String site(ConnectionState state) {
        ConnectionState.Frozen frozen = state.frozen;
        LeakTracker tracker = state.tracker;
        String site = frozen != null ? frozen.siteText() : tracker != null ? tracker.siteText() : "";
        return site.isEmpty() ? "an unknown line (no creation stack was captured)" : site;
    }

    private static LeakPath path(ConnectionState state) {
        ConnectionState.Frozen frozen = state.frozen;
        LeakTracker tracker = state.tracker;
        return frozen != null ? frozen.path() : tracker != null ? tracker.path() : LeakPath.UNKNOWN;
    }

    private static List<StackTraceElement> stack(ConnectionState state) {
        ConnectionState.Frozen frozen = state.frozen;
        LeakTracker tracker = state.tracker;
        return frozen != null ? frozen.stack() : tracker != null ? tracker.stack() : List.of();
    }

    private static ConnectionHolders.Holder holder(Aged aged, long now) {
        ConnectionState state = aged.state;
        Thread thread = state.user.get();
        LeakTracker tracker = state.tracker;
        boolean collected = state.isCollected() || (tracker != null && !tracker.isOpen());
        return new ConnectionHolders.Holder(
                aged.age,
                state.unused(now),
                state.lastSqlText(),
                state.transaction(),
                path(state),
                state.threadName,
                thread == null || !thread.isAlive() ? List.of() : OwnFrames.cut(thread.getStackTrace()),
                collected);
    }
}
