package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class OverdueTest extends GuardFixture {

    private static final ResourceKind LEASE = ResourceKind.of("test.lease");
    private static final ResourceKind UNLIMITED = ResourceKind.of("test.unlimited");
    private static final Duration MOMENT = Duration.ofMillis(1);

    @Override
    LeakGuardBuilder configure(LeakGuardBuilder builder) {
        return builder.overdueAfter(LEASE, MOMENT).overdueAfter(ResourceKind.SERVER_SOCKET, MOMENT);
    }

    private Thing lease(String description) {
        return new Thing(guard, LEASE, description, null);
    }

    /** Waits for a sweep that has seen everything that was open before. */
    private void sweep() {
        Thing last = lease("last");
        Awaitility.await()
                .atMost(LONG)
                .until(() ->
                        recorder.reports.stream().anyMatch(r -> r.description().equals("last")));
        // Each part of the registry is swept in one go: what others hold is seen by the next sweep at the latest.
        last.close();
        Thing next = lease("next");
        Awaitility.await()
                .atMost(LONG)
                .until(() ->
                        recorder.reports.stream().anyMatch(r -> r.description().equals("next")));
        next.close();
        assertThat(guard.flush(LONG)).isTrue();
        recorder.reports.removeIf(
                r -> r.description().equals("last") || r.description().equals("next"));
        Awaitility.await()
                .atMost(LONG)
                .until(() ->
                        recorder.released.stream().anyMatch(r -> r.description().equals("next")));
        recorder.released.removeIf(
                r -> r.description().equals("last") || r.description().equals("next"));
    }

    @Test
    void what_is_open_longer_than_its_kinds_limit_is_suspected_and_shows_where_its_thread_is_now() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread owner = new Thread(
                () -> {
                    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                        guard.track(socket, ResourceKind.SERVER_SOCKET, "port");
                        opened.countDown();
                        stuckInALongCall(end);
                    } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                    }
                },
                "worker-3");
        owner.start();
        await(opened);
        await(1);
        LeakReport report = onlyReport();
        assertThat(report.cause()).isEqualTo(LeakCause.OVERDUE);
        assertThat(report.cause().confidence()).isEqualTo(LeakCause.Confidence.SUSPECTED);
        assertThat(report.threadStackNow()).anyMatch(f -> f.getMethodName().equals("stuckInALongCall"));
        assertThat(report.detail()).isEqualTo("limit 1 ms for socket.server");
        assertThat(report.toText())
                .startsWith("SUSPECTED LEAK socket.server open longer than its limit · opened at OverdueTest.")
                .contains("suspected · still open")
                .contains("the thread that opened it is now\n")
                .contains("OverdueTest.stuckInALongCall(");
        assertThat(guard.stats().leaked()).isZero();
        end.countDown();
        owner.join();
    }

    private static void stuckInALongCall(CountDownLatch end) {
        await(end);
    }

    @Test
    void of_a_thread_that_has_ended_the_report_says_so() {
        Thing[] held = new Thing[1];
        onThread("gone", () -> held[0] = lease("left behind"));
        sweep();
        assertThat(onlyReport().threadStackNow()).isEmpty();
        assertThat(onlyReport().detail()).contains("the thread that opened it has ended, or is virtual");
        held[0].close();
    }

    @Test
    void what_is_closed_in_time_or_has_no_limit_is_not_reported() {
        Thing unlimited = new Thing(guard, UNLIMITED, "unlimited", null);
        lease("closed").close();
        sweep();
        assertThat(reports()).isEmpty();
        unlimited.close();
    }

    @Test
    void it_is_reported_once_and_its_late_release_is_told() {
        Thing thing = lease("slow");
        sweep();
        sweep();
        assertThat(reports()).hasSize(1);
        thing.close();
        Awaitility.await().atMost(LONG).until(() -> !released().isEmpty());
        assertThat(released()).extracting(LeakReport::description).containsExactly("slow");
        assertThat(guard.stats().of(LEASE).leaked()).isZero();
    }

    @Test
    void a_late_release_is_one_line_in_the_log() {
        try (LogEvents log = new LogEvents("io.leakguard.leak");
                LeakGuard logging = LeakGuard.builder()
                        .listener(recorder)
                        .overdueAfter(LEASE, MOMENT)
                        .build()) {
            Thing thing = new Thing(logging, LEASE, "slow", null);
            Awaitility.await().atMost(LONG).until(() -> !recorder.reports.isEmpty());
            thing.close();
            Awaitility.await().atMost(LONG).until(() -> log.all.size() == 2);
            assertThat(log.messages().get(1))
                    .matches("released late: test\\.lease \"slow\" opened at OverdueTest\\.\\S+ was closed after .*"
                            + " · it was reported as open longer than its limit");
        }
    }

    @Test
    void only_what_was_told_to_be_overdue_is_told_to_be_released() {
        Recorder mine = new Recorder();
        try (LeakGuard limited = LeakGuard.builder()
                .listener(mine)
                .log(false)
                .reportInterval(Duration.ofHours(1))
                .overdueAfter(LEASE, MOMENT)
                .build()) {
            List<Thing> things = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                things.add(new Thing(limited, LEASE, "one of many", null));
            }
            Awaitility.await().atMost(LONG).until(() -> limited.leaks().stream().anyMatch(s -> s.occurrences() == 50));
            assertThat(mine.reports).hasSize(1);
            things.forEach(Thing::close);
            assertThat(limited.flush(LONG)).isTrue();
            assertThat(mine.released).hasSize(1);
        }
    }

    @Test
    void what_its_scope_allows_to_be_held_longer_is_not_reported() {
        Thing batch;
        Thing nested;
        ScopeOptions anHour = ScopeOptions.create().mayHold(LEASE, Duration.ofHours(1));
        LeakScope scope = guard.openScope("nightly batch", anHour);
        batch = lease("the batch job's");
        try (LeakScope step = guard.openScope("step")) {
            nested = lease("of a step inside it");
            onThread("elsewhere", this::sweep);
            nested.close();
        }
        assertThat(reports()).isEmpty();
        batch.close();
        scope.close();
    }

    @Test
    void what_its_scope_allows_to_be_held_shorter_is_reported_though_its_kind_has_no_limit() {
        Thing thing;
        try (LeakScope scope = guard.openScope("request", ScopeOptions.create().mayHold(MOMENT))) {
            thing = new Thing(guard, UNLIMITED, "in a hurry", null);
            await(1);
            assertThat(onlyReport().detail()).startsWith("limit 1 ms set by its scope");
            assertThat(onlyReport().scopes()).containsExactly("request");
            thing.close();
        }
    }

    @Test
    void an_inner_scopes_limit_wins() {
        try (LeakScope outer = guard.openScope("outer", ScopeOptions.create().mayHold(MOMENT));
                LeakScope inner = guard.openScope("inner", ScopeOptions.create().mayHold(Duration.ofHours(1)))) {
            Thing thing = lease("inside");
            onThread("elsewhere", this::sweep);
            thing.close();
        }
        assertThat(reports()).isEmpty();
    }

    @Test
    void a_limit_for_all_holds_where_a_kind_has_none() {
        Recorder mine = new Recorder();
        try (LeakGuard all = LeakGuard.builder()
                .listener(mine)
                .log(false)
                .reportInterval(Duration.ZERO)
                .overdueAfter(MOMENT)
                .overdueAfter(LEASE, Duration.ofHours(1))
                .build()) {
            Thing lease = new Thing(all, LEASE, "may", null);
            Thing other = new Thing(all, UNLIMITED, "may not", null);
            Awaitility.await().atMost(LONG).until(() -> !mine.reports.isEmpty());
            assertThat(all.flush(LONG)).isTrue();
            assertThat(mine.reports).extracting(LeakReport::description).containsExactly("may not");
            lease.close();
            other.close();
        }
    }

    @Test
    void overdue_and_then_collected_is_a_second_report_which_says_so() {
        leaseAndForget();
        sweep();
        assertThat(reports()).extracting(LeakReport::cause).containsExactly(LeakCause.OVERDUE);
        HELD.clear();
        Gc.until(() -> reports().size() > 1);
        LeakReport proven = reports().get(1);
        assertThat(proven.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(proven.detail()).isEqualTo("was reported before as open longer than its limit");
        assertThat(guard.stats().of(LEASE).leaked()).isEqualTo(1);
    }

    private static final List<Object> HELD = new ArrayList<>();

    private void leaseAndForget() {
        HELD.add(lease("forgotten"));
    }

    @Test
    void a_connection_and_its_statement_that_are_overdue_together_are_one_report() {
        Thing connection = lease("connection");
        Thing statement = new Thing(guard, LEASE, "statement", connection);
        sweep();
        assertThat(onlyReport().description()).isEqualTo("connection");
        assertThat(onlyReport().children())
                .extracting(LeakReport.Child::description)
                .containsExactly("statement");
        connection.close();
        statement.close();
        assertThat(guard.flush(LONG)).isTrue();
        assertThat(released()).hasSize(1);
    }

    @Test
    void a_statement_is_reported_by_itself_if_its_connection_is_not_overdue() {
        Thing connection = new Thing(guard, UNLIMITED, "connection", null);
        Thing statement = new Thing(guard, LEASE, "statement", connection);
        sweep();
        assertThat(onlyReport().description()).isEqualTo("statement");
        statement.close();
        connection.close();
    }

    @Test
    void a_scope_may_stay_open_unless_it_has_a_limit_by_name() {
        ScopeOptions limited = ScopeOptions.create().mayHold(MOMENT).mayHold(ResourceKind.SCOPE, MOMENT);
        LeakScope job =
                guard.openDetachedScope("job", null, ScopeOptions.create().mayHold(MOMENT));
        LeakScope request = guard.openDetachedScope("request", null, limited);
        await(1);
        sweep();
        assertThat(onlyReport().kind()).isEqualTo(ResourceKind.SCOPE);
        assertThat(onlyReport().description()).isEqualTo("request");
        job.close();
        request.close();
    }

    @Test
    void limits_are_refused_unless_they_are_positive_and_for_ever_is_a_limit() {
        assertThatThrownBy(() -> ScopeOptions.create().mayHold(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit of PT0S for all kinds: give a positive time");
        assertThatThrownBy(() -> LeakGuard.builder().overdueAfter(LEASE, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit of PT-1S for test.lease");
        assertThatThrownBy(() -> ScopeOptions.create().grace(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grace of PT-0.001S");
        ScopeOptions forever = ScopeOptions.create().mayHold(ChronoUnit.FOREVER.getDuration());
        try (LeakScope scope = guard.openScope("forever", forever)) {
            Thing thing = lease("held for ever");
            onThread("elsewhere", this::sweep);
            assertThat(reports()).isEmpty();
            thing.close();
        }
    }
}
