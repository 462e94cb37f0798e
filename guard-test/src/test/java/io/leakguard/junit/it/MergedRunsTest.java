package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.junit.AllowLeaks;
import io.leakguard.junit.LeakGuarded;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build of several JVMs, or of several test plans in one, has one result. */
class MergedRunsTest {

    static final List<Object> HELD = new ArrayList<>();

    @TempDir
    Path output;

    @LeakGuarded
    static class First {
        @Test
        @AllowLeaks(kind = "test.thing", reason = "needed in this run, and in no other")
        void leaks_what_is_allowed() {
            HELD.add(new Thing("allowed"));
        }

        @Test
        void leaks() {
            HELD.add(new Thing("first"));
        }
    }

    @LeakGuarded
    static class Second extends First {
        @Test
        @AllowLeaks(kind = "file.input", reason = "never needed")
        void is_clean() {
            new Thing("closed").close();
        }
    }

    private static long files(Path folder, String end) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(end)).count();
        }
    }

    /** Where the first object or array that was opened is closed again. */
    private static int endOfFirst(String json) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (quoted) {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void the_file_is_one_object() {
        String json = new Runs(output)
                .with("leakguard.junit.grace", "10ms")
                .run(First.class)
                .json();
        assertThat(endOfFirst(json)).isEqualTo(json.strip().length() - 1);
        assertThat(json).contains("\"closedLate\": 0,\n  \"leaks\": [");
    }

    @Test
    void two_plans_in_one_jvm_are_one_result() throws Exception {
        new Runs(output).with("leakguard.junit.grace", "10ms").run(First.class);
        assertThat(Files.readString(output.resolve("leaks.json"))).contains("\"runs\": 1", "\"tests\": 2");
        Runs.Result both =
                new Runs(output).with("leakguard.junit.grace", "10ms").merging().run(Second.class);
        assertThat(both.json())
                .contains("\"runs\": 2", "\"tests\": 5", "\"counts\": {\n    \"leaks\": 2\n  }")
                .contains(
                        "\"test\": \"MergedRunsTest$First > leaks()\"", "\"test\": \"MergedRunsTest$Second > leaks()\"")
                .contains("\"unusedAllowances\": [\n    \"@AllowLeaks(kind=file.input")
                .doesNotContain("\"unusedAllowances\": [\n    \"@AllowLeaks(kind=test.thing");
        assertThat(both.text()).contains("5 tests in 2 runs, 4 leaks of any verdict");
        assertThat(Files.readString(output.resolve("leaks.html")))
                .contains("5 tests in 2 runs", "\"2 leaks.\"", "MergedRunsTest$First \\u003e leaks()");
        assertThat(files(output.resolve("runs"), ".html")).isEqualTo(2);
    }

    /** Runs a class of another test in a JVM that is a fork of this one, as a build tool's are. */
    private String fork(String testClass) throws Exception {
        Path out = output.resolve("out.txt");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dsurefire.real.class.path=as_Surefire_sets_it",
                "-Dleakguard.junit.enabled=true",
                "-cp",
                ManagementFactory.getRuntimeMXBean().getClassPath(),
                SwitchOnTest.Main.class.getName(),
                testClass);
        // By a shell of its own, as Surefire does.
        Process process = new ProcessBuilder("sh", "-c", "'" + String.join("' '", command) + "'; exit $?")
                .directory(output.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out);
    }

    @Test
    void jvms_of_one_build_are_one_result_and_a_second_run_of_a_class_replaces_its_first() throws Exception {
        fork(First.class.getName());
        String last = fork(Second.class.getName());
        assertThat(last)
                .contains("[leakguard] 3 tests, 1 leak")
                .contains(
                        "[leakguard] all 2 runs of this build so far: 5 tests, 2 leaks · target/leakguard/leaks.html");
        fork(Second.class.getName());
        assertThat(Files.readString(output.resolve("target/leakguard/leaks.json")))
                .contains("\"runs\": 2", "\"tests\": 5");
    }

    @Test
    void what_is_of_an_earlier_build_is_gone() throws Exception {
        Path runs = Files.createDirectories(output.resolve("runs"));
        Files.writeString(runs.resolve("1-1-1.properties"), "build=1-1\npid=1\nclasses=com.acme.OldTest\n");
        Files.writeString(runs.resolve("1-1-1.html"), "old");
        new Runs(output).with("leakguard.junit.grace", "10ms").merging().run(First.class);
        assertThat(files(runs, ".html")).isEqualTo(1);
        assertThat(Files.readString(output.resolve("leaks.json"))).contains("\"runs\": 1");
    }
}
