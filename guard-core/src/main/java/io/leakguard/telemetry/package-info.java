/**
 * Brings leaks to where a daemon's operators look: OpenTelemetry, JFR, JMX, a health endpoint. Everything here listens to
 * a guard or reads it through the public API, so that a user's own telemetry can do the same.
 *
 * <p>{@link io.leakguard.telemetry.LeakGuardTelemetry} makes spans, metrics and, if asked to, events; {@link
 * io.leakguard.telemetry.LeakGuardJfr} makes events in a flight recording; {@link io.leakguard.telemetry.LeakGuardJmx}
 * registers a {@link io.leakguard.telemetry.LeakGuardMXBean}; {@link io.leakguard.telemetry.LeakGuardHealth} says whether
 * the daemon is well. Each is installed for a guard and returns a registration; close it before the guard.
 */
@NullMarked
package io.leakguard.telemetry;

import org.jspecify.annotations.NullMarked;
