package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where the application has a guard too, there is one: its process-wide guard knows what the agent sees. */
class OneGuardTest {

    /** All but the agent, which is in its jar. */
    static String classPath() {
        String agent = Path.of("target", "classes").toAbsolutePath().toString();
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.equals(agent))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static AgentProcess start(String main, String... arguments) throws IOException {
        String[] program = new String[arguments.length + 1];
        program[0] = main;
        System.arraycopy(arguments, 0, program, 1, arguments.length);
        return AgentProcess.java(
                List.of("-javaagent:" + AgentProcess.JAR + "=report.interval=0,scope.grace=0", "-cp", classPath()),
                program);
    }

    @Test
    void what_the_agent_sees_is_in_the_applications_guard_and_a_wrapped_resource_is_one()
            throws IOException, InterruptedException {
        try (AgentProcess program = start("com.acme.UsesTheGuard")) {
            program.awaitOut("ready");
            program.sendUntil("collect", () -> told(program, "leak").size() >= 5);
            program.send("open");
            program.awaitOut("that is all");
            assertThat(program.end()).as(program::all).isZero();

            assertThat(told(program, "leak"))
                    .as(program::all)
                    .map(line -> line.replaceAll("\\(.*?\\)", ""))
                    .containsExactlyInAnyOrder(
                            "file.input ESCAPED_SCOPE UsesTheGuard.inScope scopes [order-1]",
                            "io.reader COLLECTED UsesTheGuard.lose scopes []",
                            "io.reader COLLECTED UsesTheGuard.lose scopes []",
                            "socket COLLECTED UsesTheGuard.lose scopes []",
                            "stream COLLECTED UsesTheGuard.lose scopes []");
            assertThat(told(program, "open"))
                    .as(program::all)
                    .map(line -> line.replaceAll("\\(.*?\\)", ""))
                    .containsExactlyInAnyOrder(
                            "1 file.input UsesTheGuard.early thread [main]",
                            "1 file.input UsesTheGuard.inScope thread [main]",
                            "1 socket.server UsesTheGuard.main thread [main]",
                            "1 file.input UsesTheGuard.keep thread [main]",
                            "1 socket UsesTheGuard.keep thread [main]",
                            "1 directory.stream UsesTheGuard.keep thread [main]",
                            "1 stream UsesTheGuard.keep thread [main]");
            assertThat(program.err()).as(program::all).noneMatch(line -> line.contains("LEAK"));
        }
    }

    private static List<String> told(AgentProcess program, String what) {
        return program.out().stream()
                .filter(line -> line.startsWith(what + " "))
                .map(line -> line.substring(what.length() + 1))
                .toList();
    }

    @Test
    void of_two_applications_in_one_process_each_has_its_own() throws IOException, InterruptedException {
        try (AgentProcess program = start("com.acme.TwoApplications", classPath())) {
            assertThat(program.awaitEnd()).as(program::all).isZero();

            assertThat(program.out()).as(program::all).contains("first 3", "second 2");
        }
    }
}
