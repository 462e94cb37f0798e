/**
 * Shows how close the process is to its limits: file descriptors, sockets, ephemeral ports, memory and the host's
 * limits.
 *
 * <p>{@link io.leakguard.watch.ResourceWatch} looks at them in the background and gives each {@link
 * io.leakguard.PressureReport} to the guard's listeners. {@link io.leakguard.watch.WatchOptions} holds its settings.
 * {@link io.leakguard.watch.FileDescriptors} counts this process's descriptors in microseconds, also without a watch.
 * {@link io.leakguard.watch.HostLimits} reads the host's limits and says which to change, also from a shell: {@code
 * java -jar guard-core.jar preflight}. {@link io.leakguard.watch.ClassHistogram} and {@link
 * io.leakguard.watch.HeapDumps} are made on demand only.
 */
@NullMarked
package io.leakguard.watch;

import org.jspecify.annotations.NullMarked;
