package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScopeTest extends GuardFixture {

    @Test
    void what_is_open_when_its_scope_ends_is_reported_once_with_scope_attributes_and_line(@TempDir Path dir)
            throws IOException {
        Path file = Files.writeString(dir.resolve("orders.csv"), "1;2");
        List<Object> held = new ArrayList<>();
        try (LeakScope scope = guard.openScope("event-8841").attribute("tenant", "acme")) {
            FileInputStream in = new FileInputStream(file.toFile());
            held.add(in);
            held.add(guard.track(in, ResourceKind.FILE_INPUT, "orders.csv"));
        }
        afterGrace();
        LeakReport report = onlyReport();
        assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        assertThat(report.cause().confidence()).isEqualTo(LeakCause.Confidence.PROVEN);
        assertThat(report.scopes()).containsExactly("event-8841");
        assertThat(report.attributes()).containsEntry("tenant", "acme");
        assertThat(report.siteText()).startsWith("ScopeTest.what_is_open_when_its_scope_ends");
        assertThat(report.toText())
                .startsWith("LEAK file.input still open when its scope ended · opened at ScopeTest.")
                .contains("scope event-8841")
                .contains("tenant=acme")
                .contains("proven · still open");
        assertThat(guard.stats().of(ResourceKind.FILE_INPUT).leaked()).isEqualTo(1);
        ((FileInputStream) held.get(0)).close();
    }

    @Test
    void what_is_closed_in_its_scope_is_not_reported() throws IOException {
        try (LeakScope scope = guard.openScope("event");
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var tracker = guard.track(socket, ResourceKind.SERVER_SOCKET);
            assertThat(scope.openCount()).isEqualTo(1);
            assertThat(tracker.close()).isTrue();
            assertThat(scope.openCount()).isZero();
        }
        afterGrace();
        assertThat(reports()).isEmpty();
        assertThat(guard.stats().of(ResourceKind.SERVER_SOCKET).leaked()).isZero();
    }

    @Test
    void what_is_closed_within_the_grace_is_not_reported() {
        Thing late;
        try (LeakScope scope = guard.openScope("event", ScopeOptions.create().grace(Duration.ofSeconds(20)))) {
            late = new Thing(guard);
        }
        afterGrace();
        late.close();
        assertThat(reports()).isEmpty();
        assertThat(released()).isEmpty();
        assertThat(guard.stats().of(Thing.KIND).leaked()).isZero();
    }

    @Test
    void what_is_closed_after_the_report_is_told_to_be_released_late() {
        Thing late;
        try (LeakScope scope = guard.openScope("event")) {
            late = new Thing(guard, "slow");
        }
        afterGrace();
        late.close();
        Awaitility.await().atMost(LONG).until(() -> !released().isEmpty());
        assertThat(released().get(0).description()).isEqualTo("slow");
        assertThat(released().get(0).cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
    }

    @Test
    void what_escaped_and_is_then_collected_is_counted_once_and_not_reported_again() {
        leakInScope();
        afterGrace();
        assertThat(onlyReport().cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        HELD.clear();
        Gc.until(() -> guard.stats().of(Thing.KIND).collected() == 1);
        Gc.settle(guard);
        assertThat(reports()).hasSize(1);
        assertThat(guard.stats().of(Thing.KIND).leaked()).isEqualTo(1);
    }

    private static final List<Object> HELD = new ArrayList<>();

    private void leakInScope() {
        try (LeakScope scope = guard.openScope("event")) {
            HELD.add(new Thing(guard));
        }
    }

    @Test
    void an_inner_scope_answers_for_what_was_opened_in_it_and_names_those_around_it() {
        Thing ofOuter;
        Thing ofInner;
        try (LeakScope outer =
                guard.openScope("event-1").attribute("a", "outer").attribute("b", "outer")) {
            ofOuter = new Thing(guard, "outer's");
            try (LeakScope inner = guard.openScope("fetch").attribute("b", "inner")) {
                ofInner = new Thing(guard, "inner's");
                assertThat(inner.openCount()).isEqualTo(1);
                assertThat(outer.openCount()).isEqualTo(1);
            }
            afterGrace();
            LeakReport report = onlyReport();
            assertThat(report.description()).isEqualTo("inner's");
            assertThat(report.scopes()).containsExactly("event-1", "fetch");
            assertThat(report.attributes()).containsExactlyInAnyOrderEntriesOf(Map.of("a", "outer", "b", "inner"));
            ofOuter.close();
        }
        afterGrace();
        assertThat(reports()).hasSize(1);
        ofInner.close();
    }

    @Test
    void after_an_inner_scope_what_is_opened_belongs_to_the_outer_one_again() {
        try (LeakScope outer = guard.openScope("outer")) {
            try (LeakScope inner = guard.openScope("inner")) {
                new Thing(guard).close();
            }
            Thing thing = new Thing(guard);
            assertThat(outer.openCount()).isEqualTo(1);
            thing.close();
        }
        Thing outside = new Thing(guard);
        afterGrace();
        assertThat(reports()).isEmpty();
        outside.close();
    }

    @Test
    void closing_a_scope_twice_does_nothing_more() {
        LeakScope scope = guard.openScope("event");
        Thing thing = new Thing(guard);
        scope.close();
        scope.close();
        LeakScope next = guard.openScope("next");
        scope.close();
        Thing ofNext = new Thing(guard);
        assertThat(next.openCount()).isEqualTo(1);
        ofNext.close();
        next.close();
        afterGrace();
        assertThat(onlyReport().scopes()).containsExactly("event");
        thing.close();
    }

    @Test
    void a_scope_can_be_closed_on_another_thread_and_the_one_that_opened_it_is_out_of_it() {
        LeakScope scope = guard.openScope("event");
        Thing inside = new Thing(guard, "inside");
        onThread("closer", scope::close);
        Thing after = new Thing(guard, "after");
        afterGrace();
        assertThat(onlyReport().description()).isEqualTo("inside");
        assertThat(guard.stats().of(ResourceKind.SCOPE).open()).isZero();
        inside.close();
        after.close();
    }

    @Test
    void an_outer_scope_that_is_closed_elsewhere_leaves_the_inner_one_alone() {
        LeakScope outer = guard.openScope("outer");
        LeakScope inner = guard.openScope("inner", ScopeOptions.create().grace(Duration.ZERO));
        onThread("closer", outer::close);
        Thing thing = new Thing(guard);
        assertThat(inner.openCount()).isEqualTo(1);
        thing.close();
        inner.close();
        afterGrace();
        assertThat(reports()).isEmpty();
    }

    @Test
    void scopes_that_are_closed_in_the_wrong_order_are_no_leak() {
        LeakScope outer = guard.openScope("outer");
        LeakScope inner = guard.openScope("inner");
        outer.close();
        inner.close();
        Thing thing = new Thing(guard);
        afterGrace();
        assertThat(reports()).isEmpty();
        assertThat(thing.leakTracker().isOpen()).isTrue();
        thing.close();
    }

    @Test
    void an_inner_scope_that_is_never_closed_is_reported_and_ends_with_the_outer_one() {
        LeakScope inner;
        Thing ofInner;
        try (LeakScope outer = guard.openScope("outer")) {
            inner = guard.openScope("inner");
            ofInner = new Thing(guard);
        }
        Thing outside = new Thing(guard);
        afterGrace();
        assertThat(reports()).extracting(LeakReport::kind).containsExactlyInAnyOrder(ResourceKind.SCOPE, Thing.KIND);
        assertThat(reports()).allMatch(r -> r.cause() == LeakCause.ESCAPED_SCOPE);
        assertThat(guard.open().groups()).noneMatch(g -> g.scopes().contains("inner"));
        inner.close();
        ofInner.close();
        outside.close();
    }

    @Test
    void a_parent_and_its_children_that_escape_are_one_report() {
        Thing connection;
        Thing statement;
        try (LeakScope scope = guard.openScope("event")) {
            connection = new Thing(guard, "connection");
            statement = new Thing(guard, ResourceKind.of("test.child"), "select 1", connection);
        }
        afterGrace();
        LeakReport report = onlyReport();
        assertThat(report.description()).isEqualTo("connection");
        assertThat(report.children()).extracting(LeakReport.Child::description).containsExactly("select 1");
        connection.close();
        statement.close();
    }

    @Test
    void a_child_that_escapes_without_its_parent_is_reported_by_itself() {
        Thing connection = new Thing(guard, "pooled connection");
        Thing statement;
        try (LeakScope scope = guard.openScope("event")) {
            statement = new Thing(guard, ResourceKind.of("test.child"), "select 1", connection);
        }
        afterGrace();
        assertThat(onlyReport().description()).isEqualTo("select 1");
        statement.close();
        connection.close();
    }

    @Test
    void what_was_closed_behind_its_handles_back_has_not_escaped() throws IOException {
        List<Object> handles = new ArrayList<>();
        try (LeakScope scope = guard.openScope("event")) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            Object handle = new Object();
            handles.add(handle);
            guard.track(handle, ResourceKind.SERVER_SOCKET, null, null, socket);
            socket.close();
        }
        afterGrace();
        assertThat(reports()).isEmpty();
        assertThat(guard.stats().of(ResourceKind.SERVER_SOCKET).closed()).isEqualTo(1);
        assertThat(handles).hasSize(1);
    }

    @Test
    void a_suppressed_escape_is_counted_once_and_not_reported() {
        Recorder mine = new Recorder();
        try (LeakGuard lenient = LeakGuard.builder()
                .listener(mine)
                .log(false)
                .scopeGrace(Duration.ZERO)
                .suppress("test.*", "*", "known")
                .build()) {
            Thing thing;
            try (LeakScope scope = lenient.openScope("event")) {
                thing = new Thing(lenient);
            }
            assertThat(lenient.flush(LONG)).isTrue();
            assertThat(mine.reports).isEmpty();
            assertThat(lenient.stats().suppressed()).isEqualTo(1);
            thing.close();
        }
    }

    @Test
    void at_most_16_attributes_are_kept_and_a_null_harms_nothing() {
        Thing thing;
        try (LeakScope scope = guard.openScope("event")) {
            for (int i = 0; i < 40; i++) {
                scope.attribute("key" + i, "value");
            }
            thing = new Thing(guard);
        }
        try (LeakScope scope = openWithNulls()) {
            assertThat(scope.usage().attributes()).containsEntry("null", "null");
        }
        afterGrace();
        assertThat(onlyReport().attributes()).hasSize(16);
        thing.close();
    }

    @SuppressWarnings("NullAway") // what a caller without null checks may do
    private LeakScope openWithNulls() {
        return guard.openScope(null).attribute(null, null);
    }

    @Test
    void names_and_attributes_cannot_forge_a_log_line() {
        Thing thing;
        try (LeakScope scope = guard.openScope("a\nERROR forged").attribute("k", "v\r\nx")) {
            thing = new Thing(guard);
        }
        afterGrace();
        assertThat(onlyReport().toText()).contains("a\\nERROR forged").doesNotContain("\nERROR");
        thing.close();
    }

    @Test
    void a_scope_that_is_renamed_is_reported_by_its_last_name_also_for_what_was_opened_before() {
        Thing thing;
        try (LeakScope scope = guard.openScope("GET")) {
            thing = new Thing(guard);
            try (LeakScope inner = guard.openScope("step")) {
                assertThat(inner.usage().path()).containsExactly("GET", "step");
            }
            assertThat(scope.rename("GET /orders/{id}").name()).isEqualTo("GET /orders/{id}");
            assertThat(guard.currentScope().map(LeakScope::name)).contains("GET /orders/{id}");
        }
        afterGrace();
        assertThat(onlyReport().scopes()).containsExactly("GET /orders/{id}");
        thing.close();
    }

    @Test
    void a_scope_that_nobody_closes_is_told_by_its_last_name() {
        guard.openDetachedScope("GET", null).rename("GET /orders/{id}");
        Awaitility.await().atMost(LONG).until(() -> {
            System.gc();
            return !reports().isEmpty();
        });
        assertThat(onlyReport().description()).isEqualTo("GET /orders/{id}");
    }

    @Test
    void a_closed_or_disabled_guard_has_scopes_that_do_nothing() {
        LeakGuard closed = LeakGuard.builder().log(false).build();
        closed.close();
        for (LeakGuard off : List.of(closed, LeakGuard.disabled())) {
            try (LeakScope scope = off.openScope("event").attribute("a", "b")) {
                new Thing(off);
                assertThat(scope.openCount()).isZero();
                assertThat(scope.name()).isEqualTo("event");
                assertThat(scope.rename("other").name()).isEqualTo("other");
                assertThat(scope.adopt(new Object())).isFalse();
            }
        }
    }

    @Test
    void a_scope_that_outlives_its_guard_can_be_closed_and_leaves_its_thread() {
        LeakGuard other = LeakGuard.builder().log(false).build();
        LeakScope scope = other.openScope("event");
        other.close();
        scope.close();
        assertThat(scope.toString()).isEqualTo("LeakScope[event, closed]");
    }
}
