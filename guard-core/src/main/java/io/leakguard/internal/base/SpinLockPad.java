package io.leakguard.internal.base;

/** The fields of a superclass come first: what is before the lock in memory. */
@SuppressWarnings("unused")
abstract class SpinLockPad {
    private long before0;
    private long before1;
    private long before2;
    private long before3;
    private long before4;
    private long before5;
    private long before6;
    private long before7;
}
