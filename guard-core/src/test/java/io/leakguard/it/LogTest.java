package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogTest {

    private static final class Events extends AppenderBase<ILoggingEvent> {
        final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event);
        }

        List<ILoggingEvent> leaksOf(String kind) {
            return all.stream()
                    .filter(e -> e.getFormattedMessage().startsWith("LEAK " + kind))
                    .toList();
        }
    }

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.leakguard.leak");
    private final Events events = new Events();

    @BeforeEach
    void start() {
        events.start();
        logger.addAppender(events);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(events);
    }

    @Test
    void each_report_is_one_event_with_key_values_and_a_first_line_that_reads_alone() {
        try (LeakGuard guard =
                LeakGuard.builder().capture(CaptureBudget.unlimited()).build()) {
            leak(guard);
            Gc.until(() -> !events.leaksOf("test.thing").isEmpty());
            assertThat(guard.flush(java.time.Duration.ofSeconds(10))).isTrue();
        }
        assertThat(events.leaksOf("test.thing")).hasSize(1);
        ILoggingEvent event = events.leaksOf("test.thing").get(0);
        assertThat(event.getLevel()).isEqualTo(Level.WARN);
        assertThat(event.getMarkerList()).extracting(Object::toString).containsExactly("LEAK");
        assertThat(event.getKeyValuePairs())
                .extracting(p -> p.key)
                .containsExactly(
                        "leakguard.resource.kind",
                        "leakguard.leak.cause",
                        "leakguard.leak.site",
                        "leakguard.leak.path");
        assertThat(event.getKeyValuePairs().get(2).value.toString()).startsWith("LogTest.leak(LogTest.java:");
        List<String> lines = event.getFormattedMessage().lines().toList();
        assertThat(lines.get(0))
                .matches(
                        "LEAK test\\.thing collected without close\\(\\) · opened at LogTest\\.leak\\(LogTest\\.java:\\d+\\)"
                                + " via LogTest\\.each_report_is_one_event\\w+\\(LogTest\\.java:\\d+\\)");
        assertThat(lines.get(1))
                .startsWith("  \"orders {} \\n.csv\" · 1 leaked from here · open ")
                .contains(" · thread ");
        assertThat(lines.get(2)).matches("  opened \\d{4}-.*Z · proven · after GC: unknown");
        assertThat(lines.get(3)).startsWith("    at io.leakguard.it.LogTest.leak(LogTest.java:");
    }

    private static void leak(LeakGuard guard) {
        guard.track(new Object(), Thing.KIND, "orders {} \n.csv");
    }

    @Test
    void what_becomes_of_the_descriptor_is_said() {
        try (LeakGuard guard =
                LeakGuard.builder().capture(CaptureBudget.unlimited()).build()) {
            guard.track(new Object(), ResourceKind.SELECTOR, "acceptor");
            Gc.until(() -> !events.leaksOf("selector").isEmpty());
        }
        assertThat(events.leaksOf("selector").get(0).getFormattedMessage())
                .contains("after GC: nothing closes it, lost until exit");
    }
}
