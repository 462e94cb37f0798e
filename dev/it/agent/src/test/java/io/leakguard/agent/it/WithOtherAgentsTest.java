package io.leakguard.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that write into classes too: each does its work beside this one, before it and after it. */
class WithOtherAgentsTest {

    @TempDir
    Path folder;

    private static List<String> agents(String other, boolean first, String... options) {
        List<String> all =
                new ArrayList<>(first ? List.of(other, JavaProcess.GUARD) : List.of(JavaProcess.GUARD, other));
        all.addAll(List.of(options));
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void jacoco_counts_what_ran(boolean first) throws IOException, InterruptedException {
        Path result = folder.resolve("jacoco.exec");
        String other = JavaProcess.otherAgent("jacoco.jar") + "=destfile=" + result + ",includes=com.acme.*";
        try (WebProcess web = WebProcess.counter(agents(other, first))) {
            web.get("/lose");
            web.process().awaitLine(leak("Counter.lose(Counter.java:"));
            assertThat(web.process().end()).as(web.process()::all).isZero();

            assertThat(Files.readString(result, StandardCharsets.ISO_8859_1)).contains("com/acme/shop/Counter");
            assertThat(leaks(web.process())).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void blockhound_refuses_what_blocks_and_nothing_of_the_guard(boolean first)
            throws IOException, InterruptedException {
        try (JavaProcess process = JavaProcess.of(
                agents(
                        JavaProcess.otherAgent("blockhound.jar"),
                        first,
                        "-XX:+AllowRedefinitionToAddDeleteMethods",
                        "-Dleakguard.report.interval=0"),
                "com.acme.shop.Blocking")) {
            process.awaitLine(line -> line.equals("ready"));
            process.awaitLine(line -> leaks(process).size() == 2);
            assertThat(process.end()).as(process::all).isZero();

            assertThat(process.lines())
                    .contains("lost on the loop")
                    .anyMatch(line -> line.startsWith("refused reactor.blockhound.BlockingOperationError"))
                    .noneMatch(line -> line.startsWith("blocked"));
            assertThat(leaks(process)).as(process::all).allMatch(leak("Blocking.lose(Blocking.java:"));
        }
    }

    private static Predicate<String> leak(String line) {
        return text -> text.contains("LEAK file.input collected without close() · opened at " + line);
    }

    private static Stream<String> all(JavaProcess process) {
        return process.lines().stream().filter(line -> line.contains("LEAK "));
    }

    private static List<String> leaks(JavaProcess process) {
        return all(process).toList();
    }
}
