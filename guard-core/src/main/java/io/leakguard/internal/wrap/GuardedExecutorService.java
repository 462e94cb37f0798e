package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** An executor that is the handle of its resource: it ends with its shutdown. */
class GuardedExecutorService extends ForwardingExecutorService implements GuardedResource {

    private final LeakTracker tracker;

    GuardedExecutorService(Engine engine, ExecutorService delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.tracker = engine.track(this, kind, description, null, new ExecutorProbe(delegate));
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void shutdown() {
        tracker.close();
        try {
            delegate.shutdown();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        tracker.close();
        try {
            return delegate.shutdownNow();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Overrides the method of JDK 19. */
    public void close() {
        tracker.close();
        try {
            NewerJdk.close(delegate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
