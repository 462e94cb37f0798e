package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Fresh JVMs with hooks from the first class on, each with a logging library, on one core and two. A few here; {@code mvn
 * -Pagent-hang -pl guard-agent -am test} starts hundreds.
 */
class NeverHangsTest {

    private static final int ROUNDS = Integer.getInteger("agent.hang.rounds", 3);
    private static final int PATIENCE_SECONDS = 60;
    /** What hangs uses less in that time: the agent's own watch is all that runs. A busy machine gives a process more. */
    private static final Duration HANGS = Duration.ofMillis(300);

    private static final List<String> LIBRARIES = List.of("jul", "log4j2", "logback", "none");

    @Test
    void no_process_hangs_whatever_it_logs_with_and_however_many_cores_it_has()
            throws IOException, InterruptedException {
        boolean taskset = System.getProperty("os.name").equals("Linux");
        List<String> cores =
                taskset && Runtime.getRuntime().availableProcessors() > 1 ? List.of("0", "0,1") : List.of("");
        int started = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (String library : LIBRARIES) {
                for (String some : cores) {
                    runOne(library, some);
                    started++;
                }
            }
        }
        assertThat(started).isEqualTo(ROUNDS * LIBRARIES.size() * cores.size());
    }

    private static void runOne(String library, String cores) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (!cores.isEmpty()) {
            command.addAll(List.of("taskset", "-c", cores));
        }
        command.addAll(List.of(
                AgentProcess.executable(),
                "-javaagent:" + AgentProcess.JAR + "=capture=unlimited",
                "-cp",
                OneGuardTest.classPath(),
                "com.acme.Logs",
                library));
        try (AgentProcess program = AgentProcess.of(command.toArray(new String[0]))) {
            Duration used = Duration.ZERO;
            boolean hangs = false;
            while (!hangs && !program.endsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                Duration now = program.processorTime();
                hangs = program.isAlive() && now.minus(used).compareTo(HANGS) < 0;
                used = now;
            }
            if (hangs) {
                AgentProcess stacks = AgentProcess.of(
                        AgentProcess.executable().replaceAll("java$", "jstack"), Long.toString(program.pid()));
                stacks.awaitEnd();
                throw new AssertionError(
                        library + " on cores " + cores + " hangs:\n" + program.all() + "\n" + stacks.all());
            }
            assertThat(program.awaitEnd()).as(program::all).isZero();
            assertThat(program.out()).as(program::all).contains("done");
            assertThat(program.all()).contains("watches this process without code");
        }
    }
}
