/**
 * Brings leaks to the tools of a daemon's operators: OpenTelemetry, JFR, JMX, a health endpoint. All classes here
 * listen to a guard or read it through the public API. A user's own telemetry can do the same.
 *
 * <p>{@link io.leakguard.telemetry.LeakGuardTelemetry} makes spans, metrics and, on request, events.
 * {@link io.leakguard.telemetry.LeakGuardJfr} makes events in a flight recording.
 * {@link io.leakguard.telemetry.LeakGuardJmx} registers a {@link io.leakguard.telemetry.LeakGuardMXBean}. {@link
 * io.leakguard.telemetry.LeakGuardHealth} says whether the daemon is healthy. Each is installed for a guard and returns
 * a registration. Close it before the guard.
 */
@NullMarked
package io.leakguard.telemetry;

import org.jspecify.annotations.NullMarked;
