package io.leakguard.internal.track;

import io.leakguard.LeakReport;
import java.time.Duration;

/**
 * Takes the findings of the registry and the scopes. Methods are called on the application's threads and on the thread
 * that empties the queue of collected handles. They are quick and never wait. Callers count whatever a method throws as
 * a failure.
 */
public interface Findings {

    /** A handle was collected while its tracker was open. If the queue is full, the finding is counted as dropped. */
    void collected(Tracker tracker);

    /** The work on a collected tracker broke off at an unknown place. */
    void brokenOff(Tracker tracker);

    /** A tracker has ended and still has its stack. */
    void ended(Tracker tracker);

    /** A resource was ended by something other than its owner, who should have ended it earlier. */
    void closedLate(Tracker tracker, String why);

    /** A resource was closed after it had been reported while open. */
    void releasedLate(LeakReport report, Duration openFor);

    /** Resources that are open at their scope's end. They are leaks unless they are closed within the grace. */
    void escaped(Tracker[] trackers, ScopeImpl scope);

    /**
     * The task that opened a scope has ended before the scope. Another thread may still close the scope within the
     * grace.
     */
    void forgotten(Tracker scopeTracker, ScopeImpl scope);

    /** A scope that measures allocation has ended. {@code allocated} is in bytes, below zero if unknown. */
    void measured(ScopeImpl scope, long allocated);
}
