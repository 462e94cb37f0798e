package io.leakguard.internal.track;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.Polled;
import org.jspecify.annotations.Nullable;

/** For a disabled guard: leaves every object to trackers, which do nothing either. */
public final class NoPolled<T> implements Polled<T> {

    @Override
    public boolean opened(T object) {
        return false;
    }

    @Override
    public boolean openedAtPeak(T object) {
        return false;
    }

    @Override
    public void trackedElsewhere(T object) {}

    @Override
    public @Nullable LeakTracker find(Object object) {
        return null;
    }

    @Override
    public void settle() {}

    @Override
    public void close() {}
}
