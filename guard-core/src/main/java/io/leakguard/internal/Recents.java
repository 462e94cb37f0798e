package io.leakguard.internal;

import io.leakguard.RecentResources;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What all threads have opened lately, of one kind and owner. */
final class Recents implements RecentResources {
    final Admission admission;
    private final Registry registry;
    final KindState kind;
    final Owner owner;

    private final List<RecentRing> rings = new CopyOnWriteArrayList<>();
    private boolean shut;

    Recents(Admission admission, KindState kind, Owner owner) {
        this.admission = admission;
        this.registry = admission.registry;
        this.kind = kind;
        this.owner = owner;
    }

    @Override
    public OfThread ofThisThread(Runnable ended) {
        RecentRing ring = new RecentRing(this, Thread.currentThread(), ended);
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
        for (RecentRing ring : rings) {
            ring.otherwise(handle);
        }
    }

    @Override
    public void settle() {
        try {
            for (RecentRing ring : rings) {
                ring.settle();
            }
        } catch (Throwable t) {
            registry.failures.internal("what was opened lately", t);
        }
    }

    /** Settles all, and forgets the threads that have ended. */
    void tick() {
        settle();
        for (RecentRing ring : rings) {
            if (!ring.thread.isAlive()) {
                end(ring);
            }
        }
    }

    void end(RecentRing ring) {
        synchronized (registry.recents()) {
            if (!rings.contains(ring)) {
                return;
            }
            ring.settleInto(registry.pooled());
            rings.remove(ring);
        }
        ended(ring);
    }

    private void ended(RecentRing ring) {
        try {
            ring.ended.run();
        } catch (Throwable t) {
            registry.failures.internal("telling that what was opened lately is forgotten", t);
        }
    }

    /** Under the lock of all. */
    void addTo(PooledSums sums) {
        for (RecentRing ring : rings) {
            ring.addTo(sums);
        }
    }

    @Override
    public void close() {
        synchronized (registry.recents()) {
            shut = true;
        }
        for (RecentRing ring : rings) {
            end(ring);
        }
        registry.recents().remove(this);
    }
}
