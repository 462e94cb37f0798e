package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where the application itself runs out of stack or memory, the hooks neither hang nor throw, and work on afterwards. */
class NoStackNoMemoryTest {

    @Test
    void hooks_come_through_stack_overflows_and_a_full_heap() throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.java(
                List.of("-Xmx48m", "-Xss400k", "-javaagent:" + AgentProcess.JAR + "=report.interval=0"),
                "com.acme.Faults")) {
            program.awaitOut("ready");
            assertThat(program.out()).contains("works after the stack", "works after the heap");
            program.sendUntil(
                    "collect",
                    () -> program.err().stream()
                            .anyMatch(line -> line.contains("opened at Faults.lose")
                                    || line.contains("LEAK file.input collected without close() · no creation stack")));
            assertThat(program.end()).as(program::all).isZero();
            assertThat(program.endsWithin(1, TimeUnit.SECONDS)).isTrue();
        }
    }
}
