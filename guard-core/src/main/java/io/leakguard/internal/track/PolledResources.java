package io.leakguard.internal.track;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.base.Threads;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one {@link Poller}. Each thread has a ring of the objects that it opened a moment ago. Each object
 * that is open longer has a record.
 */
public final class PolledResources<T> implements Polled<T> {

    final Admission admission;
    final Registry registry;
    final KindState kind;
    private final Poller<Object> poller;

    /** Guarded by the registry's list of polled resources, as is {@link #byThread}. */
    private final List<YoungRing> rings = new CopyOnWriteArrayList<>();

    private final RingTable byThread = new RingTable();
    /** For all virtual threads, of which there may be millions. */
    private volatile @Nullable SharedRing shared;

    private final RecordTable records = new RecordTable();
    private volatile boolean shut;

    @SuppressWarnings("unchecked") // it is asked only about objects that it opened
    public PolledResources(Admission admission, KindState kind, Poller<? super T> poller) {
        this.admission = admission;
        this.registry = admission.registry;
        this.kind = kind;
        this.poller = (Poller<Object>) poller;
    }

    @Override
    public boolean openedAtPeak(T object) {
        YoungRing ring = byThread.find(Thread.currentThread());
        return ring != null && ring.openedAtPeak(object);
    }

    @Override
    public boolean opened(T object) {
        YoungRing ring = byThread.find(Thread.currentThread());
        if (ring == null) {
            ring = add();
        }
        return ring != null && (ring.openedAtPeak(object) || ring.openedAfterChecks(object));
    }

    private @Nullable YoungRing add() {
        Thread thread = Thread.currentThread();
        boolean isVirtual = Threads.isVirtual(thread);
        SharedRing ofAll = shared;
        if (shut || admission.isClosed() || (isVirtual && ofAll != null)) {
            return shut || admission.isClosed() ? null : ofAll;
        }
        synchronized (registry.polled()) {
            if (shut) {
                return null;
            }
            if (!isVirtual) {
                return added(new YoungRing(this, thread));
            }
            ofAll = shared;
            if (ofAll == null) {
                shared = ofAll = new SharedRing(this);
                added(ofAll);
            }
            return ofAll;
        }
    }

    private YoungRing added(YoungRing ring) {
        rings.add(ring);
        byThread.set(rings);
        return ring;
    }

    @Override
    public void trackedElsewhere(T object) {
        for (YoungRing ring : rings) {
            ring.trackedElsewhere(object);
        }
        PolledRecord record = records.find(object);
        if (record != null) {
            if (shut) {
                retire(record);
            } else {
                record.close();
            }
        }
    }

    @Override
    public @Nullable LeakTracker find(Object object) {
        return records.find(object);
    }

    @Override
    public void settle() {
        try {
            for (YoungRing ring : rings) {
                ring.settle();
            }
        } catch (Throwable t) {
            registry.failures.internal("polled objects that were opened a moment ago", t);
        }
    }

    boolean isOpen(Object object) throws Exception {
        return poller.isOpen(object);
    }

    /** Makes a record for an object that is still open. False if that opening has ended. */
    boolean keep(Object object, OpenEvent opening) throws Exception {
        ResourceProbe probe = poller.probe(object);
        synchronized (records) { // another thread may have opened the same object meanwhile
            PolledRecord known = records.find(object);
            if (known != null) {
                return known.reopened(opening, probe);
            }
            PolledRecord record = new PolledRecord(
                    object, admission.collected, registry.shardOf(opening.thread()), kind, this, opening, probe);
            boolean added = registry.polledRecords().add(record);
            if (added) {
                records.add(record);
            }
            return added;
        }
    }

    /** The object was collected. */
    void forget(PolledRecord record) {
        records.remove(record);
    }

    /** Settles all rings, and forgets those of ended threads. */
    void tick() {
        settle();
        for (YoungRing ring : rings) {
            Thread thread = ring.thread;
            if (thread != null && !thread.isAlive()) {
                end(ring);
            }
        }
    }

    private void end(YoungRing ring) {
        synchronized (registry.polled()) {
            if (rings.contains(ring)) {
                ring.settleInto(registry.polledRecords());
                rings.remove(ring);
                byThread.set(rings);
            }
        }
    }

    /** Under the registry's lock of polled resources. */
    void addTo(PolledSums sums) {
        for (YoungRing ring : rings) {
            ring.addTo(sums);
        }
    }

    @Override
    public void close() {
        synchronized (registry.polled()) {
            if (shut) {
                return;
            }
            shut = true;
        }
        for (YoungRing ring : rings) {
            end(ring);
        }
        registry.polled().remove(this);
        for (PolledRecord record : records.all()) {
            if (!record.isPolledOpen()) {
                retire(record);
            }
        }
    }

    /** The object is closed. It may be opened again, and nobody will tell. */
    private void retire(PolledRecord record) {
        records.remove(record);
        record.retire();
    }
}
