package io.leakguard.internal.track;

import io.leakguard.LeakReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Details that few resources have: children, touches, a reason to live long, a report. Guarded by the tracker. */
final class TrackerDetails {

    static final Tracker[] NO_CHILDREN = {};

    private static final int TOUCHES_KEPT = 4;
    private static final int FEW_CHILDREN = 8;
    private static final int MANY_CHILDREN = 512;

    @Nullable
    String keptReason;

    @Nullable
    LeakReport report;

    long touchCount;
    private TouchRecord @Nullable [] touches;

    /** The child that was opened last. It links to the others. If there are many, closed ones are dropped. */
    private @Nullable Tracker lastChild;

    private int children;
    private int childrenEnded;
    private int pruneAt = FEW_CHILDREN;

    void touched(TouchRecord touch) {
        TouchRecord[] kept = touches;
        if (kept == null) {
            kept = touches = new TouchRecord[TOUCHES_KEPT];
        }
        long n = touchCount++;
        // The first stays. The others take turns.
        kept[n == 0 ? 0 : 1 + (int) ((n - 1) % (TOUCHES_KEPT - 1))] = touch;
    }

    List<TouchRecord> touches() {
        TouchRecord[] kept = touches;
        if (kept == null) {
            return List.of();
        }
        List<TouchRecord> result = new ArrayList<>(TOUCHES_KEPT);
        for (TouchRecord touch : kept) {
            if (touch != null) {
                result.add(touch);
            }
        }
        result.sort((a, b) -> Long.signum(a.nanos() - b.nanos()));
        return result;
    }

    void addChild(Tracker child) {
        if (children >= pruneAt) {
            prune();
        }
        child.sibling = lastChild;
        lastChild = child;
        children++;
    }

    boolean hasManyChildren() {
        return children > MANY_CHILDREN;
    }

    /** A tracker with many children drops the ended ones once half have ended. */
    void childEnded() {
        if (++childrenEnded > children / 2) {
            prune();
        }
    }

    /**
     * Drops children that need not be listed. It runs again only after half have gone, so its cost for each child is
     * low.
     */
    private void prune() {
        Tracker kept = null;
        int count = 0;
        for (Tracker t = lastChild, next; t != null; t = next) {
            next = t.sibling;
            t.sibling = null;
            if (!t.isClosed() && !t.has(Tracker.SETTLED | Tracker.NO_LEAK)) {
                if (kept == null) {
                    lastChild = t;
                } else {
                    kept.sibling = t;
                }
                kept = t;
                count++;
            }
        }
        if (kept == null) {
            lastChild = null;
        }
        children = count;
        childrenEnded = 0;
        pruneAt = Math.max(FEW_CHILDREN, 2 * count);
    }

    /** The children that are not closed, in the order of their opening. */
    Tracker[] children() {
        int n = 0;
        for (Tracker t = lastChild; t != null; t = t.sibling) {
            n += t.isClosed() ? 0 : 1;
        }
        if (n == 0) {
            return NO_CHILDREN;
        }
        Tracker[] result = new Tracker[n];
        for (Tracker t = lastChild; t != null && n > 0; t = t.sibling) {
            if (!t.isClosed()) {
                result[--n] = t;
            }
        }
        return n == 0 ? result : Arrays.copyOfRange(result, n, result.length); // some were closed meanwhile
    }
}
