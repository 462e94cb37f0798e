/** The guard's metrics for Micrometer. {@link io.leakguard.micrometer.LeakGuardMetrics} binds them to a registry. */
@NullMarked
package io.leakguard.micrometer;

import org.jspecify.annotations.NullMarked;
