package io.leakguard.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The flags of a JVM: this JVM's own answer, or another process's command line and the two variables of its environment
 * that hold options for a JVM. No other variable is read.
 */
final class JvmFlags {

    private static final Pattern FLAG = Pattern.compile("-XX:([+-])([A-Za-z0-9]+)|-XX:([A-Za-z0-9]+)=(.*)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})([kKmMgGtT]?)");
    private static final List<String> VARIABLES = List.of("JDK_JAVA_OPTIONS=", "JAVA_TOOL_OPTIONS=", "_JAVA_OPTIONS=");

    /** A JVM's defaults, without those that depend on the machine. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "G1PeriodicGCInterval", "0",
            "DisableExplicitGC", "false",
            "ExitOnOutOfMemoryError", "false",
            "CrashOnOutOfMemoryError", "false",
            "HeapDumpOnOutOfMemoryError", "false",
            "MaxDirectMemorySize", "0",
            "UseContainerSupport", "true",
            "MaxRAMPercentage", "25.0");

    private static final Map<String, String> COLLECTORS = Map.of(
            "UseG1GC", "G1",
            "UseSerialGC", "Serial",
            "UseParallelGC", "Parallel",
            "UseZGC", "ZGC",
            "UseShenandoahGC", "Shenandoah",
            "UseEpsilonGC", "Epsilon");

    private final boolean thisJvm;
    private final Map<String, String> given;
    /** Whether flags that are not given have their default. */
    private final boolean complete;

    private JvmFlags(boolean thisJvm, Map<String, String> given, boolean complete) {
        this.thisJvm = thisJvm;
        this.given = given;
        this.complete = complete;
    }

    static JvmFlags of(ProcFs proc) {
        return proc.isSelf()
                ? new JvmFlags(true, Map.of(), false)
                : parse(proc.read(proc.ofProcess("cmdline")), proc.read(proc.ofProcess("environ")));
    }

    static JvmFlags parse(@Nullable String commandLine, @Nullable String environment) {
        if (commandLine == null || commandLine.isEmpty()) {
            return new JvmFlags(false, Map.of(), false);
        }
        List<String> options = new ArrayList<>();
        if (environment != null) {
            for (String variable : VARIABLES.subList(0, 2)) {
                options.addAll(words(environment, variable));
            }
        }
        String[] words = commandLine.split("[\0\n]", -1);
        boolean java = words[0].endsWith("java") || words[0].endsWith("java.exe");
        for (int i = 1; i < words.length; i++) {
            String word = words[i];
            if (java && (word.equals("-jar") || (!isOption(word) && !takesValue(words[i - 1])))) {
                break; // the program's own arguments
            }
            options.add(word);
        }
        if (environment != null) {
            options.addAll(words(environment, VARIABLES.get(2)));
        }
        Map<String, String> given = new HashMap<>();
        boolean complete = java || options.stream().anyMatch(o -> o.startsWith("-XX:") || o.startsWith("-Xm"));
        for (String option : options) {
            complete &= !option.startsWith("@")
                    && !option.startsWith("-XX:Flags=")
                    && !option.startsWith("-XX:VMOptionsFile=");
            Matcher m = FLAG.matcher(option);
            if (option.startsWith("-Xmx")) {
                given.put("MaxHeapSize", size(option.substring(4)));
            } else if (m.matches()) {
                if (m.group(2) != null) {
                    given.put(m.group(2), m.group(1).equals("+") ? "true" : "false");
                } else {
                    given.put(m.group(3), size(m.group(4)));
                }
            }
        }
        return new JvmFlags(false, given, complete);
    }

    private static boolean isOption(String word) {
        return word.startsWith("-") || word.startsWith("@");
    }

    private static boolean takesValue(String option) {
        return option.equals("-cp")
                || option.equals("-classpath")
                || option.equals("--class-path")
                || option.equals("-p")
                || option.equals("--module-path")
                || option.equals("--add-modules");
    }

    private static List<String> words(String environment, String variable) {
        for (String entry : environment.split("[\0\n]", -1)) {
            if (entry.startsWith(variable)) {
                return List.of(entry.substring(variable.length()).strip().split("\\s+", -1));
            }
        }
        return List.of();
    }

    /** {@code 512m} as a number of bytes; any other text unchanged. */
    private static String size(String text) {
        Matcher m = SIZE.matcher(text);
        if (!m.matches()) {
            return text;
        }
        long n = ProcFs.parseLong(m.group(1)).orElse(0);
        int shift = m.group(2).isEmpty()
                ? 0
                : 10 * " kmgt".indexOf(Character.toLowerCase(m.group(2).charAt(0)));
        return n > Long.MAX_VALUE >> shift ? text : Long.toString(n << shift);
    }

    /** The flag's value; empty if unknown. */
    Optional<String> get(String name) {
        if (thisJvm) {
            return Beans.flag(name);
        }
        String value = given.get(name);
        return Optional.ofNullable(value != null ? value : complete ? DEFAULTS.get(name) : null);
    }

    OptionalLong number(String name) {
        return ProcFs.parseLong(get(name).orElse(null));
    }

    boolean isOn(String name) {
        return get(name).filter("true"::equals).isPresent();
    }

    /** The collector's name; empty if the JVM chose it by itself and doesn't name it. */
    Optional<String> collector() {
        return COLLECTORS.entrySet().stream()
                .filter(e -> isOn(e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** The largest heap, in bytes. Known for another process only if its command line sets it. */
    OptionalLong maxHeap() {
        return number("MaxHeapSize");
    }
}
