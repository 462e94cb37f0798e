package io.leakguard.internal.track;

/** Declares that resources are meant to live long. */
public final class LongLived {
    private LongLived() {}

    /** True if the resource is open and tracked here. */
    public static boolean keep(Registry registry, Object resource, String reason) {
        Tracker t = Tracker.of(resource);
        return t != null && t.shard.registry == registry && keep(t, String.valueOf(reason));
    }

    /** Keeps the resource and its open children. */
    private static boolean keep(Tracker t, String reason) {
        if (!t.keep(reason)) {
            return false;
        }
        for (Tracker child : t.children()) {
            keep(child, reason);
        }
        return true;
    }
}
