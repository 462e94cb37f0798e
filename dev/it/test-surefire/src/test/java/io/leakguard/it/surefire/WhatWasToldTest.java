package io.leakguard.it.surefire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what the run of Surefire before this one has told. */
class WhatWasToldTest {

    private static final Pattern LEAK = Pattern.compile(
            "\"test\": \"([^\"]*)\".*?\"kind\": \"([\\w.]+)\".*?\"site\": \"[^(]*\\((\\w+\\.java:\\d+)\\)\"",
            Pattern.DOTALL);

    private static String told() throws Exception {
        return Files.readString(Path.of("target/told/leaks.json"));
    }

    private static int line(String testClass, String kind) throws Exception {
        List<String> lines = Files.readAllLines(Path.of("src/test/java/com/acme", testClass + ".java"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).endsWith("// leaves " + kind)) {
                return i + 1;
            }
        }
        throw new AssertionError("no line of " + testClass + " leaves " + kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OfJUnit4Test", "OfTestNgTest"})
    void each_test_that_left_something_is_told_with_the_line(String testClass) throws Exception {
        TreeSet<String> told = new TreeSet<>();
        LEAK.matcher(told())
                .results()
                .filter(m -> m.group(1).contains(testClass))
                .forEach(m -> told.add(m.group(1).replaceAll(".*(?: > |\\.)(\\w+)(\\(\\))?", "$1") + " " + m.group(2)
                        + " " + m.group(3)));
        assertThat(told)
                .containsExactly(
                        "drops_a_file file.input " + testClass + ".java:" + line(testClass, "file.input"),
                        "keeps_a_socket socket.server " + testClass + ".java:" + line(testClass, "socket.server"));
    }

    @Test
    void both_engines_are_one_build() throws Exception {
        assertThat(told()).contains("\"tests\": 6", "\"leaks\": 4", "\"findings\": []");
    }
}
