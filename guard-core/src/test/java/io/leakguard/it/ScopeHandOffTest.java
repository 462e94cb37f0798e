package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ScopeHandOffTest extends GuardFixture {

    private static final ResourceKind SHORT = ResourceKind.of("test.short");
    private static final ResourceKind CHILD = ResourceKind.of("test.child");

    @Override
    LeakGuardBuilder configure(LeakGuardBuilder builder) {
        return builder.overdueAfter(SHORT, Duration.ofMillis(1));
    }

    @Test
    void what_is_released_is_the_parents_to_close() {
        Thing thing;
        try (LeakScope outer = guard.openScope("outer")) {
            try (LeakScope inner = guard.openScope("inner")) {
                thing = new Thing(guard);
                assertThat(inner.release(thing)).isTrue();
                assertThat(inner.openCount()).isZero();
                assertThat(outer.openCount()).isEqualTo(1);
            }
            afterGrace();
            assertThat(reports()).isEmpty();
        }
        afterGrace();
        assertThat(onlyReport().scopes()).containsExactly("outer");
        thing.close();
    }

    @Test
    void what_is_released_without_a_parent_belongs_to_no_scope() {
        Thing thing;
        try (LeakScope scope = guard.openScope("event")) {
            thing = new Thing(guard);
            assertThat(scope.release(thing)).isTrue();
            assertThat(scope.release(thing)).isFalse();
        }
        afterGrace();
        assertThat(reports()).isEmpty();
        thing.close();
    }

    @Test
    void another_scopes_resource_cannot_be_released() {
        Thing thing;
        try (LeakScope outer = guard.openScope("outer")) {
            thing = new Thing(guard);
            try (LeakScope inner = guard.openScope("inner")) {
                assertThat(inner.release(thing)).isFalse();
            }
            assertThat(outer.openCount()).isEqualTo(1);
            thing.close();
        }
    }

    @Test
    void a_scope_can_adopt_what_another_one_opened_also_after_that_one_has_ended() {
        LeakScope cache = guard.openDetachedScope("cache", null);
        Thing first;
        Thing second;
        LeakScope event = guard.openScope("event", ScopeOptions.create().grace(Duration.ofSeconds(20)));
        try {
            first = new Thing(guard, "while it runs");
            second = new Thing(guard, "in its grace");
            assertThat(cache.adopt(first)).isTrue();
        } finally {
            event.close();
        }
        assertThat(cache.adopt(second.leakTracker())).isTrue();
        assertThat(cache.openCount()).isEqualTo(2);
        afterGrace();
        assertThat(reports()).isEmpty();
        cache.close();
        afterGrace();
        assertThat(reports()).extracting(LeakReport::scopes).allMatch(path -> path.contains("cache"));
        assertThat(reports()).hasSize(2);
        first.close();
        second.close();
    }

    @Test
    void a_scope_that_has_ended_adopts_nothing() {
        LeakScope ended = guard.openScope("ended");
        ended.close();
        try (LeakScope scope = guard.openScope("event")) {
            Thing thing = new Thing(guard);
            assertThat(ended.adopt(thing)).isFalse();
            assertThat(scope.openCount()).isEqualTo(1);
            thing.close();
            assertThat(scope.adopt(thing)).isFalse();
        }
    }

    @Test
    void what_is_moved_to_and_fro_is_counted_and_reported_once() {
        Thing thing;
        LeakScope a = guard.openDetachedScope("a", null);
        LeakScope b = guard.openDetachedScope("b", null);
        try (var binding = a.bind()) {
            thing = new Thing(guard);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(b.adopt(thing)).isTrue();
            assertThat(a.adopt(thing)).isTrue();
        }
        assertThat(a.openCount()).isEqualTo(1);
        assertThat(b.openCount()).isZero();
        a.close();
        b.close();
        afterGrace();
        assertThat(onlyReport().scopes()).containsExactly("a");
        thing.close();
    }

    @Test
    void what_is_open_under_it_moves_along() {
        Thing connection;
        Thing statement;
        LeakScope cache = guard.openDetachedScope("cache", null);
        try (LeakScope event = guard.openScope("event")) {
            connection = new Thing(guard, "connection");
            statement = new Thing(guard, CHILD, "statement", connection);
            cache.adopt(connection);
            assertThat(event.openCount()).isZero();
            assertThat(cache.openCount()).isEqualTo(2);
        }
        afterGrace();
        assertThat(reports()).isEmpty();
        connection.close();
        statement.close();
        cache.close();
    }

    @Test
    void what_is_kept_is_neither_escaped_nor_overdue_and_the_list_of_open_says_why() {
        Thing kept;
        Thing late;
        try (LeakScope scope = guard.openScope("start")) {
            kept = new Thing(guard, SHORT, "listener", null);
            assertThat(scope.keep(kept, "lives as long as the process")).isTrue();
            assertThat(scope.openCount()).isZero();
        }
        late = new Thing(guard, SHORT, "late", null);
        Awaitility.await().atMost(LONG).until(() -> !reports().isEmpty()); // the sweep has seen both
        assertThat(onlyReport().description()).isEqualTo("late");
        assertThat(onlyReport().cause()).isEqualTo(LeakCause.OVERDUE);
        OpenResources open = guard.open();
        assertThat(open.groups()).anySatisfy(group -> {
            assertThat(group.keptReason()).isEqualTo("lives as long as the process");
            assertThat(group.oldestDescription()).isEqualTo("listener");
            assertThat(group.count()).isEqualTo(1);
        });
        assertThat(open.toText()).contains("kept: lives as long as the process");
        kept.close();
        late.close();
    }

    @Test
    void what_is_kept_is_still_reported_if_it_is_collected() {
        keepAndForget();
        Gc.until(() -> !reports().isEmpty());
        assertThat(onlyReport().cause()).isEqualTo(LeakCause.COLLECTED);
    }

    private void keepAndForget() {
        try (LeakScope scope = guard.openScope("start")) {
            scope.keep(new Thing(guard), "cached");
        }
    }

    @Test
    void what_is_kept_and_then_adopted_is_the_adopters_to_close() {
        Thing thing;
        LeakScope next = guard.openDetachedScope("next", null);
        try (LeakScope scope = guard.openScope("start")) {
            thing = new Thing(guard);
            scope.keep(thing, "for now");
            assertThat(next.adopt(thing)).isTrue();
        }
        assertThat(next.openCount()).isEqualTo(1);
        next.close();
        afterGrace();
        assertThat(onlyReport().scopes()).containsExactly("next");
        thing.close();
    }

    @Test
    void nothing_is_handed_off_that_is_closed_foreign_or_not_guarded() {
        Thing closed = new Thing(guard);
        closed.close();
        try (LeakGuard other = LeakGuard.builder().log(false).build();
                LeakScope scope = guard.openScope("event")) {
            Thing foreign = new Thing(other);
            for (Object resource : new Object[] {closed, foreign, "text", new Object()}) {
                assertThat(scope.release(resource)).isFalse();
                assertThat(scope.adopt(resource)).isFalse();
                assertThat(scope.keep(resource, "no")).isFalse();
            }
            foreign.close();
        }
    }

    @Test
    void what_is_meant_to_live_long_is_told_at_the_end_only_with_what_isnt() {
        Thing kept = new Thing(guard);
        guard.keep(kept.leakTracker(), "lives as long as the process");
        guard.close();
        assertThat(recorder.atShutdown).isEmpty();

        LeakGuard other = LeakGuard.builder().log(false).listener(recorder).build();
        Thing keptToo = new Thing(other);
        other.keep(keptToo.leakTracker(), "cached");
        Thing forgotten = new Thing(other);
        other.close();
        assertThat(recorder.atShutdown).singleElement().satisfies(open -> {
            assertThat(open.total()).isEqualTo(2);
            assertThat(open.groups())
                    .extracting(OpenResources.Group::keptReason)
                    .containsExactly("", "cached");
        });
        kept.close();
        keptToo.close();
        forgotten.close();
    }
}
