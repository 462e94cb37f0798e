package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A limit for all kinds is for the application's resources: the JVM's own are open for as long as it runs. */
class OverdueOwnTest {

    @TempDir
    Path dir;

    @Test
    void a_limit_for_all_kinds_tells_nothing_of_the_jvm_and_of_the_agent() throws IOException, InterruptedException {
        Path file = Files.writeString(dir.resolve("orders.csv"), "1;2");
        try (AgentProcess program =
                AgentProcess.withAgent("overdue=100ms,capture=unlimited", "com.acme.KeepsOne", file.toString())) {
            program.awaitOut("ready");
            program.sendUntil(
                    "", () -> program.err().stream().anyMatch(line -> line.contains("SUSPECTED LEAK file.input")));
            assertThat(program.end()).as(program::all).isZero();
            assertThat(program.err())
                    .as(program::all)
                    .filteredOn(line -> line.contains("LEAK "))
                    .singleElement()
                    .asString()
                    .contains("opened at KeepsOne.main(KeepsOne.java:");
        }
    }
}
