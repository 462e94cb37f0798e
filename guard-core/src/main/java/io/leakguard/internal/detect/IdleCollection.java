package io.leakguard.internal.detect;

import java.lang.ref.WeakReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a collection when the JVM has collected nothing for a set time and more is open than after the last collection:
 * a leak in an idle daemon is found then, not hours later. For one thread.
 */
public final class IdleCollection {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    private final long idleNanos;
    private final LongSupplier open;
    private final Runnable collect;

    /** Refers to a young object that nobody else holds: each collection, of whatever kind, clears it. */
    private @Nullable WeakReference<Object> sentinel;

    private long since;
    private long openThen;
    private boolean told;

    /**
     * @param idleNanos 0 for never
     * @param open how many resources are open
     * @param collect asks the JVM for a collection
     */
    public IdleCollection(long idleNanos, LongSupplier open, Runnable collect) {
        this.idleNanos = idleNanos;
        this.open = open;
        this.collect = collect;
    }

    /** Each second. */
    public void tick(long now) {
        if (idleNanos <= 0) {
            return;
        }
        if (sentinel == null) {
            arm(now, 0); // nothing was open before the guard was there
            return;
        }
        if (sentinel.refersTo(null)) {
            arm(now, open.getAsLong());
            return;
        }
        if (now - since < idleNanos) {
            return;
        }
        long openNow = open.getAsLong();
        if (openNow <= openThen) {
            return;
        }
        collect.run();
        if (sentinel.refersTo(null)) {
            LOG.debug("collected: nothing was for a while, and {} more resources are open", openNow - openThen);
            arm(now, open.getAsLong());
        } else {
            since = now; // try again when the time is over once more
            if (!told) {
                told = true;
                LOG.warn("leakguard.gc.after.idle: System.gc() collected nothing; remove -XX:+DisableExplicitGC");
            }
        }
    }

    private void arm(long now, long openBefore) {
        sentinel = new WeakReference<>(new Object());
        since = now;
        openThen = openBefore;
    }
}
