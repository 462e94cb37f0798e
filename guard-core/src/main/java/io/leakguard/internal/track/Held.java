package io.leakguard.internal.track;

import io.leakguard.Ending;
import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A resource that is held, not wrapped. The application has the resource itself, so a dropped holder proves nothing.
 * The tracker's referent is the resource. This class never references it while the application may use it.
 *
 * The resource leaks if it is open and unreachable. A collected resource can't be asked whether it is open, and a
 * question keeps it reachable. So the holder keeps the resource through a {@link LastLook}.
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

    /** The application got the resource from its holder, and may have closed it directly. */
    private volatile boolean given;

    /** The resource, once nobody else can reach it. */
    private volatile @Nullable Object last;

    /** Describes the resource if the program doesn't; null if there is nothing to add. */
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

    /** Either it was gone before it could be asked, or the application has it and its class can't be asked. */
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

    /** Called for a report. */
    @Nullable
    public Object describe() {
        try {
            return describer.describe(resource());
        } catch (Exception e) {
            return null; // perhaps just closed: the report then shows the kind alone
        }
    }

    boolean isGone() {
        return last == null;
    }

    public LeakTracker tracker() {
        Tracker by = tracker;
        return by == null ? NoTracker.INSTANCE : by;
    }

    /** For {@code reclaim}. Called only when nobody else can reach the resource. */
    @Override
    public void close() throws Exception {
        Object found = last;
        if (found != null) {
            ending.end(found);
        }
    }

    /**
     * Neither the holder nor an earlier {@link LastLook} keeps the resource reachable any more. A leak if nobody else
     * does.
     */
    void unheld(Object found) {
        Tracker by = tracker;
        if (by == null || !by.isOpen()) {
            return;
        }
        if (resource.refersTo(null)) {
            last = found;
            by.collected();
        } else {
            given = true; // somebody else holds it
            if (tellable) {
                long pause = delay;
                delay = Math.min(LONGEST_DELAY, 2 * pause);
                looks.later(this, new LastLook(this, found), pause);
            }
        }
    }

    /**
     * The resource is used without its holder, so no call tells when it is closed. False if another look can't find
     * more.
     */
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

    /** Lets the guard ask now and then whether the resource is open. */
    public void poll() {
        looks.later(this, null, Long.MAX_VALUE / 2);
    }

    /** The last look failed. */
    void failed(Throwable failure) {
        looks.failures.internal("a held resource", failure);
    }
}
