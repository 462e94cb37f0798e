package io.leakguard.internal.track;

import io.leakguard.RecentResources;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What all threads have opened lately, of one kind and owner. */
public final class YoungResources implements RecentResources {
    final Admission admission;
    private final Registry registry;
    final KindState kind;
    final Owner owner;

    private final List<YoungRing> rings = new CopyOnWriteArrayList<>();
    private boolean shut;

    public YoungResources(Admission admission, KindState kind, Owner owner) {
        this.admission = admission;
        this.registry = admission.registry;
        this.kind = kind;
        this.owner = owner;
    }

    @Override
    public OfThread ofThisThread(Runnable ended) {
        YoungRing ring = new YoungRing(this, Thread.currentThread(), ended);
        synchronized (registry.recents()) {
            if (!shut) {
                rings.add(ring);
                return ring;
            }
        }
        ended(ring);
        return ring;
    }

    @Override
    public void otherwise(Object handle) {
        for (YoungRing ring : rings) {
            ring.otherwise(handle);
        }
    }

    @Override
    public void settle() {
        try {
            for (YoungRing ring : rings) {
                ring.settle();
            }
        } catch (Throwable t) {
            registry.failures.internal("what was opened lately", t);
        }
    }

    /** Settles all, and forgets the threads that have ended. */
    void tick() {
        settle();
        for (YoungRing ring : rings) {
            if (!ring.thread.isAlive()) {
                end(ring);
            }
        }
    }

    void end(YoungRing ring) {
        synchronized (registry.recents()) {
            if (!rings.contains(ring)) {
                return;
            }
            ring.settleInto(registry.pooled());
            rings.remove(ring);
        }
        ended(ring);
    }

    private void ended(YoungRing ring) {
        try {
            ring.ended.run();
        } catch (Throwable t) {
            registry.failures.internal("telling that what was opened lately is forgotten", t);
        }
    }

    /** Under the lock of all. */
    void addTo(PooledSums sums) {
        for (YoungRing ring : rings) {
            ring.addTo(sums);
        }
    }

    @Override
    public void close() {
        synchronized (registry.recents()) {
            shut = true;
        }
        for (YoungRing ring : rings) {
            end(ring);
        }
        registry.recents().remove(this);
    }
}
