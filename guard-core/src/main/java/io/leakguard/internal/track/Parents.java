package io.leakguard.internal.track;

import java.util.function.Predicate;

/** Questions about the resources that a resource was opened under. */
public final class Parents {

    private Parents() {}

    /** Tells whether the resource needs no close of its own, because a parent was closed or an adapter ended it. */
    public static boolean ended(Tracker tracker) {
        return tracker.has(Tracker.NO_LEAK) || any(tracker, t -> t.isClosed() || t.has(Tracker.NO_LEAK));
    }

    /** Tells whether a parent was collected too. The report is then the parent's. */
    public static boolean leaked(Tracker tracker) {
        return any(tracker, t -> !t.isOpen());
    }

    /** Tells whether a parent was collected too and is still in the queue. */
    public static boolean waitInQueue(Tracker tracker) {
        return any(tracker, t -> t.isOpen() && t.refersTo(null));
    }

    public static boolean anyOpen(Tracker tracker) {
        return any(tracker, Tracker::isOpen);
    }

    private static boolean any(Tracker tracker, Predicate<Tracker> which) {
        for (Tracker t = tracker.parent; t != null; t = t.parent) {
            if (which.test(t)) {
                return true;
            }
        }
        return false;
    }
}
