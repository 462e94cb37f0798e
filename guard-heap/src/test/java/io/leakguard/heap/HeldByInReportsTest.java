package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.leakguard.CaptureBudget;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.report.HtmlReport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@code leakguard.held.by} in a process that runs: this one. */
class HeldByInReportsTest {

    private static final Map<Integer, InputStream> PARKED = new HashMap<>();
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void watchTheLog() {
        log.start();
        ((Logger) LoggerFactory.getLogger("io.leakguard")).addAppender(log);
    }

    @AfterEach
    void closeAll() throws IOException {
        ((Logger) LoggerFactory.getLogger("io.leakguard")).detachAppender(log);
        for (InputStream parked : PARKED.values()) {
            parked.close();
        }
        PARKED.clear();
    }

    private LeakGuardBuilder builder() {
        return LeakGuard.builder()
                .heldBy(true)
                .property("heap.dump.folder", folder.toString())
                .scopeGrace(Duration.ZERO)
                .log(false)
                .listener(new LeakListener() {
                    @Override
                    public void onLeak(LeakReport report) {
                        reports.add(report);
                    }
                });
    }

    private static void park(LeakGuard guard, int number) {
        try (LeakScope scope = guard.openScope("event-" + number)) {
            PARKED.put(number, guard.wrap(new ByteArrayInputStream(new byte[1]), "parked"));
        }
    }

    private List<String> lines() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void an_escaped_resource_is_reported_with_its_holder_and_so_are_the_list_and_the_page() throws IOException {
        try (LeakGuard guard = builder().build()) {
            park(guard, 8_841);
            assertThat(guard.flush(LONG)).isTrue();

            assertThat(reports).singleElement().satisfies(report -> {
                assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
                assertThat(report.heldBy())
                        .isEqualTo("static HeldByInReportsTest.PARKED → [8841] → GuardedInputStream");
                assertThat(report.toText())
                        .contains("\n  held by static HeldByInReportsTest.PARKED → [8841] → GuardedInputStream");
            });
            assertThat(guard.open().toText())
                    .contains("held by static HeldByInReportsTest.PARKED → [8841] → GuardedInputStream");
            assertThat(HtmlReport.of(guard).toHtml()).contains("\"heldBy\":\"static HeldByInReportsTest.PARKED");
            assertThat(lines())
                    .filteredOn(line -> line.startsWith("LeakGuard found who holds 1 open resource: the process stood"))
                    .hasSize(1);
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void an_overdue_resource_is_reported_with_its_holder() {
        try (LeakGuard guard = builder()
                .overdueAfter(ResourceKind.of("io.input"), Duration.ofMillis(1))
                .build()) {
            PARKED.put(1, guard.wrap(new ByteArrayInputStream(new byte[1]), "slow"));
            await().atMost(LONG).until(() -> !reports.isEmpty());

            assertThat(reports.get(0).cause()).isEqualTo(LeakCause.OVERDUE);
            assertThat(reports.get(0).heldBy()).startsWith("static HeldByInReportsTest.PARKED → [1]");
        }
    }

    @Test
    void a_growing_number_is_reported_with_its_holder() {
        try (LeakGuard guard = builder()
                .capture(CaptureBudget.unlimited())
                .growthInterval(Duration.ofMillis(10))
                .growthCapacity(200)
                .build()) {
            await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> {
                PARKED.put(PARKED.size(), guard.wrap(new ByteArrayInputStream(new byte[1]), "queued"));
                return !reports.isEmpty();
            });

            assertThat(reports.get(0).cause()).isEqualTo(LeakCause.GROWING);
            assertThat(reports.get(0).heldBy()).startsWith("static HeldByInReportsTest.PARKED → [");
        }
    }

    @Test
    void there_is_one_dump_in_an_interval_and_later_reports_do_not_wait() {
        try (LeakGuard guard = builder().reportInterval(Duration.ZERO).build()) {
            park(guard, 1);
            assertThat(guard.flush(LONG)).isTrue();
            park(guard, 2);
            assertThat(guard.flush(LONG)).isTrue();
            guard.open();
            assertThat(guard.flush(LONG)).isTrue();

            assertThat(reports).hasSize(2);
            assertThat(lines())
                    .filteredOn(line -> line.startsWith("LeakGuard found who holds"))
                    .hasSize(1);
            // Opened on the same path: most likely held in the same way.
            assertThat(reports.get(1).heldBy()).startsWith("static HeldByInReportsTest.PARKED");
        }
    }

    @Test
    void an_operator_who_asks_for_the_list_gets_it_with_holders() {
        try (LeakGuard guard = builder().build()) {
            PARKED.put(3, guard.wrap(new ByteArrayInputStream(new byte[1]), "parked"));
            guard.dump();
            assertThat(guard.flush(LONG)).isTrue();

            assertThat(lines())
                    .anySatisfy(line -> assertThat(line)
                            .startsWith("LeakGuard default: 1 resource open")
                            .contains("held by static HeldByInReportsTest.PARKED → [3]"));
        }
    }

    @Test
    void a_program_that_looks_at_the_list_spends_no_dump() {
        try (LeakGuard guard = builder().build()) {
            PARKED.put(3, guard.wrap(new ByteArrayInputStream(new byte[1]), "parked"));
            assertThat(guard.open().groups()).hasSize(1);
            park(guard, 4);
            assertThat(guard.flush(LONG)).isTrue();

            assertThat(reports)
                    .singleElement()
                    .satisfies(report ->
                            assertThat(report.heldBy()).startsWith("static HeldByInReportsTest.PARKED → [4]"));
        }
    }

    @Test
    void a_heap_above_the_limit_is_not_dumped_and_the_log_says_so() throws IOException {
        try (LeakGuard guard = builder().property("heap.dump.max", "1k").build()) {
            park(guard, 1);
            assertThat(guard.flush(LONG)).isTrue();

            assertThat(reports)
                    .singleElement()
                    .satisfies(report -> assertThat(report.heldBy()).isEmpty());
            assertThat(lines())
                    .anySatisfy(line -> assertThat(line)
                            .startsWith("LeakGuard can't tell who holds what is open: no heap dump: the heap has")
                            .endsWith("and leakguard.heap.dump.max is 1.0 KiB"));
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void a_dump_that_can_not_be_read_within_the_heap_is_told_and_removed() throws IOException {
        try (LeakGuard guard = builder().property("heap.reader.max", "4m").build()) {
            park(guard, 1);
            assertThat(guard.flush(LONG)).isTrue();

            assertThat(reports).hasSize(1);
            assertThat(lines()).anySatisfy(line -> assertThat(line).contains("the heap dump could not be read"));
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void a_guard_without_the_setting_finds_holders_when_it_is_asked() throws Exception {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            List<InputStream> local = new ArrayList<>();
            local.add(guard.wrap(new ByteArrayInputStream(new byte[1]), "local"));
            OpenResources open = guard.findHolders(LONG);

            assertThat(open.groups())
                    .singleElement()
                    .satisfies(group -> assertThat(group.heldBy())
                            .startsWith("local variable of HeldByInReportsTest.a_guard_without")
                            .endsWith("ArrayList[0] → GuardedInputStream"));
            local.get(0).close();
            assertThat(guard.open().groups()).isEmpty();
        }
    }

    @Test
    void a_guard_that_is_closed_meanwhile_still_reports() throws IOException {
        LeakGuard guard = builder().name("closed-meanwhile").build();
        park(guard, 1);
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("leakguard-held-by-closed-meanwhile")));
        guard.close();

        assertThat(reports).hasSize(1);
        assertThat(left()).isEmpty();
    }

    @Test
    void bad_values_are_refused_when_the_guard_is_made() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeakGuard.builder().property("heap.dump.folder", "/no/such/folder"))
                .withMessageContaining(
                        "'/no/such/folder' is not a value for leakguard.heap.dump.folder: give a folder that"
                                + " is there and can be written to");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeakGuard.builder().property("heap.dump.max", "2 GB"))
                .withMessageContaining("give a size like 512m or 2g");
        assertThatThrownBy(() -> LeakGuard.builder().property("held.by", "yes"))
                .hasMessageContaining("give true or false");
    }
}
