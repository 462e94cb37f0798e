package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Counts stay exact; {@code mvn -Pagent-soak -pl guard-agent -am test} opens ten million. */
class SoakTest {

    private static final long OPENED = Long.getLong("agent.soak.opened", 400_000);
    private static final Pattern COUNTS = Pattern.compile("file.random_access +(\\d+) +(\\d+) +(\\d+) +(\\d+)");

    @Test
    void each_of_many_openings_on_four_threads_is_counted_and_each_leak_is_found_at_default_settings()
            throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.java(
                List.of("-Xmx256m", "-XX:+EnableDynamicAgentLoading", "-javaagent:" + AgentProcess.JAR),
                "com.acme.Soak",
                Long.toString(OPENED))) {
            program.awaitLong("ready");
            long[] counts = {0, 0, 0, 0};
            program.sendUntil("collect", () -> {
                String pid = Long.toString(program.pid());
                try (AgentProcess status = AgentProcess.of(
                        AgentProcess.executable(), "-jar", AgentProcess.JAR.toString(), "status", pid)) {
                    status.awaitEnd();
                    for (String line : status.out()) {
                        Matcher row = COUNTS.matcher(line);
                        if (row.matches()) {
                            for (int i = 0; i < counts.length; i++) {
                                counts[i] = Long.parseLong(row.group(i + 1));
                            }
                        }
                    }
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
                return counts[3] >= OPENED / 100;
            });

            assertThat(counts).as(program::all).containsExactly(OPENED, OPENED - OPENED / 100, 0, OPENED / 100);
            assertThat(program.end()).isZero();
        }
    }
}
