/** A daemon without a line of LeakGuard. The agent watches it: see {@code AgentDemo}. */
@NullMarked
package io.leakguard.demo.plain;

import org.jspecify.annotations.NullMarked;
