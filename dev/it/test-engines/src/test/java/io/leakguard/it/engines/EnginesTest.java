package io.leakguard.it.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same jar works with each JUnit from 5.11 on, refuses older ones, and checks the tests of other engines. */
@EnabledOnOs(OS.LINUX)
class EnginesTest {

    @TempDir
    Path folder;

    private String run(String line, String testClass, String... options) throws Exception {
        return Forks.run(folder, Forks.Agent.NONE, line, testClass, options).out();
    }

    private String json() throws IOException {
        return Files.readString(folder.resolve("target/leakguard/leaks.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.11", "5.12", "5.13", "5.14", "6"})
    void the_test_that_leaks_is_named(String line) throws Exception {
        String out = run(line, "com.acme.OldProjectTest", "-Dleakguard.junit.enabled=true");
        assertThat(out)
                .contains("tests found: 3, failed: 0", "the session ended well")
                .contains("[leakguard] 3 tests, 0 leaks, left: 1 socket, 1 file")
                .contains("pom.xml · never closed: the JDK did it for you", "LISTEN · still open")
                .doesNotContain("INCONCLUSIVE", "Exception", "Error");
        assertThat(json())
                .contains(
                        "\"leftBy\": \"OldProjectTest > drops_a_file()\"",
                        "\"leftBy\": \"OldProjectTest > keeps_a_socket()\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.11", "6"})
    void the_test_that_leaks_fails_if_it_is_asked_for(String line) throws Exception {
        String out = run(
                line,
                "com.acme.OldProjectTest",
                "-Dleakguard.junit.enabled=true",
                "-Dleakguard.junit.descriptors=fail");
        assertThat(out)
                .contains("failed: 1", "1 file left by OldProjectTest > drops_a_file()")
                .contains("1 socket left by OldProjectTest > keeps_a_socket(), found at the end of OldProjectTest");
    }

    @Test
    void an_older_junit_is_refused_in_one_sentence_and_runs_all_the_same() throws Exception {
        String out = run("5.10", "com.acme.OldProjectTest", "-Dleakguard.junit.enabled=true");
        assertThat(out)
                .contains("[leakguard] guard-test needs JUnit 5.11 or newer, and this is 5.10.3: nothing is checked;"
                        + " update junit-jupiter")
                .contains("tests found: 3, failed: 0", "the session ended well")
                .doesNotContain("NoClassDefFoundError");
        String detected =
                run("5.10", "com.acme.OldProjectTest", "-Djunit.jupiter.extensions.autodetection.enabled=true");
        assertThat(detected).contains("guard-test needs JUnit 5.11 or newer, and this is 5.10.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vintage", "testng"})
    void tests_of_other_engines_are_named_and_fail_the_build_at_its_end(String engine) throws Exception {
        String testClass = engine.equals("vintage") ? "com.acme.OldJUnit4Test" : "com.acme.OldTestNgTest";
        String name = engine.equals("vintage") ? "junit-vintage" : "testng";
        String warned = run(engine, testClass, "-Dleakguard.junit.enabled=true");
        assertThat(warned)
                .contains("tests found: 2, failed: 0", "the session ended well")
                .contains("[leakguard] " + name
                        + " has no extensions: its tests are checked by the events of the launcher")
                .contains("[leakguard] 2 tests, 0 leaks, left: 1 file");
        assertThat(json()).containsPattern("\"leftBy\": \"[\\w.]+ > drops_a_file(\\(\\))?\"");
        String failed = run(engine, testClass, "-Dleakguard.junit.enabled=true", "-Dleakguard.junit.descriptors=fail");
        assertThat(failed)
                .contains("tests found: 2, failed: 0", "[leakguard] FAILED: 1 file left by ")
                .contains("tests of an engine that has no extensions left resources open")
                .doesNotContain("the session ended well");
    }
}
