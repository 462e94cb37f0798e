package io.leakguard.junit;

import io.leakguard.internal.base.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings {@code leakguard.junit.*}, from JUnit's configuration parameters, which include the system properties. */
record Settings(
        boolean enabled,
        Agent agent,
        LeakMode mode,
        Duration grace,
        Gc gc,
        Duration gcTimeout,
        Map<Watched, Check> checks,
        Level descriptorsLevel,
        Level threadsLevel,
        Path output,
        Path baseline,
        BaselineWrite baselineWrite,
        boolean heldBy) {

    static final String PREFIX = "leakguard.junit.";

    /** Whether the agent is put into the JVM, if the class path has it. */
    enum Agent {
        ATTACH,
        OFF
    }

    /** When the garbage collector is run to find what only it can find. */
    enum Gc {
        TEST,
        CLASS,
        SUITE,
        OFF
    }

    /** The effect of a finding. */
    enum Check {
        OFF,
        WARN,
        FAIL
    }

    /** When descriptors and threads are compared. */
    enum Level {
        TEST,
        CLASS,
        SUITE
    }

    /** Whether this run writes the baseline file. */
    enum BaselineWrite {
        FALSE,
        /** The same as replace. */
        TRUE,
        REPLACE,
        MERGE;

        boolean on() {
            return this != FALSE;
        }
    }

    /** Nobody waits for longer, and it can be counted in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(1);

    static final List<String> KEYS = List.of(
            "enabled",
            "agent",
            "mode",
            "grace",
            "gc",
            "gc.timeout",
            "descriptors",
            "descriptors.level",
            "threads",
            "threads.level",
            "threads.daemon",
            "processes",
            "temp.files",
            "state",
            "class.loaders",
            "output",
            "baseline",
            "baseline.write",
            "held.by");

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException if a setting is unknown or has a bad value; the message names it and the fix
     */
    static Settings read(Function<String, Optional<String>> parameters) {
        return read(parameters, false);
    }

    /** As above; if the agent is there, more is known for sure, and more fails by default. */
    static Settings read(Function<String, Optional<String>> parameters, boolean withAgent) {
        checkNames("system property", System.getProperties());
        checkNames("junit-platform.properties", propertiesFile());
        Function<String, String> get =
                key -> parameters.apply(PREFIX + key).map(String::strip).orElse("");
        LeakMode mode = of(LeakMode.class, "mode", get.apply("mode"), LeakMode.FAIL, LeakMode.CONFIGURED);
        BaselineWrite write =
                of(BaselineWrite.class, "baseline.write", get.apply("baseline.write"), BaselineWrite.FALSE, null);
        return new Settings(
                bool("enabled", get.apply("enabled")),
                of(Agent.class, "agent", get.apply("agent"), Agent.ATTACH, null),
                write.on() ? LeakMode.BASELINE : mode,
                duration(PREFIX + "grace", get.apply("grace"), Duration.ofMillis(500)),
                of(Gc.class, "gc", get.apply("gc"), Gc.CLASS, null),
                atLeast(
                        Duration.ofMillis(1),
                        PREFIX + "gc.timeout",
                        duration(PREFIX + "gc.timeout", get.apply("gc.timeout"), Duration.ofSeconds(10))),
                checks(get, mode == LeakMode.BASELINE, withAgent),
                of(Level.class, "descriptors.level", get.apply("descriptors.level"), Level.TEST, null),
                of(Level.class, "threads.level", get.apply("threads.level"), Level.TEST, null),
                path(
                        "output",
                        get.apply("output")
                                .replace(
                                        "{pid}",
                                        Long.toString(ProcessHandle.current().pid())),
                        defaultOutput()),
                path("baseline", get.apply("baseline"), Path.of("leakguard-baseline.txt")),
                write,
                HoldersOfLeaks.isWanted(get.apply("held.by")));
    }

    /** Tells whether the run was switched on from the command line, so that the project's code must not change. */
    boolean fromCommandLine() {
        return "true".equalsIgnoreCase(System.getProperty(PREFIX + "enabled"));
    }

    private static Map<Watched, Check> checks(Function<String, String> get, boolean baseline, boolean withAgent) {
        Map<Watched, Check> checks = new EnumMap<>(Watched.class);
        for (Watched watched : Watched.values()) {
            Check otherwise = switch (watched) {
                // With a baseline there is a list of those that are known: a new one fails.
                case DESCRIPTORS -> baseline ? Check.FAIL : Check.WARN;
                case THREADS -> baseline || withAgent ? Check.FAIL : Check.WARN;
                case DAEMON_THREADS, PROCESSES -> Check.WARN;
                // In a shared folder, new files may belong to others.
                case TEMP_FILES -> TempFileSource.isShared() ? Check.OFF : Check.WARN;
                case STATE, CLASS_LOADERS -> Check.OFF;
            };
            checks.put(watched, of(Check.class, watched.key, get.apply(watched.key), otherwise, null));
        }
        return checks;
    }

    /** The effect of a difference. */
    Check check(Watched watched) {
        return checks.getOrDefault(watched, Check.OFF);
    }

    /** When differences are looked for. */
    Level level(Watched watched) {
        if (watched == Watched.CLASS_LOADERS && threadsLevel == Level.TEST) {
            return Level.CLASS; // each look needs a collection
        }
        return watched == Watched.DESCRIPTORS ? descriptorsLevel : threadsLevel;
    }

    private static void checkNames(String source, Properties properties) {
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            if (name.startsWith(PREFIX) && !KEYS.contains(name.substring(PREFIX.length()))) {
                throw new IllegalArgumentException(source + ": there is no setting '" + name + "'; the settings are "
                        + KEYS.stream().map(k -> PREFIX + k).collect(Collectors.joining(", ")));
            }
        }
    }

    static @Nullable String fromPropertiesFile(String key) {
        return propertiesFile().getProperty(key);
    }

    /** JUnit's own file. The extension's API can't list its keys, so misspelt ones are looked for here. */
    private static Properties propertiesFile() {
        Properties result = new Properties();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (InputStream in = loader == null ? null : loader.getResourceAsStream("junit-platform.properties")) {
            if (in != null) {
                result.load(in);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("junit-platform.properties can't be read: " + e.getMessage(), e);
        }
        return result;
    }

    private static IllegalArgumentException bad(String key, String value, String expected) {
        return new IllegalArgumentException("'" + value + "' is not a value for " + key + ": give " + expected);
    }

    static boolean bool(String key, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "", "true" -> true;
            case "false" -> false;
            default -> throw bad(PREFIX + key, value, "true or false");
        };
    }

    private static <E extends Enum<E>> E of(
            Class<E> type, String key, String value, E otherwise, @Nullable E notOffered) {
        if (value.isEmpty()) {
            return otherwise;
        }
        Map<String, E> values = new LinkedHashMap<>();
        Arrays.stream(type.getEnumConstants())
                .filter(e -> e != notOffered)
                .forEach(e -> values.put(e.name().toLowerCase(Locale.ROOT), e));
        E found = values.get(value.toLowerCase(Locale.ROOT));
        if (found == null) {
            throw bad(PREFIX + key, value, String.join(", ", values.keySet()));
        }
        return found;
    }

    static Duration duration(String key, String value, Duration otherwise) {
        if (value.isEmpty()) {
            return otherwise;
        }
        Duration duration =
                Durations.parse(value).orElseThrow(() -> bad(key, value, "a time like 500ms, 2s, 1min or 0"));
        if (duration.isNegative()) {
            throw bad(key, value, "a time like 500ms, 2s, 1min or 0");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw bad(key, value, "a time of at most " + LONGEST.toMinutes() + "min");
        }
        return duration;
    }

    private static Duration atLeast(Duration least, String key, Duration value) {
        if (value.compareTo(least) < 0) {
            throw bad(key, "0", "a time of at least " + least.toMillis() + "ms, or set " + PREFIX + "gc to off");
        }
        return value;
    }

    private static Path path(String key, String value, Path otherwise) {
        try {
            return value.isEmpty() ? otherwise : Path.of(value);
        } catch (InvalidPathException e) {
            throw bad(PREFIX + key, value, "a path");
        }
    }

    /** Maven's or Gradle's output folder. */
    private static Path defaultOutput() {
        boolean gradle = !Files.exists(Path.of("pom.xml"))
                && (Files.exists(Path.of("build.gradle"))
                        || Files.exists(Path.of("build.gradle.kts"))
                        || Files.isDirectory(Path.of("build")));
        return Path.of(gradle ? "build" : "target", "leakguard");
    }
}
