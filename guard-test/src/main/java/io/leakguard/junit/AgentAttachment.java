package io.leakguard.junit;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Puts the agent into this JVM, by the JVM's own diagnostic command: no other process is needed, nor the module {@code
 * jdk.attach}. Since Java 21 the JVM prints a warning then, so {@code -javaagent} is the better way there.
 */
final class AgentAttachment {

    private static final String BRIDGE = "java.lang.LeakGuardBridge";
    private static final String INSTALLED = "leakguard.agent.installed";

    /** The run compares the process itself. */
    private static final String OPTIONS = "agent.watch=false";

    /** What is opened is the application's: nothing may be written here while hooks look. */
    private static final Object LOCK = new Object();

    private static @Nullable String problem;

    private AgentAttachment() {}

    /** Tells whether the agent is in this JVM. */
    static boolean isThere() {
        try {
            Class.forName(BRIDGE, false, null);
            return System.getProperty(INSTALLED) != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Attaches the agent if the class path has one and it isn't there yet. Says once why that failed.
     *
     * @return whether it is there
     */
    static boolean attach(Path folder) {
        synchronized (LOCK) {
            if (isThere()) {
                return true;
            }
            if (problem != null) {
                return false;
            }
            try {
                Path jar = AgentJar.find(folder);
                if (jar == null) {
                    return false;
                }
                String why = load(jar);
                if (why == null) {
                    return true;
                }
                problem = why + "; start the tests' JVM with -javaagent:" + jar + "=" + OPTIONS;
            } catch (IOException e) {
                problem = "its jar could not be written to " + folder + ": " + e;
            }
            Console.print(
                    "[leakguard] the agent could not be attached, and what nobody wraps is told without the line: "
                            + problem);
            return false;
        }
    }

    /** Some JVMs' command would load it all the same. */
    private static boolean isForbidden() {
        HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return options != null
                    && options.getVMOption("EnableDynamicAgentLoading")
                            .getValue()
                            .equals("false");
        } catch (IllegalArgumentException e) {
            return false; // a JVM without that option
        }
    }

    /** Returns why it could not be loaded; null if it could. */
    private static @Nullable String load(Path jar) {
        if (jar.toString().indexOf('"') >= 0) {
            return "the JVM can't load an agent from the path " + jar;
        }
        try {
            if (isForbidden()) {
                return "the JVM runs with -XX:-EnableDynamicAgentLoading";
            }
            Object answer = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "jvmtiAgentLoad",
                            new Object[] {new String[] {"\"" + jar + "\"", "\"" + OPTIONS + "\""}},
                            new String[] {String[].class.getName()});
            return isThere()
                    ? null
                    : "the JVM answered: " + String.valueOf(answer).strip();
        } catch (JMException | RuntimeException | LinkageError e) {
            return "this JVM has no command for that (" + e + ")";
        }
    }
}
