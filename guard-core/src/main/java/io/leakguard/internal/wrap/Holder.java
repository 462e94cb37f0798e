package io.leakguard.internal.wrap;

import io.leakguard.Guarded;
import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import io.leakguard.internal.NoTracker;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** The handle of a resource that has no wrapper. */
final class Holder<T extends AutoCloseable> implements Guarded<T> {

    private final T resource;
    private final LeakTracker tracker;

    Holder(@Nullable Engine engine, T resource, @Nullable ResourceKind kind, @Nullable Object description) {
        this.resource = resource;
        if (resource instanceof GuardedResource guarded) {
            this.tracker = guarded.leakTracker(); // one resource, one tracker
        } else if (engine == null || engine.isClosed()) {
            this.tracker = NoTracker.INSTANCE;
        } else {
            this.tracker = engine.track(
                    this, kind != null ? kind : Kinds.of(resource), description, null, Wrap.probe(resource));
        }
    }

    @Override
    public T get() {
        return resource;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void close() throws Exception {
        tracker.close();
        try {
            resource.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return resource.toString();
    }
}
