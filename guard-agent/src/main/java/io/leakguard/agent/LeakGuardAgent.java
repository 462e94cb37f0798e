package io.leakguard.agent;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM starts for {@code -javaagent:guard-agent.jar}, and for an agent that is attached to a running process. It
 * throws nothing: a process whose agent can't start runs without it, and one line says why.
 */
public final class LeakGuardAgent {

    private static final String INSTALL = "io.leakguard.agent.internal.Install";

    private static @Nullable AgentLoader loader;

    private LeakGuardAgent() {}

    /**
     * Is called by the JVM before the application's {@code main}.
     *
     * @param options {@code key=value,…}; may be null
     * @param instrumentation the JVM's
     */
    public static void premain(@Nullable String options, Instrumentation instrumentation) {
        start(options, instrumentation, false);
    }

    /**
     * Is called by the JVM when the agent is attached to a running process.
     *
     * @param options as above
     * @param instrumentation the JVM's
     */
    public static void agentmain(@Nullable String options, Instrumentation instrumentation) {
        start(options, instrumentation, true);
    }

    private static synchronized void start(
            @Nullable String options, Instrumentation instrumentation, boolean attached) {
        try {
            AgentLoader inside = loader;
            if (inside == null) {
                inside = new AgentLoader(jar());
                loader = inside;
            }
            Class.forName(INSTALL, true, inside)
                    .getMethod("start", String.class, Instrumentation.class, boolean.class, String.class)
                    .invoke(null, options, instrumentation, attached, jar().getPath());
        } catch (Throwable t) {
            Throwable why = t instanceof InvocationTargetException && t.getCause() != null ? t.getCause() : t;
            System.err.println("[leakguard] the agent could not start, and the process runs without it: " + why);
        }
    }

    /** The jar that this class is in. */
    static File jar() {
        CodeSource source = LeakGuardAgent.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw new IllegalStateException("the agent's class is in no jar: start it as -javaagent:guard-agent.jar");
        }
        return new File(URI.create(source.getLocation().toString()));
    }
}
