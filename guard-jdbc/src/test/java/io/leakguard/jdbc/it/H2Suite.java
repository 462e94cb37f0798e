package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.jdbc.suite.FrontDriver;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * H2's own tests of its JDBC classes, with the guard before its driver. {@code mvn -Ph2-suite -Dh2.tests=<folder>}, which is
 * {@code h2/src/test} of a checkout of H2's sources; with {@code -Dh2.raw=true} without the guard, to compare.
 */
class H2Suite {

    private static final List<String> MODES = List.of("mem", "lazy", "file", "net");
    private static final String PORT = "9192";
    private static final boolean RAW = Boolean.getBoolean("h2.raw");

    /** What can't pass, and why. */
    private static final Map<String, String> IMPOSSIBLE =
            Map.of("TestDriver", "it tests that H2's driver is registered, whose place the guard takes");

    /** They cast connections to that class of H2's. */
    private static final Set<String> CASTING = Set.of("TestLobApi", "TestSQLXML");

    private static final String VIEWS = "java.sql.Connection=org.h2.jdbc.JdbcConnection";

    /**
     * H2's tests wait 50 ms for a lock. This one has eight threads update one row as fast as they can, so that on a busy
     * machine one of them waits for longer, guarded or not.
     */
    private static final Map<String, Integer> LOCK_TIMEOUT_MILLIS = Map.of("TestConcurrentConnectionUsage", 30_000);

    /** In memory they ask H2's driver itself, so that nothing passes the guard. */
    private static final Set<String> PAST_THE_GUARD = Set.of("TestDatabaseEventListener");

    private static final Pattern TESTS = Pattern.compile("Test\\w+\\.java");

    /** A hundred thousand connections, and a lock that is waited for for half a second: in one mode only. */
    private static final Set<String> LONG = Set.of("TestCachedQueryResults");

    private final Path sources = Path.of(System.getProperty("h2.tests", ""));

    @TestFactory
    Stream<DynamicTest> h2_s_own_jdbc_tests_pass() throws Exception {
        assertThat(sources.resolve("org/h2/test/jdbc"))
                .as("H2's tests; give -Dh2.tests=<h2/src/test of a checkout of its sources>")
                .isDirectory();
        List<String> names;
        try (Stream<Path> files = Files.list(sources.resolve("org/h2/test/jdbc"))) {
            names = files.map(f -> f.getFileName().toString())
                    .filter(f -> TESTS.matcher(f).matches())
                    .map(f -> f.substring(0, f.length() - ".java".length()))
                    .filter(f -> f.matches(System.getProperty("suite.classes", ".*")))
                    .sorted()
                    .toList();
        }
        Path classes = compiled(names);
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : names) {
            for (String mode : LONG.contains(name) ? MODES.subList(0, 1) : MODES) {
                tests.add(DynamicTest.dynamicTest(name + "/" + mode, () -> inItsOwnJvm(classes, name, mode)));
            }
        }
        return tests.stream();
    }

    /** H2 loads classes of its tests by name, so they must be on the class path. */
    private static void inItsOwnJvm(Path classes, String name, String mode) throws Exception {
        if (!RAW && IMPOSSIBLE.containsKey(name)) {
            Assumptions.abort(IMPOSSIBLE.get(name));
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dh2.raw=" + RAW,
                        "-cp",
                        classes + File.pathSeparator + classPath(),
                        One.class.getName(),
                        name,
                        mode)
                .redirectErrorStream(true)
                .directory(classes.toFile())
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        Assumptions.assumeTrue(exit != One.DISABLED, "H2 leaves it out in this mode");
        assertThat(exit).as(output).isZero();
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Runs one test in one mode. */
    static final class One {
        static final int DISABLED = 3;

        private One() {}

        public static void main(String[] args) {
            try {
                run(args[0], args[1]);
                System.exit(0);
            } catch (Throwable e) {
                e.printStackTrace();
                System.exit(1); // else H2's server would keep this JVM alive
            }
        }

        private static void run(String name, String mode) throws Exception {
            LeakGuard guard = LeakGuard.builder().log(false).build();
            if (!RAW) {
                new FrontDriver(new org.h2.Driver(), guard, CASTING.contains(name) ? VIEWS : "").install();
            }
            org.h2.tools.Server server = mode.equals("net")
                    ? org.h2.tools.Server.createTcpServer("-ifNotExists", "-tcpPort", PORT)
                            .start()
                    : null;
            Class<?> allType = Class.forName("org.h2.test.TestAll");
            Object all = allType.getConstructor().newInstance();
            allType.getField("memory").setBoolean(all, !mode.equals("file"));
            allType.getField("lazy").setBoolean(all, mode.equals("lazy"));
            allType.getField("networked").setBoolean(all, server != null);
            allType.getField("lockTimeout").setInt(all, LOCK_TIMEOUT_MILLIS.getOrDefault(name, 50));
            Class<?> type = Class.forName("org.h2.test.jdbc." + name);
            Object test = type.getConstructor().newInstance();
            type.getMethod("init", allType).invoke(test, all);
            if (!(boolean) type.getMethod("isEnabled").invoke(test)) {
                System.exit(DISABLED);
            }
            type.getMethod("test").invoke(test);
            boolean settled = guard.awaitCollection(Duration.ofMinutes(1));
            long guarded = guard.stats().of(ResourceKind.of("jdbc.connection")).opened();
            System.out.println(name + "/" + mode + ": " + guarded + " connections guarded");
            boolean passed = RAW || guarded != 0 || PAST_THE_GUARD.contains(name);
            if (!settled || guard.stats().internalErrors() != 0 || !passed) {
                throw new IllegalStateException(guard.stats().toString());
            }
        }
    }

    // --------------------------------------------------------------------------------------------- compiling them

    /** With what they need of H2's other tests, but without the class that knows all of these, which needs much more. */
    private Path compiled(List<String> names) throws IOException {
        Path classes = Files.createTempDirectory(Path.of("target"), "h2-tests").toAbsolutePath();
        Path all = Files.createDirectories(classes.resolve("org/h2/test")).resolve("TestAll.java");
        Files.writeString(all, configuration());
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-nowarn",
                "-encoding",
                "UTF-8",
                "-cp",
                classPath(),
                "-sourcepath",
                classes + File.pathSeparator + sources,
                "-d",
                classes.toString(),
                all.toString()));
        names.forEach(n ->
                arguments.add(sources.resolve("org/h2/test/jdbc/" + n + ".java").toString()));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .as("compiling H2's tests")
                .isZero();
        return classes;
    }

    /** The fields of H2's class of that name, which are the settings of its tests. */
    private String configuration() throws IOException {
        Pattern field = Pattern.compile("^    (?! )[^(*/@]*[\\w>] \\w+( = [^{]*)?;$");
        String fields = Files.readString(sources.resolve("org/h2/test/TestAll.java"))
                .lines()
                .filter(line -> field.matcher(line).matches() && !line.contains("private"))
                .collect(Collectors.joining("\n"));
        return "package org.h2.test;\nimport java.util.*;\nimport org.h2.util.*;\npublic class TestAll {\n" + fields
                + "\n    void beforeTest() {}\n    void afterTest() {}\n    public int getPort() { return " + PORT
                + "; }\n}\n";
    }
}
