package io.leakguard.internal.track;

import org.jspecify.annotations.Nullable;

/** A ring that several threads use in turns. A note for each object says which thread opened it. */
final class SharedRing extends YoungRing {

    SharedRing(PolledResources<?> all) {
        super(all, null);
    }

    @Override
    synchronized boolean openedAfterChecks(Object object) {
        return super.openedAfterChecks(object);
    }

    @Override
    synchronized boolean openedAtPeak(Object object) {
        return super.openedAtPeak(object);
    }

    @Override
    Object origin(long now, @Nullable Object span) {
        return new OpenEvent(now, Thread.currentThread(), span, null);
    }
}
