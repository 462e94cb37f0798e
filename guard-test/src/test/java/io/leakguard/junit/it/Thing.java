package io.leakguard.junit.it;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;

/** A resource of the process-wide guard. */
final class Thing implements AutoCloseable, GuardedResource {

    static final ResourceKind KIND = ResourceKind.of("test.thing");

    private final LeakTracker tracker;

    Thing(String name) {
        tracker = LeakGuard.global().track(this, KIND, name);
    }

    Thing(String name, Thing parent) {
        tracker = LeakGuard.global().track(this, KIND, name, parent.tracker, null);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void close() {
        tracker.close();
    }
}
