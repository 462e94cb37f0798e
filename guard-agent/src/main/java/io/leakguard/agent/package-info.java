/**
 * The agent's outside: {@link io.leakguard.agent.LeakGuardAgent} is what the JVM starts, and {@link
 * io.leakguard.agent.AgentLoader} loads all else from inside the agent's jar, apart from the application's classes.
 */
@NullMarked
package io.leakguard.agent;

import org.jspecify.annotations.NullMarked;
