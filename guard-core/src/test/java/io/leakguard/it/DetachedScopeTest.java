package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DetachedScopeTest {

    private static final ResourceKind THING = ResourceKind.of("test.thing");
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();

    private LeakGuardBuilder builder() {
        return LeakGuard.builder()
                .log(false)
                .reportInterval(Duration.ZERO)
                .scopeGrace(Duration.ZERO)
                .listener(reports::add);
    }

    @Test
    void a_detached_scope_takes_what_a_thread_opens_only_while_the_thread_is_bound_to_it() {
        Object inside = new Object();
        Object outside = new Object();
        try (LeakGuard guard = builder().build()) {
            LeakScope scope = guard.openDetachedScope("job", null);
            guard.track(outside, THING, "outside");
            try (LeakListener.Registration binding = scope.bind()) {
                guard.track(inside, THING, "inside");
            }
            assertThat(scope.openCount()).isEqualTo(1);
            scope.close();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(reports).extracting(LeakReport::description).containsExactly("inside");
            assertThat(reports.get(0).cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        }
    }

    @Test
    void the_current_scope_is_the_innermost_that_is_open_on_this_thread_and_can_be_bound_on_another() throws Exception {
        Object inside = new Object();
        try (LeakGuard guard = builder().build()) {
            assertThat(guard.currentScope()).isEmpty();
            LeakScope job = guard.openScope("job");
            LeakScope step = guard.openScope("step");
            assertThat(guard.currentScope()).map(LeakScope::name).contains("step");
            step.close();
            LeakScope current = guard.currentScope().orElseThrow();
            Thread other = new Thread(() -> {
                try (LeakListener.Registration binding = current.bind()) {
                    guard.track(inside, THING, "inside");
                }
            });
            other.start();
            other.join();
            assertThat(job.openCount()).isEqualTo(1);
            job.close();
            assertThat(guard.currentScope()).isEmpty();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(reports).extracting(LeakReport::description).containsExactly("inside");
        }
    }

    @Test
    void a_detached_scope_is_not_ended_with_the_task_that_opened_it() {
        try (LeakGuard guard = builder().build()) {
            LeakScope outer = guard.openDetachedScope("outer", null);
            LeakScope inner;
            try (LeakListener.Registration binding = outer.bind()) {
                inner = guard.openDetachedScope("inner", outer);
                LeakListener.Registration leftBound = inner.bind();
                assertThat(leftBound).isNotNull();
            }
            Object handle = new Object();
            try (LeakListener.Registration binding = inner.bind()) {
                guard.track(handle, THING);
            }
            assertThat(inner.openCount()).isEqualTo(1);
            inner.close();
            outer.close();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(reports).hasSize(1);
            assertThat(reports.get(0).scopes()).containsExactly("outer", "inner");
        }
    }

    @Test
    void with_inherited_scopes_a_thread_that_is_started_in_a_scope_is_in_it() throws InterruptedException {
        Object handle = new Object();
        try (LeakGuard guard = builder().inheritScopes(true).build()) {
            LeakScope scope = guard.openScope("job");
            Thread thread = new Thread(() -> guard.track(handle, THING, "on the thread"));
            thread.start();
            thread.join();
            scope.close();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(reports).extracting(LeakReport::description).containsExactly("on the thread");
        }
    }

    @Test
    void what_a_thread_of_no_scope_opens_belongs_to_the_default_scope() {
        AtomicReference<@Nullable LeakScope> byDefault = new AtomicReference<>();
        Object first = new Object();
        Object second = new Object();
        Object third = new Object();
        try (LeakGuard guard = builder().defaultScope(byDefault::get).build()) {
            guard.track(first, THING, "before there is one");
            LeakScope job = guard.openDetachedScope("job", null);
            byDefault.set(job);
            guard.track(second, THING, "by default");
            try (LeakScope other = guard.openScope("other")) {
                LeakTracker tracker = guard.track(third, THING, "in a scope of its own");
                assertThat(other.openCount()).isEqualTo(1);
                tracker.close();
            }
            assertThat(job.openCount()).isEqualTo(1);
            job.close();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(reports).extracting(LeakReport::description).containsExactly("by default");
            assertThat(reports.get(0).scopes()).containsExactly("job");
        }
    }

    @Test
    void a_default_scope_that_cannot_be_told_costs_no_resource_its_tracking() {
        Object handle = new Object();
        try (LeakGuard guard = builder()
                .defaultScope(() -> {
                    throw new IllegalStateException("not now");
                })
                .build()) {
            LeakTracker tracker = guard.track(handle, THING);
            assertThat(tracker.isOpen()).isTrue();
            assertThat(guard.stats().internalErrors()).isEqualTo(1);
            tracker.close();
        }
    }

    @Test
    void a_child_opened_on_a_thread_of_no_scope_belongs_to_its_parents_scope() throws InterruptedException {
        Object connection = new Object();
        Object statement = new Object();
        try (LeakGuard guard = builder().build()) {
            LeakScope scope = guard.openScope("job");
            LeakTracker parent = guard.track(connection, THING, "connection");
            Thread thread = new Thread(() -> guard.track(statement, THING, "statement", parent, null));
            thread.start();
            thread.join();
            assertThat(scope.openCount()).isEqualTo(2);
            parent.close();
            scope.close();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(reports).isEmpty();
        }
    }

    @Test
    void awaiting_a_collection_finds_what_is_unreachable_and_only_that() {
        Object held = new Object();
        try (LeakGuard guard = builder().build()) {
            guard.track(held, THING, "held");
            drop(guard);
            assertThat(guard.awaitCollection(LONG)).isTrue();
            assertThat(guard.awaitCollection(LONG)).isTrue();
            assertThat(reports).extracting(LeakReport::description).containsExactly("dropped");
            assertThat(held).isNotNull();
        }
    }

    private static void drop(LeakGuard guard) {
        guard.track(new Object(), THING, "dropped");
    }
}
