package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent finds is in the flight recording of an application that knows nothing of LeakGuard. */
class FlightRecordingTest {

    @TempDir
    Path folder;

    @Test
    void a_leak_is_an_event_of_a_recording_that_runs() throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.java(
                List.of(
                        "-XX:StartFlightRecording:name=orders",
                        "-javaagent:" + AgentProcess.JAR + "=report.interval=0"),
                "com.acme.Hello")) {
            program.awaitOut("ready");
            // Those before the first second of the application are not recorded.
            program.sendUntil(
                    "!",
                    () -> events(program).stream()
                            .anyMatch(event -> event.getEventType().getName().equals("io.leakguard.ResourceLeak")
                                    && event.getString("kind").equals("file.input")
                                    && event.getString("site").startsWith("Hello.lose(Hello.java:")));
            assertThat(program.end()).as(program::all).isZero();
        }
    }

    private List<RecordedEvent> events(AgentProcess program) {
        try {
            Path file = Files.createTempFile(folder, "orders", ".jfr");
            AgentProcess dump = AgentProcess.of(
                    AgentProcess.executable().replaceAll("java$", "jcmd"),
                    Long.toString(program.pid()),
                    "JFR.dump",
                    "name=orders",
                    "filename=" + file);
            assertThat(dump.awaitEnd()).as(dump::all).isZero();
            return RecordingFile.readAllEvents(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
