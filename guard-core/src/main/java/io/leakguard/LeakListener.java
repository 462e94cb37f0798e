package io.leakguard;

import java.time.Duration;

/**
 * Receives reports.
 *
 * <p>Each listener is called on a thread of its own, one call at a time, never on the thread that leaked. One that throws
 * is counted and called again for the next report; one that blocks delays only itself, and once {@value #QUEUE_CAPACITY}
 * reports wait for it, further ones are dropped for it and counted in {@link GuardStats#dropped()}.
 */
@FunctionalInterface
public interface LeakListener {

    /** How many reports wait for a slow listener before further ones are dropped for it. */
    int QUEUE_CAPACITY = 1_024;

    /**
     * Called for each report.
     *
     * @param report what leaked, immutable
     */
    void onLeak(LeakReport report);

    /**
     * Called when a resource that was reported as {@link LeakCause#OVERDUE} or {@link LeakCause#ESCAPED_SCOPE} is closed
     * after all. Does nothing unless overridden.
     *
     * @param report the report that was made when it was late
     * @param openFor how long it was open in all
     */
    default void onLateRelease(LeakReport report, Duration openFor) {}

    /**
     * Called once when the guard is closed while resources are open ({@link LeakCause#OPEN_AT_SHUTDOWN}), with all of
     * them grouped; not if all of them were {@linkplain LeakScope#keep declared long-lived}. Does nothing unless overridden.
     *
     * @param open what was open
     */
    default void onOpenAtShutdown(OpenResources open) {}

    /**
     * Called when a scope's threads have allocated more than the scope's {@linkplain ScopeOptions#maxAllocated limit}.
     * Does nothing unless overridden.
     *
     * @param usage what the scope used
     * @param limit the limit in bytes
     */
    default void onAllocation(ScopeUsage usage, long limit) {}

    /**
     * Called when something that this process needs is running out, such as file descriptors, and when it no longer is.
     * Only made while a {@code io.leakguard.watch.ResourceWatch} runs. Does nothing unless overridden.
     *
     * @param report what is running out, immutable
     */
    default void onPressure(PressureReport report) {}

    /** Ends what it was returned for: a registration, or the binding of a scope. Closing it again does nothing. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
