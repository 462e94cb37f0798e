package io.leakguard.internal;

import io.leakguard.ScopeUsage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The ended scopes that allocated most: a small heap, and one volatile read for all that don't get in. */
final class TopScopes {
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

    List<ScopeUsage> all() {
        synchronized (least) {
            return new ArrayList<>(least);
        }
    }
}
