package io.leakguard.netty;

/** So many in a second. Its fields are written by any thread without a lock; a race lets some more through. */
final class SecondBudget {

    private static final int NANOS_TO_SECONDS = 30; // as a shift: 1.07 s

    private final int perSecond;
    private volatile long second;
    private volatile int taken;

    SecondBudget(int perSecond) {
        this.perSecond = perSecond;
    }

    boolean take() {
        return take(System.nanoTime());
    }

    boolean take(long nanos) {
        long now = nanos >> NANOS_TO_SECONDS;
        if (now != second) {
            second = now;
            taken = 0;
        }
        int before = taken;
        if (before >= perSecond) {
            return false;
        }
        taken = before + 1;
        return true;
    }
}
