package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Objects of a pool that tell nobody when they are given back. */
class PolledPoolTest {

    private static final ResourceKind KIND = ResourceKind.of("test.pooled");
    private static final ResourceKind WHOLE = ResourceKind.of("test.whole");

    private final Recorder recorder = new Recorder();
    private final LeakGuard guard = settings().build();
    private final Polled<Pooled> polled = polled(guard);

    /** What a test shall not have collected. */
    private final List<Pooled> held = new ArrayList<>();

    private Pooled held() {
        return held(null);
    }

    private Pooled held(@Nullable String description) {
        Pooled object = new Pooled(description);
        held.add(object);
        return object;
    }

    private LeakGuardBuilder settings() {
        return LeakGuard.builder()
                .listener(recorder)
                .reportInterval(Duration.ZERO)
                .maxReportsPerMinute(1_000_000)
                .capture(CaptureBudget.none()) // whose stack may be captured is recorded in full
                .log(false);
    }

    @AfterEach
    void close() {
        guard.close();
    }

    /** What a pool hands out, and what says whether it is out, as a reference count would. */
    private static final class Pooled {
        final Out out;

        Pooled() {
            this(null);
        }

        Pooled(@Nullable String description) {
            this.out = new Out(description);
        }

        void giveBack() {
            out.is.set(false);
        }
    }

    private static final class Out implements ResourceProbe {
        final AtomicBoolean is = new AtomicBoolean(true);
        private final @Nullable String description;

        Out(@Nullable String description) {
            this.description = description;
        }

        @Override
        public boolean isOpen() {
            return is.get();
        }

        @Override
        public @Nullable String describe() {
            return description;
        }

        @Override
        public void close() {
            throw new AssertionError("the probe of a polled object is never closed");
        }
    }

    private static Polled<Pooled> polled(LeakGuard guard) {
        return guard.polled(KIND, new Poller<Pooled>() {
            @Override
            public boolean isOpen(Pooled object) {
                return object.out.isOpen();
            }

            @Override
            public ResourceProbe probe(Pooled object) {
                return object.out;
            }
        });
    }

    /** Uses up the number of those that need a tracker, and then opens one that is polled. */
    private static void handOut(Polled<Pooled> polled, Pooled object) {
        object.out.is.set(true);
        for (int i = 0; i < 1_000_000; i++) {
            if (polled.opened(object)) {
                return;
            }
        }
        throw new AssertionError("there is no end of those that need a tracker");
    }

    /** The record of an object that is handed out. */
    private static LeakTracker track(Polled<Pooled> polled, Pooled object) {
        handOut(polled, object);
        polled.settle();
        LeakTracker record = polled.find(object);
        assertThat(record).isNotNull();
        return record;
    }

    private void leak(String description) {
        track(polled, new Pooled(description));
    }

    private GuardStats.KindStats stats() {
        return guard.stats().of(KIND);
    }

    @Test
    void the_first_of_a_second_need_a_tracker() {
        assertThat(polled.opened(held())).isFalse();
        assertThat(stats().opened()).isZero();
    }

    @Test
    void those_whose_stack_may_be_captured_have_it_without_a_tracker() {
        try (LeakGuard capturing =
                settings().capture(CaptureBudget.perSecond(50_000)).build()) {
            Polled<Pooled> its = polled(capturing);
            handOut(its, held());
            assertThat(capturing.stats().of(KIND).captured()).isEqualTo(1);
            assertThat(capturing.stats().of(KIND).opened()).isEqualTo(1);
        }
    }

    @Test
    void each_time_is_counted_and_that_it_was_given_back_is_asked() {
        Pooled object = held();
        LeakTracker tracker = track(polled, object);
        assertThat(polled.find(new Pooled())).isNull();
        for (int i = 1; i < 1_000; i++) {
            object.giveBack();
            assertThat(tracker.isOpen()).isFalse();
            handOut(polled, object);
            polled.settle();
            assertThat(polled.find(object)).isSameAs(tracker);
            assertThat(tracker.isOpen()).isTrue();
        }
        assertThat(stats().opened()).isEqualTo(1_000);
        assertThat(stats().closed()).isEqualTo(999);
        assertThat(stats().open()).isEqualTo(1);
        object.giveBack();
        assertThat(stats().open()).isZero();
        assertThat(stats().leaked()).isZero();
    }

    @Test
    void one_that_is_collected_while_it_is_out_is_one_leak() {
        leak("buffer of 256 B");
        Gc.until(() -> !recorder.of(KIND).isEmpty());
        Gc.settle(guard);
        assertThat(recorder.of(KIND)).hasSize(1);
        LeakReport report = recorder.of(KIND).get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.description()).isEqualTo("buffer of 256 B");
        assertThat(report.threadName()).isEqualTo(Thread.currentThread().getName());
        assertThat(report.stack()).isEmpty();
        assertThat(report.siteText()).contains("creation stack");
        assertThat(stats().leaked()).isEqualTo(1);
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().collected()).isEqualTo(1);
        assertThat(stats().closed()).isZero();
        assertThat(stats().open()).isZero();
    }

    @Test
    void one_that_is_collected_after_it_was_given_back_is_none() {
        handOutAndDrop();
        Gc.settle(guard);
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(stats().opened()).isEqualTo(5);
        assertThat(stats().closed()).isEqualTo(5);
        assertThat(stats().collected()).isZero();
        assertThat(stats().leaked()).isZero();
    }

    private void handOutAndDrop() {
        Pooled object = new Pooled();
        track(polled, object);
        for (int i = 0; i < 4; i++) {
            object.giveBack();
            track(polled, object);
        }
        object.giveBack();
    }

    @Test
    void after_a_leak_without_a_stack_each_of_the_kind_needs_a_tracker() {
        leak("first");
        Gc.until(() -> !recorder.of(KIND).isEmpty());
        Pooled object = held();
        for (int i = 0; i < 10_000; i++) { // more than need one otherwise
            assertThat(polled.opened(object)).isFalse();
        }
    }

    @Test
    void one_that_something_else_tracks_is_not_reported() {
        dropSetAside();
        Gc.settle(guard);
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
    }

    private void dropSetAside() {
        Pooled object = new Pooled();
        LeakTracker tracker = track(polled, object);
        polled.trackedElsewhere(object);
        assertThat(tracker.close()).isFalse();
        assertThat(tracker.isOpen()).isFalse();
        assertThat(object.out.isOpen()).isTrue();
    }

    @Test
    void its_record_may_be_closed_once_as_any_tracker() {
        dropClosed();
        Gc.settle(guard);
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
    }

    private void dropClosed() {
        Pooled object = new Pooled();
        LeakTracker tracker = track(polled, object);
        assertThat(tracker.close()).isTrue();
        assertThat(tracker.close()).isFalse();
        assertThat(tracker.isOpen()).isFalse();
        assertThat(object.out.isOpen()).isTrue();
    }

    @Test
    void what_only_a_tracker_can_know_that_is_told_of_the_end_is_left_to_it() {
        neverByProbe(settings().capture(CaptureBudget.unlimited()), g -> {});
        neverByProbe(settings().overdueAfter(KIND, Duration.ofHours(1)), g -> {});
        neverByProbe(settings().overdueAfter(Duration.ofHours(1)), g -> {});
        neverByProbe(settings().holdDurations(true), LeakGuard::holdDurations);
        neverByProbe(settings().mdc("request"), g -> {});
        neverByProbe(settings().enabled(false), g -> {});
        neverByProbe(settings(), LeakGuard::close);
        LeakScope[] scope = new LeakScope[1];
        neverByProbe(settings(), g -> scope[0] = g.openScope("GET /orders"));
        scope[0].close();
        try (LeakGuard g = settings().build()) {
            LeakScope around = g.openDetachedScope("all", null);
            neverByProbe(settings().defaultScope(() -> around), other -> {});
        }
    }

    private static void neverByProbe(LeakGuardBuilder settings, Consumer<LeakGuard> before) {
        try (LeakGuard g = settings.build()) {
            before.accept(g);
            Polled<Pooled> its = polled(g);
            Pooled object = new Pooled();
            for (int i = 0; i < 10_000; i++) {
                assertThat(its.opened(object)).isFalse();
                assertThat(its.openedAtPeak(object)).isFalse();
            }
            its.trackedElsewhere(object);
            its.settle();
            assertThat(its.find(object)).isNull();
            its.close();
        }
    }

    @Test
    void a_scope_that_is_opened_later_ends_the_tracking_by_the_probe() {
        Pooled object = held();
        LeakTracker tracker = track(polled, object);
        object.giveBack();
        object.out.is.set(true);
        try (LeakScope scope = guard.openScope("GET /orders")) {
            for (int i = 0; i < 10_000; i++) {
                assertThat(polled.opened(object)).isFalse();
            }
            polled.trackedElsewhere(object);
            assertThat(tracker.isOpen()).isFalse();
        }
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
    }

    @Test
    void the_list_of_what_is_open_has_those_that_are_out() {
        Pooled out = held("out");
        Pooled in = held("in");
        track(polled, out);
        track(polled, in);
        in.giveBack();
        OpenResources open = guard.open();
        assertThat(open.total()).isEqualTo(1);
        assertThat(open.groups()).singleElement().satisfies(group -> {
            assertThat(group.kind()).isEqualTo(KIND);
            assertThat(group.oldestDescription()).isEqualTo("out");
        });
    }

    @Test
    void what_is_out_when_the_guard_is_closed_is_told_then_and_its_record_is_gone() {
        Pooled out = held("out");
        Pooled in = held("in");
        LeakTracker ofOut = track(polled, out);
        LeakTracker ofIn = track(polled, in);
        in.giveBack();
        guard.close();
        assertThat(recorder.atShutdown)
                .singleElement()
                .satisfies(open -> assertThat(open.total()).isEqualTo(1));
        assertThat(ofOut.isOpen()).isFalse();
        assertThat(ofIn.isOpen()).isFalse();
        assertThat(polled.find(in)).isNull();
        assertThat(polled.opened(out)).isFalse();
        assertThat(ofIn.close()).isFalse();
        assertThat(stats().opened()).isEqualTo(2);
        assertThat(stats().closed()).isEqualTo(1);
        assertThat(stats().open()).isEqualTo(1);
    }

    @Test
    void a_probe_that_fails_proves_nothing() {
        openWithoutProof();
        Gc.settle(guard);
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(guard.stats().internalErrors()).isPositive();
    }

    private void openWithoutProof() {
        Polled<Object> unknown = guard.polled(KIND, new Poller<>() {
            @Override
            public boolean isOpen(Object object) {
                return true;
            }

            @Override
            public ResourceProbe probe(Object object) {
                return () -> {
                    throw new IllegalStateException("cannot tell");
                };
            }
        });
        Object object = new Object();
        for (int i = 0; !unknown.opened(object); i++) {
            assertThat(i).isLessThan(1_000_000);
        }
    }

    /** Holds what it has taken over, and never itself. */
    private record Parts(List<LeakTracker> parts, Object held) implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public String describe() {
            return "whole";
        }
    }

    @Test
    void what_has_taken_it_over_has_it_in_its_report() {
        leakWhole();
        Gc.until(() -> !recorder.of(WHOLE).isEmpty());
        Gc.settle(guard);
        assertThat(recorder.of(WHOLE))
                .singleElement()
                .satisfies(report -> assertThat(report.children())
                        .singleElement()
                        .satisfies(child -> assertThat(child.description()).isEqualTo("part")));
        assertThat(recorder.of(KIND)).isEmpty();
        Gc.until(() -> stats().leaked() == 1);
        assertThat(recorder.of(KIND)).isEmpty();
    }

    private void leakWhole() {
        Pooled part = new Pooled("part");
        LeakTracker tracker = track(polled, part);
        guard.track(new Object(), WHOLE, new Parts(List.of(tracker), part));
    }

    @Test
    void a_report_links_to_the_trace_of_the_last_time_that_it_was_handed_out() {
        leakInTrace();
        Gc.until(() -> !recorder.of(KIND).isEmpty());
        assertThat(recorder.of(KIND).get(0).spanContext().getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    }

    private void leakInTrace() {
        Pooled object = new Pooled();
        track(polled, object);
        object.giveBack();
        SpanContext span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        try (Scope scope = Span.wrap(span).makeCurrent()) {
            handOut(polled, object);
        }
    }

    @Test
    void those_that_pile_up_are_growing() {
        List<Pooled> kept = new ArrayList<>();
        try (LeakGuard growing = settings()
                .escalation(Duration.ZERO)
                .growthInterval(Duration.ofMillis(10))
                .growthCapacity(2_000)
                .build()) {
            Polled<Pooled> its = polled(growing);
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> {
                        Pooled object = new Pooled();
                        if (kept.size() < 3_000) {
                            handOut(its, object);
                            kept.add(object);
                        }
                        return !recorder.of(KIND).isEmpty();
                    });
            assertThat(recorder.of(KIND).get(0).cause()).isEqualTo(LeakCause.GROWING);
            kept.forEach(Pooled::giveBack);
        }
    }

    @Test
    void counts_are_exact_with_several_threads_and_the_collector_at_work() throws Exception {
        int threads = 4;
        int times = 100_000;
        int dropEach = 1_000;
        List<Thread> all = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        long[] counted = new long[threads];
        try (LeakGuard exact = settings().escalation(Duration.ZERO).build()) {
            Polled<Pooled> its = polled(exact);
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread thread = new Thread(() -> counted[number] = churn(its, times, dropEach));
                thread.setUncaughtExceptionHandler((which, failure) -> failures.add(failure));
                all.add(thread);
                thread.start();
            }
            for (Thread thread : all) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            long byProbe = Arrays.stream(counted).sum();
            long leaks = (long) threads * times / dropEach;
            Gc.until(() -> exact.stats().of(KIND).leaked() >= leaks);
            Gc.settle(exact);
            GuardStats.KindStats stats = exact.stats().of(KIND);
            assertThat(stats.leaked()).isEqualTo(leaks);
            assertThat(stats.opened()).isEqualTo(byProbe);
            assertThat(stats.closed()).isEqualTo(byProbe - leaks);
            assertThat(stats.open()).isZero();
            assertThat(recorder.of(KIND)).hasSize((int) leaks);
            assertThat(exact.stats().internalErrors()).isZero();
        }
    }

    /** Hands out and gives back, and drops one each so many times. Returns how often an object was polled. */
    private static long churn(Polled<Pooled> polled, int times, int dropEach) {
        Deque<Pooled> pool = new ArrayDeque<>();
        long opened = 0;
        for (int i = 1; i <= times; i++) {
            Pooled object = pool.isEmpty() ? new Pooled() : pool.remove();
            if (i % 3 == 0) {
                track(polled, object);
            } else {
                handOut(polled, object);
            }
            opened++;
            if (i % dropEach != 0) {
                object.giveBack();
                pool.add(object);
            }
            if (i % 20_000 == 0) {
                System.gc();
            }
        }
        return opened;
    }

    @Test
    void once_closed_it_polls_on_what_is_open_and_takes_no_later_opening_for_one_of_its() {
        Pooled in = held("in");
        LeakTracker ofIn = track(polled, in);
        leak("out");
        Pooled taken = held("taken");
        track(polled, taken);
        in.giveBack();
        polled.close();
        polled.close();
        in.out.is.set(true); // somebody else's opening
        polled.trackedElsewhere(taken);
        assertThat(ofIn.isOpen()).isFalse();
        assertThat(polled.find(in)).isNull();
        assertThat(polled.find(taken)).isNull();
        assertThat(polled.opened(in)).isFalse();
        assertThat(stats().open()).isEqualTo(1);
        Gc.until(() -> !recorder.of(KIND).isEmpty());
        assertThat(recorder.of(KIND))
                .singleElement()
                .satisfies(report -> assertThat(report.description()).isEqualTo("out"));
        assertThat(stats().opened()).isEqualTo(3);
        assertThat(stats().closed()).isEqualTo(2);
        assertThat(stats().open()).isZero();
    }

    @Test
    void the_record_of_each_is_found_also_of_very_many_and_after_others_are_gone() {
        int many = 20_000;
        for (int i = 0; i < many; i++) {
            handOut(polled, held());
        }
        polled.settle();
        List<LeakTracker> records = held.stream().map(polled::find).toList();
        assertThat(records).doesNotContainNull().doesNotHaveDuplicates();
        assertThat(stats().open()).isEqualTo(many);
        held.forEach(Pooled::giveBack);
        held.subList(0, many - 10).clear();
        List<LeakTracker> left = records.subList(many - 10, many);
        Gc.settle(guard);
        assertThat(held.stream().map(polled::find).toList()).isEqualTo(left);
        for (int i = 0; i < 1_000; i++) {
            track(polled, held());
        }
        assertThat(held.stream().map(polled::find)).doesNotContainNull().containsAll(left);
        held.forEach(Pooled::giveBack);
        assertThat(stats().opened()).isEqualTo(many + 1_000);
        assertThat(stats().open()).isZero();
        assertThat(stats().leaked()).isZero();
    }

    @Test
    void a_missing_kind_or_poller_is_refused_by_name() {
        assertThatThrownBy(() -> guard.polled(KIND, null)).hasMessage("poller");
        assertThatThrownBy(() -> guard.polled(null, new Poller<>() {
                    @Override
                    public boolean isOpen(Object object) {
                        return true;
                    }

                    @Override
                    public ResourceProbe probe(Object object) {
                        return new Out(null);
                    }
                }))
                .hasMessage("kind");
    }
}
