package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CollectedTest {

    private static final ResourceKind CHILD = ResourceKind.of("test.child");

    private final Recorder recorder = new Recorder();
    private final LeakGuard guard = LeakGuard.builder()
            .listener(recorder)
            .capture(CaptureBudget.unlimited())
            .reportInterval(Duration.ZERO)
            .log(false)
            .build();

    @AfterEach
    void close() {
        guard.close();
    }

    private void leak(Object description) {
        new Thing(guard, description);
    }

    @Test
    void a_handle_that_is_collected_without_close_is_reported_at_its_line() {
        Instant before = Instant.now();
        leak("order 7");
        Gc.until(() -> !recorder.reports.isEmpty());
        LeakReport report = recorder.reports.get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.kind()).isEqualTo(Thing.KIND);
        assertThat(report.description()).isEqualTo("order 7");
        assertThat(report.stack().get(0).getMethodName()).isEqualTo("<init>");
        assertThat(report.stack().get(2).getMethodName()).isEqualTo("leak");
        assertThat(report.siteText()).startsWith("CollectedTest.leak(CollectedTest.java:");
        assertThat(report.threadName()).isEqualTo(Thread.currentThread().getName());
        assertThat(report.openedAt()).isBetween(before.minusMillis(50), Instant.now());
        assertThat(report.detectedAt()).isAfterOrEqualTo(report.openedAt());
        assertThat(report.occurrences()).isEqualTo(1);
        assertThat(report.scopes()).isEmpty();
        assertThat(report.spanContext().isValid()).isFalse();
    }

    @Test
    void the_line_that_called_the_library_is_blamed_when_the_application_is_named() {
        Recorder other = new Recorder();
        try (LeakGuard named = LeakGuard.builder()
                .listener(other)
                .capture(CaptureBudget.unlimited())
                .appPackages("io.leakguard.it")
                .log(false)
                .build()) {
            named.track(new Object(), Thing.KIND);
            int line = new Throwable().getStackTrace()[0].getLineNumber() - 1;
            Gc.until(() -> !other.reports.isEmpty());
            assertThat(other.reports.get(0).siteText())
                    .isEqualTo("CollectedTest." + new Throwable().getStackTrace()[0].getMethodName()
                            + "(CollectedTest.java:" + line + ")");
        }
    }

    @Test
    void what_was_closed_is_never_reported() {
        for (int i = 0; i < 1_000; i++) {
            try (Thing thing = new Thing(guard)) {
                assertThat(thing.leakTracker().isOpen()).isTrue();
            }
        }
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        GuardStats.KindStats stats = guard.stats().of(Thing.KIND);
        assertThat(stats.opened()).isEqualTo(1_000);
        assertThat(stats.closed()).isEqualTo(1_000);
        assertThat(stats.open()).isZero();
    }

    @Test
    void close_is_true_only_the_first_time() {
        Thing thing = new Thing(guard);
        assertThat(thing.leakTracker().close()).isTrue();
        assertThat(thing.leakTracker().close()).isFalse();
        assertThat(guard.stats().closed()).isEqualTo(1);
    }

    @Test
    void a_leaked_graph_is_one_report_at_its_root_with_its_children() {
        leakGraph();
        Gc.settle(guard);
        assertThat(recorder.reports).hasSize(1);
        LeakReport report = recorder.reports.get(0);
        assertThat(report.kind()).isEqualTo(Thing.KIND);
        assertThat(report.children()).hasSize(2);
        assertThat(report.children()).allSatisfy(child -> {
            assertThat(child.kind()).isEqualTo(CHILD);
            assertThat(child.description()).isEqualTo("select 1");
        });
        assertThat(report.toText()).contains("still open under it: 2 test.child \"select 1\"");
        assertThat(guard.stats().leaked())
                .isEqualTo(3 + guard.stats().of(Gc.SENTINEL).leaked());
        assertThat(guard.stats().of(CHILD).leaked()).isEqualTo(2);
    }

    private void leakGraph() {
        Thing root = new Thing(guard, "connection");
        for (int i = 0; i < 3; i++) {
            Thing child = new Thing(guard, CHILD, "select 1", root);
            if (i == 1) {
                child.close();
            }
        }
    }

    @Test
    void a_child_that_leaks_on_a_live_parent_is_reported_alone() {
        Thing root = new Thing(guard, "connection");
        new Thing(guard, CHILD, "select 2", root);
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.of(CHILD)).hasSize(1);
        root.close();
        Gc.settle(guard);
        assertThat(recorder.reports).hasSize(1);
    }

    @Test
    void closing_the_parent_ends_its_children_silently() {
        Thing root = new Thing(guard, "connection");
        List<Thing> children = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            children.add(new Thing(guard, CHILD, "select 3", root));
        }
        root.close();
        assertThat(children).noneMatch(child -> child.leakTracker().isOpen());
        children.clear();
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(guard.stats().of(CHILD).closed()).isEqualTo(10);
    }

    @Test
    void a_parent_in_use_through_its_child_is_not_reported() {
        Thing child = childOfAForgottenParent();
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(child.leakTracker().isOpen()).isTrue();
    }

    private Thing childOfAForgottenParent() {
        return new Thing(guard, CHILD, "in use", new Thing(guard, "connection"));
    }

    @Test
    void the_report_shows_first_and_last_touches() {
        Thing thing = new Thing(guard, "touched");
        LeakTrackers.touch(thing, 20);
        thing = null;
        Gc.until(() -> !recorder.reports.isEmpty());
        LeakReport report = recorder.reports.get(0);
        assertThat(report.touchCount()).isEqualTo(20);
        assertThat(report.touches())
                .extracting(LeakReport.Touch::hint)
                .containsExactly("touch 0", "touch 17", "touch 18", "touch 19");
        assertThat(report.touches().get(3).stack().get(0).getMethodName()).isEqualTo("touch");
    }

    @Test
    void the_report_carries_the_span_that_was_current_when_it_was_opened() {
        SpanContext context = SpanContext.create(
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00f067aa0ba902b7",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        try (Scope scope = Span.wrap(context).makeCurrent()) {
            leak("traced");
        }
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(recorder.reports.get(0).spanContext()).isEqualTo(context);
        assertThat(recorder.reports.get(0).toText()).contains("trace 4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void a_description_that_fails_or_is_hostile_still_gives_a_report_of_one_event() {
        leak((java.util.function.Supplier<String>) () -> {
            throw new StackOverflowError("description");
        });
        Gc.until(() -> recorder.reports.size() == 1);
        assertThat(recorder.reports.get(0).description()).contains("description failed", "StackOverflowError");
        leak("line\nLEAK forged\u202e\u0007" + "x".repeat(5_000));
        Gc.until(() -> recorder.reports.size() == 2);
        assertThat(recorder.reports.get(1).description())
                .startsWith("line\\nLEAK forged\\u202e\\u0007xxx")
                .hasSizeLessThan(1_100);
    }

    @Test
    void a_supplier_is_asked_only_for_a_report() {
        int[] asked = new int[1];
        try (Thing thing = new Thing(guard, (java.util.function.Supplier<String>) () -> "n" + ++asked[0])) {
            assertThat(thing.leakTracker().isOpen()).isTrue();
        }
        Gc.settle(guard);
        assertThat(asked[0]).isZero();
    }

    @Test
    void nothing_is_tracked_without_a_handle_and_nothing_is_thrown() {
        assertThat(guard.track(null, Thing.KIND).close()).isFalse();
        guard.track(new Object(), null, null).close();
        assertThat(guard.stats().internalErrors()).isZero();
    }

    /** Out of line, so that no local of a test keeps a handle alive. */
    private static final class LeakTrackers {
        static void touch(Thing thing, int times) {
            for (int i = 0; i < times; i++) {
                thing.leakTracker().touch("touch " + i);
            }
        }
    }
}
