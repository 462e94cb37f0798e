package io.leakguard.internal.wrap;

import io.leakguard.Ending;
import io.leakguard.Guarded;
import io.leakguard.LeakTracker;
import io.leakguard.internal.track.LastLook;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** Holds a resource that has no wrapper. It may be dropped while the resource is in use. */
final class Holder<T, E extends Exception> implements Guarded<T, E> {

    private final T resource;
    private final Ending<? super T, E> ending;
    private final LeakTracker tracker;
    private final @Nullable LastLook look;

    Holder(T resource, Ending<? super T, E> ending, LeakTracker tracker, @Nullable LastLook look) {
        this.resource = resource;
        this.ending = ending;
        this.tracker = tracker;
        this.look = look;
    }

    @Override
    public T get() {
        LastLook l = look;
        if (l != null) {
            l.held().given();
        }
        return resource;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void close() throws E {
        tracker.close();
        try {
            ending.end(resource);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return resource.toString();
    }
}
