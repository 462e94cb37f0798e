package io.leakguard.agent.internal;

import io.leakguard.agent.AgentLoader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;

/**
 * Defines the bridge in the boot loader, beside {@code java.lang.Object}. No jar is appended, so shared archives stay
 * in use.
 */
final class Bridges {

    private Bridges() {}

    /** Once in a process: an agent that is attached again finds it there. */
    static void define() throws IllegalAccessException, IOException {
        try {
            Class.forName(AgentLoader.BRIDGE_IN_JDK.replace('/', '.'), false, null);
        } catch (ClassNotFoundException e) {
            try (InputStream in = Bridges.class.getClassLoader().getResourceAsStream(AgentLoader.BRIDGE + ".class")) {
                if (in == null) {
                    throw new IllegalStateException("the agent's jar lacks " + AgentLoader.BRIDGE, e);
                }
                MethodHandles.privateLookupIn(Object.class, MethodHandles.lookup())
                        .defineClass(in.readAllBytes());
            }
        }
    }
}
