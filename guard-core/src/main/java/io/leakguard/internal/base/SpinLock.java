package io.leakguard.internal.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that is held for a few instructions. Taking it is one compare-and-set, and giving it back a plain store: half
 * the cost of a monitor. Not reentrant. A thread that finds it taken spins for a moment, then pauses: the holder may
 * have lost its processor. The padding keeps two locks out of one cache line, wherever the collector moves them.
 */
@SuppressWarnings("unused") // the padding
public abstract class SpinLock extends SpinLockPad {

    private static final int SPINS = 128;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(SpinLock.class, "taken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int taken;

    private long after0;
    private long after1;
    private long after2;
    private long after3;
    private long after4;
    private long after5;
    private long after6;
    private long after7;

    public final void lock() {
        if (!TAKEN.compareAndSet(this, 0, 1)) {
            await();
        }
    }

    public final void unlock() {
        TAKEN.setRelease(this, 0);
    }

    private void await() {
        for (int i = 0; ; i++) {
            if (taken == 0 && TAKEN.compareAndSet(this, 0, 1)) {
                return;
            }
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
