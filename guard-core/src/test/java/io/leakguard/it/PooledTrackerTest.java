package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PooledTracker;
import io.leakguard.ResourceKind;
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
class PooledTrackerTest {

    private static final ResourceKind KIND = ResourceKind.of("test.pooled");
    private static final ResourceKind WHOLE = ResourceKind.of("test.whole");

    private final Recorder recorder = new Recorder();
    private final LeakGuard guard = settings().build();

    /** What a test shall not have collected. */
    private final List<Pooled> held = new ArrayList<>();

    private Pooled held() {
        Pooled object = new Pooled();
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
        final Out out = new Out();

        void giveBack() {
            out.is.set(false);
        }
    }

    private static final class Out implements ResourceProbe {
        final AtomicBoolean is = new AtomicBoolean(true);

        @Override
        public boolean isOpen() {
            return is.get();
        }

        @Override
        public void close() {
            throw new AssertionError("a probe of a pool's object is never closed");
        }
    }

    /** Uses up the number of those of which all is recorded, and then tracks one by its probe. */
    private static PooledTracker track(LeakGuard guard, Pooled object, @Nullable Object description) {
        for (int i = 0; i < 1_000_000; i++) {
            PooledTracker tracker = guard.trackPooled(object, KIND, description, object.out);
            if (tracker != null) {
                return tracker;
            }
        }
        throw new AssertionError("there is no end of those of which all is recorded");
    }

    private static void handOut(PooledTracker tracker, Pooled object) {
        object.out.is.set(true);
        for (int i = 0; i < 1_000_000; i++) {
            if (tracker.handedOut(object)) {
                return;
            }
        }
        throw new AssertionError("all is recorded, always");
    }

    private void leak(Object description) {
        track(guard, new Pooled(), description);
    }

    private GuardStats.KindStats stats() {
        return guard.stats().of(KIND);
    }

    @Test
    void the_first_of_a_second_are_to_be_recorded_in_full() {
        assertThat(guard.trackPooled(new Object(), KIND, null, new Out())).isNull();
        assertThat(stats().opened()).isZero();
    }

    @Test
    void one_whose_stack_may_be_captured_is_recorded_in_full() {
        try (LeakGuard capturing =
                settings().capture(CaptureBudget.perSecond(50_000)).build()) {
            for (int i = 0; i < 10_000; i++) {
                assertThat(capturing.trackPooled(new Object(), KIND, null, new Out()))
                        .isNull();
            }
        }
    }

    @Test
    void each_time_is_counted_and_that_it_was_given_back_is_asked() {
        Pooled object = held();
        PooledTracker tracker = track(guard, object, "buffer");
        assertThat(tracker.isOf(object)).isTrue();
        assertThat(tracker.isOf(new Pooled())).isFalse();
        for (int i = 1; i < 1_000; i++) {
            object.giveBack();
            assertThat(tracker.isOpen()).isFalse();
            object.out.is.set(true);
            if (!tracker.handedOut(object)) {
                handOut(tracker, object);
            }
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
        PooledTracker tracker = track(guard, object, null);
        for (int i = 0; i < 4; i++) {
            object.giveBack();
            handOut(tracker, object);
        }
        object.giveBack();
    }

    @Test
    void after_a_leak_without_a_stack_the_kind_is_recorded_in_full() {
        leak("first");
        Gc.until(() -> !recorder.of(KIND).isEmpty());
        for (int i = 0; i < 10_000; i++) { // more than are recorded in full otherwise
            assertThat(guard.trackPooled(new Object(), KIND, null, new Out())).isNull();
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
        PooledTracker tracker = track(guard, object, null);
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
            Pooled object = new Pooled();
            for (int i = 0; i < 10_000; i++) {
                assertThat(g.trackPooled(object, KIND, null, object.out)).isNull();
            }
        }
    }

    @Test
    void a_scope_that_is_opened_later_ends_the_tracking_by_the_probe() {
        Pooled object = held();
        PooledTracker tracker = track(guard, object, null);
        object.giveBack();
        object.out.is.set(true);
        try (LeakScope scope = guard.openScope("GET /orders")) {
            for (int i = 0; i < 10_000; i++) {
                assertThat(tracker.handedOut(object)).isFalse();
            }
            assertThat(tracker.isOpen()).isFalse();
        }
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
    }

    @Test
    void the_list_of_what_is_open_has_those_that_are_out() {
        Pooled out = held();
        Pooled in = held();
        track(guard, out, "out");
        track(guard, in, "in");
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
        Pooled out = held();
        Pooled in = held();
        PooledTracker ofOut = track(guard, out, "out");
        PooledTracker ofIn = track(guard, in, "in");
        in.giveBack();
        guard.close();
        assertThat(recorder.atShutdown)
                .singleElement()
                .satisfies(open -> assertThat(open.total()).isEqualTo(1));
        assertThat(ofOut.isGone()).isTrue();
        assertThat(ofIn.isGone()).isTrue();
        assertThat(ofOut.handedOut(out)).isFalse();
        assertThat(ofIn.close()).isFalse();
        assertThat(stats().opened()).isEqualTo(2);
        assertThat(stats().closed()).isEqualTo(1);
        assertThat(stats().open()).isEqualTo(1);
    }

    @Test
    void a_probe_that_fails_proves_nothing() {
        trackWith(new ResourceProbe() {
            @Override
            public boolean isOpen() {
                throw new IllegalStateException("cannot tell");
            }

            @Override
            public void close() {}
        });
        Gc.settle(guard);
        Gc.settle(guard);
        assertThat(recorder.reports).isEmpty();
        assertThat(guard.stats().internalErrors()).isPositive();
    }

    private void trackWith(ResourceProbe probe) {
        Object object = new Object();
        for (int i = 0; guard.trackPooled(object, KIND, null, probe) == null; i++) {
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
        Pooled part = new Pooled();
        PooledTracker tracker = track(guard, part, "part");
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
        PooledTracker tracker = track(guard, object, null);
        object.giveBack();
        SpanContext span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        try (Scope scope = Span.wrap(span).makeCurrent()) {
            handOut(tracker, object);
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
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> {
                        Pooled object = new Pooled();
                        if (kept.size() < 3_000) {
                            track(growing, object, null);
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
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread thread = new Thread(() -> counted[number] = churn(exact, times, dropEach));
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

    private record Known(Pooled object, PooledTracker tracker) {}

    /** Hands out and gives back, and drops one each so many times. Returns how often an object was tracked by its probe. */
    private static long churn(LeakGuard guard, int times, int dropEach) {
        Deque<Known> pool = new ArrayDeque<>();
        long tracked = 0;
        for (int i = 1; i <= times; i++) {
            Known known = pool.poll();
            if (known == null) {
                Pooled object = new Pooled();
                known = new Known(object, track(guard, object, null));
            } else {
                handOut(known.tracker, known.object);
            }
            tracked++;
            if (i % dropEach != 0) {
                known.object.giveBack();
                pool.add(known);
            }
            if (i % 20_000 == 0) {
                System.gc();
            }
        }
        return tracked;
    }
}
