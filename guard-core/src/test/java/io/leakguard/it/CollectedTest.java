package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CollectedTest {

    private static final ResourceKind THING = ResourceKind.of("test.thing");

    @Test
    void a_handle_that_is_collected_without_close_is_reported_at_its_line() {
        List<LeakReport> reports = new CopyOnWriteArrayList<>();
        try (LeakGuard guard = LeakGuard.builder().listener(reports::add).build()) {
            leak(guard);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
                System.gc();
                return !reports.isEmpty();
            });
            assertThat(reports.get(0).toText()).contains("CollectedTest.leak(CollectedTest.java:");
            assertThat(guard.flush(Duration.ofSeconds(1))).isTrue();
        }
    }

    private static void leak(LeakGuard guard) {
        guard.track(new Object(), THING, "a \"thing\"");
    }
}
