package io.leakguard.internal.track;

import io.leakguard.adapter.ResourceProbe;
import java.lang.ref.ReferenceQueue;

/**
 * The record of a polled object that was open longer than a moment. It stays as long as the object, which may be opened
 * again and again. It is in its registry's {@link PolledRecords}, and in no shard's list, since those are in the order
 * of opening.
 */
public final class PolledRecord extends Tracker {

    private final PolledResources<?> owner;
    /** The object's hash, for {@link RecordTable}. */
    final int hash;

    private volatile ResourceProbe probe;

    /** The number of openings that are known here. Guarded by this. */
    private long openings = 1;
    /** Something else tracks the object, or nothing does. Written with this object's monitor. */
    private volatile boolean ended;

    /** Its place in {@link PolledRecords}, which guards it. */
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
     * Tracks the object again. The notice comes late: if a later opening is known already, this returns false. Within
     * one tick the order is unknown, and either opening will do.
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

    /** The object is closed. Nobody will tell when it is opened again. */
    void retire() {
        ended = true;
        if (end(CLOSED) >= 0) {
            shard.registry.polledRecords().remove(this, false);
            clearDetails();
        }
    }

    @Override
    public boolean closeLate(String why) {
        return close(); // it ended because something else tracks it now
    }

    boolean isOf(Object object) {
        return refersTo(object);
    }

    /** Adds the number of closes: one for each opening except the last. The caller says whether that one is open. */
    synchronized void addTo(PolledSums sums, int open, int collected) {
        sums.add(kind.index, 0, openings - open, collected);
    }

    /** If the probe can't tell, the object counts as closed: no report without a proof. */
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
