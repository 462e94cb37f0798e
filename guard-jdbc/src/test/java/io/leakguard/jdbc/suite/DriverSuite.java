package io.leakguard.jdbc.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.jdbc.suite.Outcomes.Difference;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a driver's own tests without the guard and with it, each time in a process of its own, and compares them test by test.
 * The classes with a difference are run again, both ways: a test that depends on time or chance differs only once.
 */
final class DriverSuite {

    /** What a comparison found. */
    record Comparison(Outcomes raw, Outcomes guarded, List<Difference> differences, List<Difference> unstable) {
        @Override
        public String toString() {
            return "without the guard " + raw.counts() + ", with it " + guarded.counts() + ", " + differences.size()
                    + " differ, " + unstable.size() + " differed once only";
        }
    }

    private static final Pattern CLASS = Pattern.compile("\\[(?:class|class-template|runner):([^\\]]+)\\]");
    private static final long HOURS = 3;

    private final String driver;
    private final String classPath;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Path results;
    private final Path opened;

    /**
     * @param driver the class of the driver
     * @param classPath folders of compiled tests and jars that they need, as a class path
     * @param results a folder that is filled with what was found
     */
    DriverSuite(String driver, String classPath, Path results) throws IOException {
        this.driver = driver;
        this.classPath = classPath;
        this.results = Files.createDirectories(results).toAbsolutePath();
        this.opened = Files.createDirectories(this.results.resolve("opened"));
    }

    /** Lets views override the final methods of a driver's class: both runs use the class without that keyword. */
    DriverSuite open(String className) throws IOException {
        OpenedClasses.write(className, opened);
        return this;
    }

    /** A system property of the tests. */
    DriverSuite with(String name, String value) {
        properties.put(name, value);
        return this;
    }

    /** The folders of a system property's class path; an error names the property if it has none. */
    static String classPath(String property, String example) {
        String value = System.getProperty(property, "");
        assertThat(folders(value))
                .as("folders of compiled tests; give -D%s=%s", property, example)
                .isNotEmpty()
                .allSatisfy(folder -> assertThat(folder).isDirectory());
        return value;
    }

    private static List<Path> folders(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isBlank() && !entry.endsWith(".jar"))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .toList();
    }

    /** Runs the classes whose names match a pattern. */
    Comparison compare(String classes) throws Exception {
        Outcomes raw = run("raw", false, classes);
        Outcomes guarded = run("guarded", true, classes);
        List<Difference> once = Outcomes.differences(raw, guarded);
        if (once.isEmpty()) {
            return new Comparison(raw, guarded, once, once);
        }
        String again = once.stream()
                .map(Difference::test)
                .flatMap(test -> classesOf(test).stream())
                .distinct()
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        List<Difference> twice =
                Outcomes.differences(run("raw-again", false, again), run("guarded-again", true, again));
        List<Difference> repeated = Outcomes.repeated(once, twice);
        List<Difference> unstable = new ArrayList<>(once);
        unstable.removeAll(repeated);
        return new Comparison(raw, guarded, repeated, unstable);
    }

    /** Of a test's unique name. */
    static Set<String> classesOf(String test) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = CLASS.matcher(test);
        if (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private Outcomes run(String name, boolean guarded, String classes) throws Exception {
        Path outcomes = results.resolve(name + ".outcomes");
        Path counts = results.resolve(name + ".properties");
        Path log = results.resolve(name + ".log");
        Files.deleteIfExists(counts);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-cp",
                opened
                        + File.pathSeparator
                        + classPath
                        + File.pathSeparator
                        + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                SuiteMain.class.getName(),
                driver,
                String.valueOf(guarded),
                classes,
                outcomes.toString(),
                counts.toString()));
        folders(classPath).forEach(folder -> command.add(folder.toString()));
        Process process = new ProcessBuilder(command)
                .directory(results.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Redirect.from(new File(File.separatorChar == '\\' ? "NUL" : "/dev/null")))
                .start();
        try {
            assertThat(process.waitFor(HOURS, TimeUnit.HOURS))
                    .as("the tests end; see %s", log)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as("the exit code; see %s", log).isZero();
        Properties counted = new Properties();
        try (Reader in = Files.newBufferedReader(counts, StandardCharsets.UTF_8)) {
            counted.load(in);
        }
        assertThat(counted.getProperty("internalErrors"))
                .as("internal errors; see %s", log)
                .isEqualTo("0");
        assertThat(Long.parseLong(counted.getProperty("guarded")))
                .as("connections that were guarded")
                .satisfies(n -> assertThat(n > 0).isEqualTo(guarded));
        return Outcomes.read(outcomes);
    }
}
