package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A guard that gives its place to another one for a while knows what was closed meanwhile. */
class GuardsInTurnTest {

    @Test
    void each_leak_is_told_by_the_guard_of_its_time_and_no_buffer_is_one_of_a_scope() throws Exception {
        try (AgentProcess program = AgentProcess.java(
                List.of("-javaagent:" + AgentProcess.JAR + "=agent.watch=false", "-cp", OneGuardTest.classPath()),
                "com.acme.ChangesGuards")) {
            program.awaitOut("flushed true");
            assertThat(program.end()).as(program::all).isZero();
            assertThat(program.out().stream().filter(line -> line.startsWith("leak of")))
                    .as(program::all)
                    .containsExactlyInAnyOrder(
                            "leak of outer: file.input /etc/hosts ESCAPED_SCOPE [work]",
                            "leak of inner: file.input /etc/hostname ESCAPED_SCOPE [other work]");
        }
    }
}
