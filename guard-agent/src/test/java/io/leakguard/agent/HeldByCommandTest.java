package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code held-by} of the jar, on processes of their own. */
class HeldByCommandTest {

    @TempDir
    Path folder;

    private AgentProcess command(String... words) throws IOException, InterruptedException {
        List<String> all =
                new ArrayList<>(List.of(AgentProcess.executable(), "-jar", AgentProcess.JAR.toString(), "held-by"));
        all.addAll(List.of(words));
        AgentProcess process = AgentProcess.of(all.toArray(new String[0]));
        process.awaitEnd();
        return process;
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void says_who_holds_what_a_process_without_guard_core_has_open_and_leaves_nothing_behind()
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("leakguard-parked", ".txt");
        try (AgentProcess program = AgentProcess.withAgent("report.interval=0", "com.acme.Parks", file.toString())) {
            program.awaitOut("ready");
            AgentProcess files =
                    command(Long.toString(program.pid()), "--kind", "file.*", "--folder", folder.toString());
            AgentProcess sockets =
                    command(Long.toString(program.pid()), "--kind", "socket", "--json", "--folder", folder.toString());

            assertThat(files.awaitEnd()).as(files::all).isZero();
            assertThat(String.join("\n", files.out()))
                    .contains("3 resources open")
                    .containsPattern("opened at Parks.main\\(Parks.java:\\d+\\)")
                    .contains("held by static Parks.FILES → [\"report\"] → ArrayList[0] → FileInputStream");
            assertThat(sockets.awaitEnd()).as(sockets::all).isZero();
            assertThat(String.join("\n", sockets.out())).contains("\"static Parks.SUBSCRIBERS\", \"[7]\"");
            assertThat(left()).isEmpty();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void with_the_setting_the_agents_own_reports_say_who_holds_a_resource() throws IOException, InterruptedException {
        Path file = Files.createTempFile("leakguard-parked", ".txt");
        try (AgentProcess program = AgentProcess.withAgent(
                "held.by=true,heap.dump.interval=1s,report.interval=0,overdue=file.input=100ms,heap.dump.folder="
                        + folder,
                "com.acme.Parks",
                file.toString())) {
            program.awaitOut("ready");
            program.sendUntil(
                    "",
                    () -> program.err().stream()
                            .anyMatch(line -> line.contains("held by static Parks.FILES → [\"report\"] → ArrayList[")));
            program.sendUntil(
                    "", () -> program.err().stream().anyMatch(line -> line.contains("LeakGuard found who holds")));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void a_wrong_word_is_told_before_anything_is_done() throws IOException, InterruptedException {
        AgentProcess age = command("123", "--age", "soon");
        AgentProcess none = command();

        assertThat(age.awaitEnd()).isEqualTo(Main.USAGE);
        assertThat(age.err()).contains("--age: 'soon' is not a time: give one like 30s, 5min, 2h or 1d");
        assertThat(none.awaitEnd()).isEqualTo(Main.USAGE);
        assertThat(none.err().get(0)).startsWith("held-by needs the number of a process");
    }

    @Test
    void a_process_that_is_not_there_is_one_line() throws IOException, InterruptedException {
        AgentProcess command = command("4194000", "--folder", folder.toString());

        assertThat(command.awaitEnd()).isEqualTo(Main.FAILED);
        assertThat(command.err())
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("held-by: process 4194000 gave no dump"));
        assertThat(left()).isEmpty();
    }
}
