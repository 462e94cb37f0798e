package io.leakguard;

import java.time.Duration;

/**
 * Receives reports.
 *
 * <p>Each listener is called on a thread of its own, one call at a time, never on the thread that leaked. If a listener
 * throws, this is counted, and the listener is called again for the next report. A listener that blocks delays only
 * itself. Once {@value #QUEUE_CAPACITY} reports wait for it, further ones are dropped for it and counted in
 * {@link GuardStats#dropped()}.
 */
@FunctionalInterface
public interface LeakListener {

    /** The number of reports that wait for a slow listener before further ones are dropped for it. */
    int QUEUE_CAPACITY = 1_024;

    /**
     * Called for each report.
     *
     * @param report the report, immutable
     */
    void onLeak(LeakReport report);

    /**
     * Called when a resource that was reported as {@link LeakCause#OVERDUE} or {@link LeakCause#ESCAPED_SCOPE} is
     * closed later. Does nothing unless overridden.
     *
     * @param report the earlier report of the open resource
     * @param openFor the whole time for which it was open
     */
    default void onLateRelease(LeakReport report, Duration openFor) {}

    /**
     * Called once when the guard is closed while resources are open ({@link LeakCause#OPEN_AT_SHUTDOWN}), with all of
     * them grouped; not called if all of them were {@linkplain LeakScope#keep declared long-lived}. Does nothing unless
     * overridden.
     *
     * @param open the open resources
     */
    default void onOpenAtShutdown(OpenResources open) {}

    /**
     * Called when a scope's threads have allocated more than the scope's {@linkplain ScopeOptions#maxAllocated limit}.
     * Does nothing unless overridden.
     *
     * @param usage the usage of the scope
     * @param limit the limit in bytes
     */
    default void onAllocation(ScopeUsage usage, long limit) {}

    /**
     * Called when a resource of this process is running out, such as file descriptors, and when it no longer is. Only
     * called while a {@code io.leakguard.watch.ResourceWatch} runs. Does nothing unless overridden.
     *
     * @param report the resource that is running out, immutable
     */
    default void onPressure(PressureReport report) {}

    /** Ends a registration, or the binding of a scope. Closing it again does nothing. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
