package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** As on a system that is not Linux: an empty file system hides {@code /proc} from the process. */
class WithoutProcTest {

    /** The JVM finds its own libraries by what is hidden. */
    private static final String START = "mount -t tmpfs none /proc && LD_LIBRARY_PATH=$1/lib:$1/lib/server && export"
            + " LD_LIBRARY_PATH && shift && exec \"$@\"";

    private static List<String> hiding(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean canHide() throws InterruptedException {
        try {
            AgentProcess trying =
                    AgentProcess.of(hiding("mount -t tmpfs none /proc").toArray(new String[0]));
            return trying.awaitEnd() == 0;
        } catch (IOException e) {
            return false; // there is no such command
        }
    }

    @Test
    void what_is_not_seen_is_said_at_the_start_and_the_leaks_are_found_all_the_same()
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(canHide(), "this user can't hide /proc");
        try (AgentProcess program = AgentProcess.of(hiding(
                        START,
                        System.getProperty("java.home"),
                        AgentProcess.executable(),
                        "-javaagent:" + AgentProcess.JAR + "=report.interval=0",
                        "-cp",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        "com.acme.Opens")
                .toArray(new String[0]))) {
            program.awaitOut("ready");
            program.sendUntil("collect", () -> program.err().stream().anyMatch(line -> line.contains("LEAK selector")));

            assertThat(program.err())
                    .as(program::all)
                    .first()
                    .asString()
                    .contains("not seen: nothing · descriptors can't be counted or listed here: there is no /proc");
            assertThat(program.err()).as(program::all).anyMatch(line -> line.contains("LEAK file.input"));
            AgentProcess files = CommandLineTest.command("open-files", Long.toString(program.pid()));
            assertThat(files.out())
                    .as(files::all)
                    .containsExactly("descriptors can't be listed here: there is no /proc");
            assertThat(program.end()).as(program::all).isZero();
            assertThat(program.err()).as(program::all).noneMatch(line -> line.contains("ERROR"));
        }
    }
}
