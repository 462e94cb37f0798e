package io.leakguard.agent.internal;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings after {@code -javaagent:guard-agent.jar=}. Each sets the system property {@code leakguard.<key>}, so
 * that a guard of the application has the same settings. Settings of a file apply only if no property sets them.
 */
final class AgentOptions {

    private static final String PREFIX = "leakguard.";
    /** The key for the name of a properties file. */
    private static final String CONFIG = "config";

    private final Map<String, String> before = new LinkedHashMap<>();

    private AgentOptions() {}

    /**
     * Sets system properties from the options.
     *
     * @throws IllegalArgumentException if the options can't be read; the message names the fix
     */
    static AgentOptions apply(@Nullable String options) {
        AgentOptions applied = new AgentOptions();
        try {
            Map<String, String> given = parse(options == null ? "" : options.strip());
            String file = given.remove(CONFIG);
            if (file == null) {
                file = System.getProperty(PREFIX + "agent." + CONFIG);
            }
            if (file != null) {
                read(file).forEach((key, value) -> {
                    if (System.getProperty(key) == null) {
                        applied.set(key, value);
                    }
                });
            }
            given.forEach((key, value) -> applied.set(full(key), value));
        } catch (RuntimeException e) {
            applied.undo();
            throw e;
        }
        return applied;
    }

    /** Removes the settings again: the process runs without the guard. */
    void undo() {
        before.forEach((key, value) -> {
            if (value.isEmpty()) {
                System.clearProperty(key);
            } else {
                System.setProperty(key, value);
            }
        });
        before.clear();
    }

    private void set(String key, String value) {
        String old = System.setProperty(key, value);
        before.putIfAbsent(key, old == null ? "" : old);
    }

    private static String full(String key) {
        return key.startsWith(PREFIX) ? key : PREFIX + key;
    }

    static Map<String, String> parse(String options) {
        Map<String, String> result = new LinkedHashMap<>();
        String last = "";
        for (String part : options.split(",", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? "" : part.substring(0, equals).strip();
            // overdue=socket=5min,file.input=1h: the part after a limit is a limit too, unless it has a setting's name.
            boolean continues = !last.isEmpty() && (equals < 0 || isLimit(last, key));
            if (continues) {
                result.merge(last, part, (a, b) -> a + "," + b);
            } else if (equals > 0) {
                result.put(key, part.substring(equals + 1).strip());
                last = key;
            } else if (!part.isBlank()) {
                throw new IllegalArgumentException(
                        "agent option '" + part + "' has no value: give options as key=value,"
                                + " separated by commas, like -javaagent:guard-agent.jar=capture=500/s,watch.interval=5s");
            }
        }
        return result;
    }

    private static boolean isLimit(String last, String key) {
        return last.endsWith("overdue") && !KEYS.matcher(key).matches();
    }

    /** The prefixes of the settings' keys. Kinds begin with other words. */
    private static final Pattern KEYS =
            Pattern.compile("(leakguard\\.|agent\\.|watch\\.(?!service)|junit\\.|jdbc\\.[a-z]+\\.|netty\\.).*"
                    + "|config|enabled|name|capture|escalation|app\\.packages|blame\\.skip|report\\..*|reports\\..*|sites\\.max"
                    + "|queue\\.capacity|reclaim|trace|mdc|hold\\.durations|log|scope\\.(grace|inherit)|growth\\..*|dump\\.signal"
                    + "|shutdown\\..*|held\\.by|heap\\.(dump|reader)\\..*|suppressions");

    private static Map<String, String> read(String file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("agent option config: '" + file + "' can't be read (" + e
                    + "): give the path of a properties file with lines like leakguard.capture=500/s");
        }
        Map<String, String> result = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(key -> result.put(full(key), properties.getProperty(key)));
        return result;
    }
}
