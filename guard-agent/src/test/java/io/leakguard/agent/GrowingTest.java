package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What runs is never collected: threads, executors and clients that pile up are told by the line that makes them. */
class GrowingTest {

    private static final Path SOURCE = Path.of("src", "test", "java", "com", "acme", "PilesUp.java");
    private static final Pattern MARK = Pattern.compile(".*// piles up ([a-z.]+)");

    @Test
    void one_for_each_request_is_told_as_growing_with_its_line() throws IOException, InterruptedException {
        List<String> told = new ArrayList<>();
        List<String> lines = Files.readAllLines(SOURCE);
        for (int i = 0; i < lines.size(); i++) {
            Matcher mark = MARK.matcher(lines.get(i));
            if (mark.matches()) {
                told.add("SUSPECTED LEAK " + mark.group(1) + " the number open keeps growing · opened at PilesUp."
                        + mark.group(1).replaceAll(".*\\.", "") + "(PilesUp.java:" + (i + 1) + ")");
            }
        }
        assertThat(told).hasSize(3);
        // A sample each four minutes needs a day.
        try (AgentProcess program = AgentProcess.withAgent(
                "growth.interval=10ms,growth.capacity=200,capture=unlimited", "com.acme.PilesUp")) {
            program.awaitOut("ready");
            program.sendUntil(
                    "requests",
                    () -> told.stream().allMatch(leak -> program.err().stream().anyMatch(line -> line.contains(leak))));
            assertThat(program.end()).as(program::all).isZero();
            assertThat(program.err())
                    .as(program::all)
                    .filteredOn(line -> line.contains("LEAK"))
                    .allMatch(line -> told.stream().anyMatch(line::contains));
        }
    }
}
