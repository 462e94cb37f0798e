package io.leakguard.internal;

import io.leakguard.PooledTracker;
import io.leakguard.ResourceProbe;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * The record of one object of a pool, as often as it is handed out. It is in its engine's {@link PooledRecords}, and in no
 * shard's list, whose order is that of opening.
 *
 * <p>Handing out writes numbers, and references only where they change: with the G1 collector, storing a reference into an
 * old object costs as much as all the rest. Only who has the object writes; the pool is what orders those.
 */
final class PooledRecord extends Tracker implements PooledTracker {

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

    /** As the shard's; a step less to memory that is cold when a request begins. */
    private final Engine engine;

    private final ResourceProbe probe;

    /** How often it was handed out; more than its ends if it was not said to have been given back since. */
    private volatile long outs;

    private volatile long ends;

    /** Its place in {@link PooledRecords}, guarded by that. */
    int place = -1;

    PooledRecord(
            Object handle,
            ReferenceQueue<Object> collected,
            Shard shard,
            KindState kind,
            @Nullable Object description,
            long now,
            Thread thread,
            String handleClass,
            @Nullable Object origin,
            ResourceProbe probe) {
        super(handle, collected, shard, kind, description, null, now, thread, handleClass, null, null, origin, null);
        this.engine = shard.engine;
        this.probe = probe;
        this.outs = 1;
    }

    @Override
    public boolean handedOut(Object handle) {
        try {
            return engine.handedOut(this, handle);
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    /** Tracks the object that was just handed out. */
    void out(long now, @Nullable Object from) {
        long before = outs;
        if (ends != before) {
            ENDS.setRelease(this, before);
        }
        beginAnew(now, Thread.currentThread(), from);
        OUTS.setRelease(this, before + 1);
    }

    @Override
    public boolean close() {
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

    long outs() {
        return outs;
    }

    /** How often it was given back, as far as is known: the last time, the probe has to be asked. */
    long ends() {
        return ends;
    }

    /** Not given back. If the probe can't tell, it was: there is no report without a proof. */
    boolean isOut() {
        try {
            return ends != outs && probe.isOpen();
        } catch (Throwable t) {
            engine.internalError("asking whether an object of a pool is in use", t);
            return false;
        }
    }

    @Override
    public boolean isOpen() {
        return isRecording() && isOut();
    }

    @Override
    boolean isClosed() {
        return super.isClosed() || (isRecording() && !isOut());
    }

    @Override
    void collected() {
        if (end(COLLECTED) < 0) {
            return;
        }
        try {
            boolean leaked = isOut();
            engine.pooled().remove(this, leaked);
            if (leaked) {
                engine.collected(this);
            } else {
                letGo();
            }
        } catch (Throwable t) {
            engine.internalError("a collected object of a pool", t);
        }
    }
}
