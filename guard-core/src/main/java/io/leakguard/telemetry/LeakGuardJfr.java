package io.leakguard.telemetry;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * Puts leaks into flight recordings: {@code io.leakguard.ResourceLeak}, one event for each report, and
 * {@code io.leakguard.ResourceHold}, the hold times of closed resources for each kind, at the end of each chunk of the
 * recording. Hold times are counted only while a recording runs that has the event enabled.
 *
 * <p>In a runtime without the module {@code jdk.jfr} nothing is installed. Thread-safe.
 *
 * {@snippet :
 * LeakListener.Registration jfr = LeakGuardJfr.install(guard);
 * // jcmd <pid> JFR.start name=leaks; jfr print --events "io.leakguard.*" leaks.jfr
 * }
 */
public final class LeakGuardJfr {

    private LeakGuardJfr() {}

    /**
     * Tells whether this runtime has flight recordings.
     *
     * @return false if the module {@code jdk.jfr} is missing or can't be used
     */
    public static boolean isAvailable() {
        try {
            Class.forName("jdk.jfr.FlightRecorder");
            return JfrEvents.isAvailable();
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /**
     * Starts to put the findings of this guard into recordings. Close the registration before the guard.
     *
     * @param guard the guard
     * @return a registration that ends it; it does nothing if flight recordings are not
     *     {@linkplain #isAvailable() available}
     */
    public static Registration install(LeakGuard guard) {
        Objects.requireNonNull(guard, "guard");
        if (!isAvailable()) {
            LoggerFactory.getLogger("io.leakguard")
                    .info("this runtime has no flight recorder (module jdk.jfr): leaks go to no recording");
            return () -> {};
        }
        return JfrEvents.install(guard);
    }
}
