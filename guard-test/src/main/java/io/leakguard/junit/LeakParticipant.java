package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import org.jspecify.annotations.Nullable;

/**
 * Lets an adapter take part in a test run. {@link java.util.ServiceLoader} finds implementations. They have a public
 * constructor without parameters and must be thread-safe. The methods do nothing unless overridden.
 */
public interface LeakParticipant {

    /**
     * Called when a run starts, before its first test. Install hooks here that see the resources of a test.
     *
     * @param guard the run's guard, which is the process-wide one until the run ends
     * @return called when the run ends
     */
    default LeakListener.Registration start(LeakGuard guard) {
        return () -> {};
    }

    /**
     * Wraps a resource or a factory of resources when a test {@linkplain TestScope#guarded(Object) asks} for it.
     *
     * @param guard the run's guard
     * @param resource the object that the test gave
     * @return a wrapper that has the same interfaces; {@code null} if this participant doesn't know such objects
     */
    default @Nullable Object wrap(LeakGuard guard, Object resource) {
        return null;
    }

    /**
     * Says at the end of the run which resources this adapter could not see. The run then ends as inconclusive.
     *
     * @return a phrase such as {@code the driver was loaded before the run began}; empty if it saw everything
     */
    default String blindSpot() {
        return "";
    }
}
