package io.leakguard.internal.track;

import io.leakguard.Ending;
import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a tracker knows of a resource that is held, and not wrapped: the application has the resource itself, so a holder
 * that was dropped proves nothing. The tracker's referent is the resource, and it is never referenced from here while the
 * application may use it.
 *
 * <p>It is a leak if nobody can reach it and it is open. Once it is collected nobody can ask it, and while somebody asks it
 * is reachable. So the holder keeps the resource through a {@link LastLook}.
 */
public final class Held extends Delegate {

    private static final long FIRST_DELAY = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_DELAY = TimeUnit.MINUTES.toNanos(5);

    private final WeakReference<Object> resource;
    private final Ending<Object, ?> ending;
    private final Describer describer;
    private final LastLooks looks;
    private long delay = FIRST_DELAY;
    private volatile boolean tellable = true;

    /** Set before anything can be collected. */
    private volatile @Nullable Tracker tracker;

    /** The application got the resource from its holder, and may have closed it by whatever way that has. */
    private volatile boolean given;

    /** The resource, once nobody else can reach it. */
    private volatile @Nullable Object last;

    /** Tells which one a resource is, where the program doesn't; null if it has nothing to tell. */
    @FunctionalInterface
    public interface Describer {
        @Nullable
        Object describe(@Nullable Object resource) throws Exception;
    }

    public Held(LastLooks looks, Object resource, Ending<Object, ?> ending, Describer describer) {
        this.looks = looks;
        this.resource = new WeakReference<>(resource);
        this.ending = ending;
        this.describer = describer;
    }

    public void trackedBy(Tracker by) {
        tracker = by;
    }

    public void given() {
        given = true;
    }

    @Override
    @Nullable
    Object resource() {
        Object found = last;
        return found != null ? found : resource.get();
    }

    @Override
    @Nullable
    Boolean open() {
        Object asked = resource();
        if (asked == null) {
            return null;
        }
        Boolean own = ofEnding(asked);
        return own != null ? own : Probes.open(asked);
    }

    /** Gone before it could be asked, or in the application's hands and of a class that can't be asked. */
    @Override
    boolean endIsUnknown() {
        return last == null || (given && Probes.open(this) == null);
    }

    private @Nullable Boolean ofEnding(Object asked) {
        try {
            return ending.isOpen(asked).orElse(null);
        } catch (Throwable t) {
            return null;
        }
    }

    /** Asked for a report. */
    @Nullable
    public Object describe() {
        try {
            return describer.describe(resource());
        } catch (Exception e) {
            return null; // just closed, perhaps: its kind must do
        }
    }

    boolean isGone() {
        return last == null;
    }

    public LeakTracker tracker() {
        Tracker by = tracker;
        return by == null ? NoTracker.INSTANCE : by;
    }

    /** For {@code reclaim}: called only after nobody else can reach it. */
    @Override
    public void close() throws Exception {
        Object found = last;
        if (found != null) {
            ending.end(found);
        }
    }

    /** Neither the holder nor a {@link LastLook} before has kept the resource reachable. Says so if nobody else has. */
    void unheld(Object found) {
        Tracker by = tracker;
        if (by == null || !by.isOpen()) {
            return;
        }
        if (resource.refersTo(null)) {
            last = found;
            by.collected();
        } else {
            given = true; // somebody has it from elsewhere
            if (tellable) {
                long pause = delay;
                delay = Math.min(LONGEST_DELAY, 2 * pause);
                looks.later(this, new LastLook(this, found), pause);
            }
        }
    }

    /** It is used without its holder, so nobody else tells that it was closed. False if there is nothing more to be seen. */
    boolean isWorthAnotherLook() {
        Tracker by = tracker;
        if (by == null || !by.isOpen()) {
            return false;
        }
        Boolean open = open();
        if (Boolean.FALSE.equals(open)) {
            by.close();
        }
        tellable = open != null;
        return Boolean.TRUE.equals(open);
    }

    /** Keeps the resource reachable for its holder. */
    public LastLook keep(Object held) {
        looks.used();
        return new LastLook(this, held);
    }

    /** Has the guard ask now and then whether it is open. */
    public void poll() {
        looks.later(this, null, Long.MAX_VALUE / 2);
    }

    /** The last look failed. */
    void failed(Throwable failure) {
        looks.failures.internal("a held resource", failure);
    }
}
