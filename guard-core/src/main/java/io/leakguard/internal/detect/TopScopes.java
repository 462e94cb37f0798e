package io.leakguard.internal.detect;

import io.leakguard.ScopeUsage;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeImpl;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The ended scopes that allocated most: a small heap. A scope that doesn't get in costs one volatile read. */
public final class TopScopes {
    static final int KEPT = 100;

    private final PriorityQueue<ScopeUsage> least = new PriorityQueue<>(
            Comparator.comparingLong((ScopeUsage u) -> u.allocatedBytes().orElse(0)));

    private volatile long threshold = -1;

    void ended(ScopeImpl scope, long allocated) {
        if (allocated <= threshold) {
            return;
        }
        ScopeUsage usage = scope.usage();
        synchronized (least) {
            least.add(usage);
            if (least.size() > KEPT) {
                least.poll();
                ScopeUsage smallest = least.peek();
                threshold = smallest == null ? -1 : smallest.allocatedBytes().orElse(0);
            }
        }
    }

    /** The first {@code n} of the open scopes, and of the ended ones too if {@code byAllocation}; in descending order. */
    public List<ScopeUsage> list(Registry registry, boolean byAllocation, int n) {
        List<ScopeUsage> all = byAllocation ? ended() : new ArrayList<>();
        registry.forEachOpen(tracker -> {
            if (tracker.delegate instanceof ScopeImpl scope) {
                all.add(scope.usage());
            }
        });
        Comparator<ScopeUsage> order = byAllocation
                ? Comparator.comparingLong(u -> u.allocatedBytes().orElse(-1))
                : Comparator.comparingInt(ScopeUsage::open);
        return all.stream().sorted(order.reversed()).limit(Math.max(0, n)).toList();
    }

    private List<ScopeUsage> ended() {
        synchronized (least) {
            return new ArrayList<>(least);
        }
    }
}
