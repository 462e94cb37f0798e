package io.leakguard.internal.track;

import io.leakguard.PooledTracker;
import io.leakguard.RecentResources;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.stack.CreationStack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * The record of one object of a pool, as often as it is handed out. It is in its registry's {@link PooledRecords}, and in no
 * shard's list, whose order is that of opening.
 *
 * <p>Handing out writes numbers, and references only where they change: with the G1 collector, storing a reference into an
 * old object costs as much as all the rest.
 */
public final class PooledRecord extends Tracker implements PooledTracker {

    private static final VarHandle OUTS;
    private static final VarHandle ENDS;

    static {
        try {
            OUTS = MethodHandles.lookup().findVarHandle(PooledRecord.class, "outs", long.class);
            ENDS = MethodHandles.lookup().findVarHandle(PooledRecord.class, "ends", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Here, and not only in the shard: a step less to memory that is cold when a request begins. */
    private final Admission admission;

    private final ResourceProbe probe;

    /** How often it was handed out; more than its ends if it was not said to have been given back since. */
    private volatile long outs;

    private volatile long ends;

    /** How often that was counted as opened by {@link YoungResources}. Guarded by this. */
    private long countedBefore;

    /** Its place in {@link PooledRecords}, guarded by that. */
    int place = -1;

    PooledRecord(
            Object handle,
            ReferenceQueue<Object> collected,
            Admission admission,
            Shard shard,
            KindState kind,
            @Nullable Object description,
            OpenEvent opening,
            boolean countedBefore,
            ResourceProbe probe) {
        super(
                handle,
                collected,
                shard,
                kind,
                description,
                opening.stack,
                opening.nanos,
                opening.thread,
                handle.getClass().getName(),
                null,
                null,
                opening.origin,
                null);
        this.admission = admission;
        this.probe = probe;
        this.outs = 1;
        this.countedBefore = countedBefore ? 1 : 0;
    }

    @Override
    public boolean handedOut(Object handle) {
        try {
            return admission.handedOut(this, handle);
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    @Override
    public boolean handedOut(Object handle, RecentResources.Opening opening) {
        try {
            return opening instanceof OpenEvent opened && handedOut(opened);
        } catch (Throwable t) {
            shard.registry.failures.internal("tracking an object of a pool", t);
            return false;
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    /** What is told late may be older than what is known. Of two in the same tick it can't be told; then one is as good. */
    private synchronized boolean handedOut(OpenEvent opening) {
        long later = openedNanos - opening.nanos;
        if (!isRecording() || later > 0 || (later == 0 && ends != outs)) {
            return false;
        }
        countedBefore++;
        out(opening.nanos, opening.thread, opening.origin, opening.stack);
        return true;
    }

    /** Tracks the object that was handed out. Mostly by who has it; but {@link YoungResources} tell it late, on another thread. */
    synchronized void out(long now, Thread by, @Nullable Object from, @Nullable CreationStack with) {
        long before = outs;
        if (ends != before) {
            ENDS.setRelease(this, before);
        }
        beginAnew(now, by, from, with);
        OUTS.setRelease(this, before + 1);
    }

    @Override
    public synchronized boolean close() {
        long now = outs;
        if (ends == now || !isRecording()) {
            return false;
        }
        ENDS.setRelease(this, now);
        return true;
    }

    @Override
    public boolean closeLate(String why) {
        return close(); // what has ended it is what else tracks it
    }

    @Override
    public boolean isOf(Object handle) {
        return refersTo(handle);
    }

    @Override
    public boolean isGone() {
        return refersTo(null) || !isRecording();
    }

    /** Adds how often it was opened and closed; of the last time the caller says whether it is out. */
    synchronized void addTo(PooledSums sums, int out, int collected) {
        sums.add(kind.index, outs - countedBefore, outs - out, collected);
    }

    /** Not given back. If the probe can't tell, it was: there is no report without a proof. */
    boolean isOut() {
        try {
            return ends != outs && probe.isOpen();
        } catch (Throwable t) {
            shard.registry.failures.internal("asking whether an object of a pool is in use", t);
            return false;
        }
    }

    @Override
    public boolean isOpen() {
        return isRecording() && isOut();
    }

    @Override
    public boolean isClosed() {
        return super.isClosed() || (isRecording() && !isOut());
    }

    @Override
    public void collected() {
        if (end(COLLECTED) < 0) {
            return;
        }
        try {
            boolean leaked = isOut();
            shard.registry.pooled().remove(this, leaked);
            if (leaked) {
                shard.registry.findings.collected(this);
            } else {
                clearDetails();
            }
        } catch (Throwable t) {
            shard.registry.failures.internal("a collected object of a pool", t);
        }
    }
}
