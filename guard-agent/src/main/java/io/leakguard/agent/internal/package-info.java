/**
 * The agent's inside, in a class loader of its own beside {@code guard-core} and its dependencies. {@link
 * io.leakguard.agent.internal.Install} puts it together: {@link io.leakguard.agent.internal.HookTable} says which methods of
 * the JDK are hooked, {@link io.leakguard.agent.internal.HookTransformer} writes the calls into them, and {@link
 * io.leakguard.agent.internal.Sink} takes the calls.
 */
@NullMarked
package io.leakguard.agent.internal;

import org.jspecify.annotations.NullMarked;
