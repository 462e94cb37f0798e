package io.leakguard.netty;

/**
 * The number of stacks that may be read in a second while nothing is urgent: some 0.2 % of a core. Any thread writes
 * the fields without a lock; a race lets some more through.
 */
final class WalkBudget {

    static final int PER_SECOND = 1_000;

    private static final int NANOS_TO_SECONDS = 30; // as a shift: 1.07 s

    private static volatile long second;
    private static volatile int taken;

    private WalkBudget() {}

    static boolean take() {
        return take(System.nanoTime());
    }

    static boolean take(long nanos) {
        long now = nanos >> NANOS_TO_SECONDS;
        if (now != second) {
            second = now;
            taken = 0;
        }
        int before = taken;
        if (before >= PER_SECOND) {
            return false;
        }
        taken = before + 1;
        return true;
    }
}
