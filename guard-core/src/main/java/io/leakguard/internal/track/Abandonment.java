package io.leakguard.internal.track;

import io.leakguard.GuardStats;
import io.leakguard.internal.base.Threads;
import io.leakguard.internal.stack.SiteFinder;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Ends a guard that nobody holds any more, as {@link java.lang.ref.Cleaner} would, with the guard's own queue and
 * thread. The end comes when none of its resources is open, so that a leak is still found until then.
 */
public final class Abandonment {

    /** Held by every object that can still open a resource with the guard. None of the guard's own parts holds it. */
    static final class Life {
        private Life() {}
    }

    /** Comes out of the queue once nobody holds the life. */
    final class Ended extends PhantomReference<Life> {
        private Ended(Life life, ReferenceQueue<? super Life> queue) {
            super(life, queue);
        }

        void abandoned() {
            abandoned = true;
        }
    }

    private final String name;
    private final StackTraceElement[] created = new Throwable().getStackTrace();
    private final SiteFinder siteFinder;
    private final Registry registry;
    private final Runnable close;
    /** Keeps this reference itself from being collected. */
    @SuppressWarnings("unused")
    private final Ended ended;

    private final WeakReference<Life> life;
    private volatile @Nullable Life unclaimed;
    private volatile boolean abandoned;
    /** Only for the reporter's thread. */
    private long openedBefore = -1;

    private boolean ending;

    public Abandonment(
            String name, SiteFinder siteFinder, Registry registry, ReferenceQueue<? super Life> queue, Runnable close) {
        this.name = name;
        this.siteFinder = siteFinder;
        this.registry = registry;
        this.close = close;
        Life made = new Life();
        this.unclaimed = made;
        this.life = new WeakReference<>(made);
        this.ended = new Ended(made, queue);
    }

    /** Held by objects that can open a resource; null if the guard was abandoned. */
    @Nullable
    public Life life() {
        return life.get();
    }

    /** For the guard's public face. From now on the engine doesn't hold the life itself. */
    @Nullable
    public Life claim() {
        Life made = unclaimed;
        unclaimed = null;
        return made;
    }

    /** At each tick. An opening may still be running when the guard is collected: it has one tick to finish. */
    public void tick() {
        if (!abandoned || ending) {
            return;
        }
        long opened = 0;
        long open = 0;
        for (GuardStats.KindStats kind : registry.stats().values()) {
            opened += kind.opened();
            open += kind.open();
        }
        boolean quiet = open == 0 && opened == openedBefore;
        openedBefore = opened;
        if (quiet) {
            ending = true;
            LoggerFactory.getLogger("io.leakguard")
                    .warn(
                            "LeakGuard {} was never closed: nobody holds it any more and nothing of it is open, so it"
                                    + " has ended. It was made at {}: close it there, or make one for the process",
                            name,
                            siteFinder.explain(created, "").siteText);
            Threads.daemon(close, "leakguard-end-" + name).start();
        }
    }
}
