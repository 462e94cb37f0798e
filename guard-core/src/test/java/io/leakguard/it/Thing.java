package io.leakguard.it;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** The smallest resource that a library author would write. */
public final class Thing implements AutoCloseable, GuardedResource {
    public static final ResourceKind KIND = ResourceKind.of("test.thing");

    private final LeakTracker tracker;
    private final @Nullable Thing parent;

    public Thing(LeakGuard guard) {
        this(guard, null);
    }

    public Thing(LeakGuard guard, @Nullable Object description) {
        this(guard, KIND, description, null);
    }

    public Thing(LeakGuard guard, ResourceKind kind, @Nullable Object description, @Nullable Thing parent) {
        this.parent = parent;
        this.tracker = guard.track(this, kind, description, parent == null ? null : parent.tracker, null);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    public @Nullable Thing parent() {
        return parent;
    }

    @Override
    public void close() {
        try {
            tracker.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
