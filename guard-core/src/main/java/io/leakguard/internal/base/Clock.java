package io.leakguard.internal.base;

/** The engine's time. Tests replace it. */
public interface Clock {

    Clock SYSTEM = new Clock() {};

    /** Monotonic nanoseconds, for ages and limits. */
    default long nanos() {
        return System.nanoTime();
    }

    /** Wall-clock milliseconds, for display only: it may jump. */
    default long wallMillis() {
        return System.currentTimeMillis();
    }
}
