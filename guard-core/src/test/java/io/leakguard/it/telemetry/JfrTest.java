package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.telemetry.LeakGuardJfr;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real recordings, read back by the JDK's parser. */
class JfrTest {

    private static final ResourceKind KIND = ResourceKind.of("test.jfr");
    private static final ResourceKind HELD = ResourceKind.of("test.jfr.held");

    @TempDir
    Path folder;

    private final Leaks.Recorder recorder = new Leaks.Recorder();

    private interface Work {
        void run() throws Exception;
    }

    private List<RecordedEvent> record(String event, Work work) throws Exception {
        Path file = folder.resolve("leaks.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return read(file, event);
    }

    private static List<RecordedEvent> read(Path file, String event) throws IOException {
        return RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals(event))
                .toList();
    }

    @Test
    void a_report_is_an_event_that_explains_the_leak() throws Exception {
        try (LeakGuard guard =
                LeakGuard.builder().name("orders").log(false).listener(recorder).build()) {
            LeakListener.Registration jfr = LeakGuardJfr.install(guard);
            List<RecordedEvent> events = record("io.leakguard.ResourceLeak", () -> {
                Leaks.forget(guard, KIND, "orders.csv");
                recorder.await(KIND);
                assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();
            });
            jfr.close();

            LeakReport report = recorder.reports.get(0);
            assertThat(events).singleElement().satisfies(e -> {
                assertThat(e.getEventType().getCategoryNames()).containsExactly("LeakGuard");
                assertThat(e.getString("guard")).isEqualTo("orders");
                assertThat(e.getString("kind")).isEqualTo("test.jfr");
                assertThat(e.getString("cause")).isEqualTo("COLLECTED");
                assertThat(e.getString("confidence")).isEqualTo("PROVEN");
                assertThat(e.getString("site")).isEqualTo(report.siteText());
                assertThat(e.getString("description")).isEqualTo("orders.csv");
                assertThat(e.getLong("occurrences")).isEqualTo(1);
                assertThat(e.getInstant("openedAt").toEpochMilli())
                        .isEqualTo(report.openedAt().toEpochMilli());
                assertThat(e.getDuration("openFor")).isEqualTo(report.openFor());
                assertThat(e.getString("stack")).contains("\tat io.leakguard.it.telemetry.JfrTest.");
                assertThat(e.getStackTrace()).isNull();
            });
        }
    }

    @Test
    void how_long_resources_were_held_is_an_event_for_each_kind() throws Exception {
        try (LeakGuard guard = LeakGuard.builder().name("orders").log(false).build()) {
            LeakListener.Registration jfr = LeakGuardJfr.install(guard);
            Object handle = new Object();
            List<RecordedEvent> events = record("io.leakguard.ResourceHold", () -> {
                for (int i = 0; i < 9; i++) {
                    guard.track(handle, HELD).close();
                }
                LeakTracker slow = guard.track(handle, HELD);
                Leaks.gcUntil(() -> slow.age().toMillis() >= 100);
                slow.close();
            });
            jfr.close();

            assertThat(events).singleElement().satisfies(e -> {
                assertThat(e.getString("guard")).isEqualTo("orders");
                assertThat(e.getString("kind")).isEqualTo("test.jfr.held");
                assertThat(e.getLong("count")).isEqualTo(10);
                assertThat(e.getDuration("median")).isLessThan(Duration.ofMillis(100));
                assertThat(e.getDuration("longest")).isGreaterThanOrEqualTo(Duration.ofMillis(100));
            });
        }
    }

    @Test
    void after_the_recording_and_without_one_nothing_is_counted() throws Exception {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            LeakListener.Registration jfr = LeakGuardJfr.install(guard);
            Object handle = new Object();
            guard.track(handle, HELD).close();
            record("io.leakguard.ResourceHold", () -> {});
            guard.track(handle, HELD).close();
            List<RecordedEvent> events = record(
                    "io.leakguard.ResourceHold", () -> guard.track(handle, HELD).close());
            jfr.close();
            assertThat(events)
                    .singleElement()
                    .satisfies(e -> assertThat(e.getLong("count")).isEqualTo(1));
        }
    }

    @Test
    void once_the_registration_is_closed_a_leak_is_in_no_recording() throws Exception {
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(recorder).build()) {
            LeakGuardJfr.install(guard).close();
            assertThat(record("io.leakguard.ResourceLeak", () -> {
                        Leaks.forget(guard, KIND, "");
                        recorder.await(KIND);
                    }))
                    .isEmpty();
        }
    }
}
