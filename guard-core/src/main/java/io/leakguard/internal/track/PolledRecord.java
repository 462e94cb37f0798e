package io.leakguard.internal.track;

import io.leakguard.adapter.ResourceProbe;
import java.lang.ref.ReferenceQueue;

/**
 * The record of a polled object that was open longer than a moment. It stays as long as the object lives, which may be opened
 * again and again. It is in its registry's {@link PolledRecords}, and in no shard's list, whose order is that of opening.
 */
public final class PolledRecord extends Tracker {

    private final PolledResources<?> owner;
    /** Of its object, for {@link RecordTable}. */
    final int hash;

    private volatile ResourceProbe probe;

    /** How often it was opened, of the times that are known here. Guarded by this. */
    private long openings = 1;
    /** Something else tracks the object, or nothing does. Written with this object's monitor. */
    private volatile boolean ended;

    /** Its place in {@link PolledRecords}, guarded by that. */
    int place = -1;

    PolledRecord(
            Object object,
            ReferenceQueue<Object> collected,
            Shard shard,
            KindState kind,
            PolledResources<?> owner,
            OpenEvent opening,
            ResourceProbe probe) {
        super(
                object,
                collected,
                shard,
                kind,
                probe,
                opening.stack(),
                opening.nanos(),
                opening.thread(),
                object.getClass().getName(),
                null,
                null,
                opening.origin(),
                null);
        this.owner = owner;
        this.hash = RecordTable.hash(object);
        this.probe = probe;
    }

    /**
     * Tracks the object again. That is told late, so it may be older than what is known: then this returns false. Of two in
     * the same tick it can't be told; then one is as good as the other.
     */
    synchronized boolean reopened(OpenEvent opening, ResourceProbe its) {
        long later = openedNanos - opening.nanos();
        if (!isRecording() || later > 0 || (later == 0 && !ended)) {
            return false;
        }
        openings++;
        probe = its;
        description = its;
        beginAnew(opening.nanos(), opening.thread(), opening.origin(), opening.stack());
        ended = false;
        return true;
    }

    @Override
    public synchronized boolean close() {
        if (ended || !isRecording()) {
            return false;
        }
        ended = true;
        return true;
    }

    /** The object is closed, and nobody will tell when it is opened again. */
    void retire() {
        ended = true;
        if (end(CLOSED) >= 0) {
            shard.registry.polledRecords().remove(this, false);
            clearDetails();
        }
    }

    @Override
    public boolean closeLate(String why) {
        return close(); // what has ended it is what else tracks it
    }

    boolean isOf(Object object) {
        return refersTo(object);
    }

    /** Adds how often it was closed: each time but the last, of which the caller says whether it is open. */
    synchronized void addTo(PolledSums sums, int open, int collected) {
        sums.add(kind.index, 0, openings - open, collected);
    }

    /** If the probe can't tell, the object is not open: there is no report without a proof. */
    boolean isPolledOpen() {
        try {
            return !ended && probe.isOpen();
        } catch (Throwable t) {
            shard.registry.failures.internal("asking whether a polled object is open", t);
            return false;
        }
    }

    @Override
    public boolean isOpen() {
        return isRecording() && isPolledOpen();
    }

    @Override
    public boolean isClosed() {
        return super.isClosed() || (isRecording() && !isPolledOpen());
    }

    @Override
    public void collected() {
        if (end(COLLECTED) < 0) {
            return;
        }
        try {
            owner.forget(this);
            boolean leaked = isPolledOpen();
            shard.registry.polledRecords().remove(this, leaked);
            if (leaked) {
                shard.registry.findings.collected(this);
            } else {
                clearDetails();
            }
        } catch (Throwable t) {
            shard.registry.failures.internal("a polled object that was collected", t);
        }
    }
}
