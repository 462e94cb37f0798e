/**
 * The agent's outside. The JVM starts {@link io.leakguard.agent.LeakGuardAgent}. {@link io.leakguard.agent.AgentLoader}
 * loads everything else from inside the agent's jar, separate from the application's classes.
 */
@NullMarked
package io.leakguard.agent;

import org.jspecify.annotations.NullMarked;
