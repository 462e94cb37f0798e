package io.leakguard.internal.base;

/** Padding before the lock in memory: the fields of a superclass come first. */
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
