package io.leakguard.internal.track;

import io.leakguard.LeakReport;
import java.time.Duration;

/**
 * Takes what the registry and the scopes find. Methods are called on the application's threads and on the thread of what is
 * collected: they are quick, never wait, and throw nothing that their callers don't count as a failure.
 */
public interface Findings {

    /** A handle was collected, and its tracker was open. If nobody can take it, it is counted as dropped. */
    void collected(Tracker tracker);

    /** The work on a collected tracker broke off at an unknown place. */
    void brokenOff(Tracker tracker);

    /** A tracker has ended, and still has its stack. */
    void ended(Tracker tracker);

    /** A resource was ended by something else than its owner, who should have ended it before. */
    void closedLate(Tracker tracker, String why);

    /** A resource that was reported while it was open was closed after all. */
    void releasedLate(LeakReport report, Duration openFor);

    /** Resources that are open at their scope's end: leaks, but for those that are closed within the grace. */
    void escaped(Tracker[] trackers, ScopeImpl scope);

    /** The task that opened a scope has ended, and the scope has not. Another thread may still close it in the grace. */
    void forgotten(Tracker scopeTracker, ScopeImpl scope);

    /** A scope that measures allocation has ended. {@code allocated} is in bytes, below zero if it is unknown. */
    void measured(ScopeImpl scope, long allocated);
}
