/**
 * The agent's inside, in a class loader of its own with {@code guard-core} and its dependencies. {@link
 * io.leakguard.agent.internal.Install} assembles it. {@link io.leakguard.agent.internal.HookTable} lists the hooked
 * methods of the JDK, {@link io.leakguard.agent.internal.HookTransformer} writes the calls into them, and {@link
 * io.leakguard.agent.internal.Sink} takes the calls.
 */
@NullMarked
package io.leakguard.agent.internal;

import org.jspecify.annotations.NullMarked;
