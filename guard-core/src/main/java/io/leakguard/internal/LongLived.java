package io.leakguard.internal;

/** Declares that resources are meant to live long. */
public final class LongLived {
    private LongLived() {}

    /** True if it is open and this engine's. */
    public static boolean keep(Engine engine, Object resource, String reason) {
        Tracker t = Engine.trackerOf(resource);
        return t != null && t.shard.engine == engine && keep(t, String.valueOf(reason));
    }

    /** With what is open under it. */
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
