/**
 * Says how far it is to the wall: file descriptors, sockets, ephemeral ports, memory and the host's limits.
 *
 * <p>{@link io.leakguard.watch.FileDescriptors} counts this process's descriptors at a cost of microseconds. {@link
 * io.leakguard.watch.HostLimits} reads what the host allows and says what to change, also from a shell: {@code java -jar
 * guard-core.jar preflight}.
 */
@NullMarked
package io.leakguard.watch;

import org.jspecify.annotations.NullMarked;
