package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The daemon without a line of LeakGuard, under the agent. */
class AgentDemoTest {

    @Test
    void every_bug_is_found_at_its_line_and_nothing_else() throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exit = AgentDemo.run(new PrintStream(said, true, StandardCharsets.UTF_8), true);

        assertThat(exit).as(said.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("(8 bugs)", "not seen: nothing", "found every leak at its line, and nothing else")
                .containsPattern("http.client +PlainDaemon.java:\\d+ +20 +20  right")
                .doesNotContain("WRONG", "NOT EXPECTED");
    }

    @Test
    void without_its_bugs_nothing_is_reported() throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exit = AgentDemo.run(new PrintStream(said, true, StandardCharsets.UTF_8), false);

        assertThat(exit).as(said.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("The agent reported nothing, and nothing leaked.");
    }
}
