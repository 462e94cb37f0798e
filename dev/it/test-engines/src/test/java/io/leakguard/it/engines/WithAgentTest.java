package io.leakguard.it.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the agent on the class path of a project that wraps nothing, the test that leaks fails, with the line. */
@EnabledOnOs(OS.LINUX)
class WithAgentTest {

    private static final boolean CLIENTS_ARE_CLOSED = Runtime.version().feature() >= 21;

    private static final Pattern LEAK = Pattern.compile(
            "\"verdict\": \"(\\w+)\".*?\"test\": \"([^\"]*)\".*?\"cause\": \"(\\w+)\",\\s*\"kind\": \"([\\w.]+)\""
                    + ",\\s*\"description\": \"([^\"]*)\",\\s*\"site\": \"([^\"]*)\"",
            Pattern.DOTALL);

    @TempDir
    Path folder;

    private record Told(String verdict, String test, String cause, String kind, String description, String site) {}

    private static List<Told> leaks(Forks.Result result) {
        Matcher m = LEAK.matcher(result.json());
        return m.results()
                .map(r -> new Told(r.group(1), r.group(2), r.group(3), r.group(4), r.group(5), r.group(6)))
                .toList();
    }

    /** The lines of a test class that are marked, by the mark. */
    private static Map<String, Integer> lines(String testClass, String mark) throws IOException {
        Map<String, Integer> result = new TreeMap<>();
        List<String> lines = Files.readAllLines(Path.of("src/test/java/com/acme/" + testClass + ".java"));
        for (int i = 0; i < lines.size(); i++) {
            int at = lines.get(i).indexOf("// " + mark + " ");
            if (at > 0) {
                result.put(lines.get(i).substring(at + mark.length() + 4).strip(), i + 1);
            }
        }
        return result;
    }

    @ParameterizedTest
    @EnumSource(names = {"ON_CLASS_PATH", "AS_OPTION"})
    void each_test_that_leaves_something_fails_with_the_line_and_no_other(Forks.Agent agent) throws Exception {
        Forks.Result result = Forks.run(folder, agent, "6", "com.acme.UnwrappedTest", "-Dleakguard.junit.enabled=true");
        Map<String, Integer> lines = lines("UnwrappedTest", "leaves");
        if (!CLIENTS_ARE_CLOSED) {
            lines.remove("http.client"); // before 21 there is no way to close one
        }
        List<Told> leaks = leaks(result);
        Map<String, String> expected = new TreeMap<>();
        lines.forEach((kind, line) -> expected.put(kind, "UnwrappedTest.java:" + line));
        Map<String, String> told = new TreeMap<>();
        leaks.forEach(l -> told.put(l.kind(), l.site().replaceAll(".*\\((.*)\\)", "$1")));
        assertThat(told).as(result.out()).containsExactlyInAnyOrderEntriesOf(expected);
        assertThat(leaks)
                .hasSameSizeAs(expected.keySet())
                .allSatisfy(l -> assertThat(l.verdict()).isEqualTo("failed"));
        assertThat(leaks.stream().filter(l -> l.cause().equals("collected")).map(Told::kind))
                .containsExactlyInAnyOrder("file.input", "socket.channel.datagram");
        String failures = result.out().substring(result.out().indexOf("Failures ("));
        for (Told leak : leaks) {
            assertThat(failures).contains("UnwrappedTest:" + leak.test().substring("UnwrappedTest > ".length()));
        }
        assertThat(failures)
                .contains("tests found: 11, failed: " + leaks.size())
                .contains("1 thread left by UnwrappedTest > keeps_a_thread()")
                .contains("started at com.acme.UnwrappedTest.keeps_a_thread(UnwrappedTest.java:"
                        + lines("UnwrappedTest", "starts").get("thread") + ")")
                .doesNotContain("is_clean", "pool-1-thread", "INCONCLUSIVE");
        // Each once: no descriptor is told again without its line.
        assertThat(result.out()).contains(" leaks, left: 1 thread · ").doesNotContain("0 leaks");
        if (agent == Forks.Agent.AS_OPTION) {
            assertThat(result.out()).doesNotContain("loaded dynamically");
        }
    }

    @Test
    void a_resource_that_the_class_closes_is_no_leak_and_one_of_the_suite_is_told_apart() throws Exception {
        Forks.Result result = Forks.run(
                folder, Forks.Agent.ON_CLASS_PATH, "5.14", "com.acme.SharedTest", "-Dleakguard.junit.enabled=true");
        assertThat(result.out())
                .contains("tests found: 2, failed: 0", "the session ended well")
                .contains("a server or a cache of the suite, or a leak")
                .doesNotContain("Failures (");
        assertThat(leaks(result))
                .containsExactly(new Told(
                        "warned",
                        "SharedTest",
                        "escaped_scope",
                        "socket.server",
                        "",
                        "SharedTest.starts_a_server_for_all_classes(SharedTest.java:"
                                + lines("SharedTest", "leaves").get("socket.server") + ")"));
    }

    @Test
    void what_helpers_keep_is_the_suites_and_what_they_drop_is_the_tests() throws Exception {
        Forks.Result result = Forks.run(
                folder,
                Forks.Agent.ON_CLASS_PATH,
                "5.14",
                "com.acme.UsesHelpersTest",
                "-Dleakguard.junit.enabled=true");
        Map<String, Integer> lines = lines("TestServer", "leaves");
        assertThat(leaks(result).stream().map(l -> l.verdict() + " " + l.kind() + " " + l.site()))
                .as(result.out())
                .containsExactlyInAnyOrder(
                        "failed file.input TestServer.dropped(TestServer.java:" + lines.get("file.input") + ")",
                        "warned socket.server TestServer.port(TestServer.java:" + lines.get("socket.server") + ")");
        assertThat(result.out())
                .contains("tests found: 3, failed: 1", "has_a_helper_drop_a_file", "left: 1 thread")
                .contains("opened by a class that helps tests, and open when the suite ended")
                .contains("[leakguard] WARNING: 1 thread left by UsesHelpersTest > starts_");
    }

    @ParameterizedTest
    @EnumSource(names = {"ON_CLASS_PATH", "NONE"})
    void what_a_context_of_springs_tests_has_open_is_grouped_and_fails_nobody(Forks.Agent agent) throws Exception {
        Forks.Result result = Forks.run(
                folder,
                agent,
                "5.14",
                "com.acme.SpringContextTest",
                "-Dleakguard.junit.enabled=true",
                "-Dleakguard.junit.threads=fail");
        assertThat(result.out())
                .contains("tests found: 2, failed: 0", "the session ended well")
                .contains("[leakguard] meant to live as long as the JVM: ")
                .contains("of an application context that Spring's tests keep until the JVM ends")
                .doesNotContain("Failures (");
        if (agent == Forks.Agent.ON_CLASS_PATH) {
            assertThat(leaks(result).stream().map(l -> l.verdict() + " " + l.kind()))
                    .containsExactlyInAnyOrder("long_lived executor", "long_lived socket.server");
            assertThat(result.out()).doesNotContain("WARNING: 1 ");
        }
    }

    @Test
    void tests_that_run_in_parallel_are_told_apart() throws Exception {
        Forks.Result result = Forks.run(
                folder,
                Forks.Agent.ON_CLASS_PATH,
                "5.14",
                "com.acme.ParallelTest",
                "-Dleakguard.junit.enabled=true",
                "-Djunit.jupiter.execution.parallel.enabled=true",
                "-Djunit.jupiter.execution.parallel.config.strategy=fixed",
                "-Djunit.jupiter.execution.parallel.config.fixed.parallelism=2");
        assertThat(result.out()).contains("tests found: 8, failed: 4").doesNotContain("INCONCLUSIVE");
        Map<String, String> told = new TreeMap<>();
        leaks(result).forEach(l -> told.put(l.test().replaceAll(".* > repetition (\\d).*", "$1"), l.description()));
        assertThat(told)
                .as(result.out())
                .containsOnly(
                        Map.entry("1", "file-1.txt"),
                        Map.entry("3", "file-3.txt"),
                        Map.entry("5", "file-5.txt"),
                        Map.entry("7", "file-7.txt"));
        assertThat(leaks(result))
                .hasSize(4)
                .allSatisfy(l -> assertThat(l.site())
                        .isEqualTo("ParallelTest.open(ParallelTest.java:"
                                + lines("ParallelTest", "leaves").get("file.input") + ")"));
    }

    @Test
    void in_a_baseline_of_an_old_project_its_leaks_are_known_and_fail_nobody() throws Exception {
        String[] on = {"-Dleakguard.junit.enabled=true", "-Dleakguard.junit.baseline.write=true"};
        Forks.run(folder, Forks.Agent.ON_CLASS_PATH, "6", "com.acme.UnwrappedTest", on);
        String baseline = Files.readString(folder.resolve("leakguard-baseline.txt"));
        assertThat(baseline)
                .contains(
                        "file.channel com.acme.UnwrappedTest$Library.channel<com.acme.UnwrappedTest.has_a_library_open_a_channel<");
        Forks.Result result = Forks.run(
                folder,
                Forks.Agent.ON_CLASS_PATH,
                "6",
                "com.acme.UnwrappedTest",
                "-Dleakguard.junit.enabled=true",
                "-Dleakguard.junit.mode=baseline");
        assertThat(result.out()).contains("tests found: 11, failed: 0", "the session ended well", " 0 leaks");
        assertThat(new TreeSet<>(leaks(result).stream().map(Told::verdict).toList()))
                .containsExactly("known");
    }

    @Test
    void it_is_left_out_if_that_is_asked_for() throws Exception {
        Forks.Result result = Forks.run(
                folder,
                Forks.Agent.ON_CLASS_PATH,
                "6",
                "com.acme.UnwrappedTest",
                "-Dleakguard.junit.enabled=true",
                "-Dleakguard.junit.agent=off");
        assertThat(result.out())
                .contains("tests found: 11, failed: 0")
                .contains("[leakguard] 11 tests, 0 leaks, left: ", "1 child process")
                .doesNotContain("io.leakguard.agent");
    }

    @Test
    void a_jvm_that_refuses_it_is_told_in_one_line_and_its_tests_are_compared() throws Exception {
        Forks.Result result = Forks.run(
                folder,
                Forks.Agent.ON_CLASS_PATH,
                "6",
                "com.acme.UnwrappedTest",
                "-Dleakguard.junit.enabled=true",
                "-XX:-EnableDynamicAgentLoading");
        assertThat(result.out())
                .contains("[leakguard] the agent could not be attached", "-javaagent:")
                .contains("tests found: 11, failed: 0", "[leakguard] 11 tests, 0 leaks, left: ");
    }
}
