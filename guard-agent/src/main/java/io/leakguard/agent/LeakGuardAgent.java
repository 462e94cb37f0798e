package io.leakguard.agent;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/**
 * The JVM starts this class for {@code -javaagent:guard-agent.jar}, and for an agent that is attached to a running
 * process. It throws nothing: if the agent can't start, the process runs without it, and one line says why.
 */
public final class LeakGuardAgent {

    /** The start of a question of the command line. A number and a command follow. */
    static final String QUESTION = "?";

    /** The start of the name of the property with the answer. */
    static final String ANSWER = "leakguard.agent.answer.";

    private static final long ANSWER_MILLIS = 10_000;

    private static final String COMMANDS = "io.leakguard.agent.internal.Commands";
    private static final String INSTALL = "io.leakguard.agent.internal.Install";

    private static @Nullable AgentLoader loader;

    private LeakGuardAgent() {}

    /**
     * Called by the JVM before the application's {@code main}.
     *
     * @param options {@code key=value,…}; may be null
     * @param instrumentation the JVM's
     */
    public static void premain(@Nullable String options, Instrumentation instrumentation) {
        start(options, instrumentation, false);
    }

    /**
     * Called by the JVM when the agent is attached to a running process.
     *
     * @param options {@code key=value,…}; may be null
     * @param instrumentation the JVM's
     */
    public static void agentmain(@Nullable String options, Instrumentation instrumentation) {
        if (options != null && options.startsWith(QUESTION)) {
            answer(options.substring(QUESTION.length()));
        } else if (!isCommandLine()) {
            start(options, instrumentation, true);
        }
    }

    /**
     * Whether this is the command line's own process. An executable jar can name its agent, so {@code java -jar} starts
     * the agent there too.
     */
    private static boolean isCommandLine() {
        String command = System.getProperty("sun.java.command", "");
        return command.startsWith(Main.class.getName())
                || command.startsWith(jar().getPath())
                || command.matches("(\\S*/)?" + jar().getName().replace(".", "\\.") + "( .*)?");
    }

    /**
     * Answers the command line through a system property, which the command line reads and clears. Needs no port and no
     * file.
     */
    private static synchronized void answer(String question) {
        int space = question.indexOf(' ');
        String property = ANSWER + question.substring(0, space);
        String command = question.substring(space + 1);
        AgentLoader inside = loader;
        String text;
        try {
            text = inside == null
                    ? "! the agent is not in this process"
                    : (String) Class.forName(COMMANDS, true, inside)
                            .getMethod("run", String.class)
                            .invoke(null, command);
            if (command.equals("detach") && !String.valueOf(text).startsWith("!")) {
                loader = null;
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            text = "! the command failed in the process: " + e;
        }
        System.setProperty(property, text);
        Thread clearing = new Thread(null, () -> clear(property), "leakguard-agent-answer", 0, false);
        clearing.setDaemon(true);
        clearing.start();
    }

    /** The asker reads the answer at once. */
    private static void clear(String property) {
        try {
            Thread.sleep(ANSWER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.clearProperty(property);
    }

    private static synchronized void start(
            @Nullable String options, Instrumentation instrumentation, boolean attached) {
        try {
            AgentLoader inside = loader;
            if (inside == null) {
                inside = new AgentLoader(jar());
            }
            Object installed = Class.forName(INSTALL, true, inside)
                    .getMethod("start", String.class, Instrumentation.class, boolean.class, String.class)
                    .invoke(null, options, instrumentation, attached, jar().getPath());
            loader = Boolean.TRUE.equals(installed) ? inside : null;
        } catch (Throwable t) {
            Throwable why = t instanceof InvocationTargetException && t.getCause() != null ? t.getCause() : t;
            System.err.println("[leakguard] the agent could not start, and the process runs without it: " + why);
        }
    }

    /** The jar that contains this class. */
    static File jar() {
        CodeSource source = LeakGuardAgent.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw new IllegalStateException("the agent's class is in no jar: start it as -javaagent:guard-agent.jar");
        }
        return new File(URI.create(source.getLocation().toString()));
    }
}
