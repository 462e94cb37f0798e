package io.leakguard.internal.track;

import io.leakguard.adapter.ResourceProbe;
import org.jspecify.annotations.Nullable;

/** The scope that a report names: the resource's own, or else the scope that is known to have used it. */
public final class UseScope {

    private static final int MAX_DEPTH = 8;

    private UseScope() {}

    public static @Nullable ScopeImpl of(Tracker tracker) {
        ScopeImpl own = ofItself(tracker);
        return own != null ? own : ofChildren(tracker, 0);
    }

    private static @Nullable ScopeImpl ofItself(Tracker tracker) {
        ScopeImpl own = tracker.scope;
        if (own != null || !(tracker.description instanceof ResourceProbe probe)) {
            return own;
        }
        try {
            return probe.usedIn() instanceof ScopeHandle handle && handle.scope().registry == tracker.shard.registry
                    ? handle.scope()
                    : null;
        } catch (Throwable t) {
            return null; // the adapter's fault: the report has no scope
        }
    }

    /** Whoever leaked a part has leaked the whole. Named if one scope used all open parts. */
    private static @Nullable ScopeImpl ofChildren(Tracker parent, int depth) {
        ScopeImpl found = null;
        for (Tracker child : parent.children()) {
            if (child.isClosed() || child.has(Tracker.NO_LEAK)) {
                continue;
            }
            ScopeImpl scope = ofItself(child);
            if (scope == null && depth < MAX_DEPTH) {
                scope = ofChildren(child, depth + 1);
            }
            if (scope != null && found != null && scope != found) {
                return null;
            }
            found = scope == null ? found : scope;
        }
        return found;
    }
}
