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
import io.leakguard.ResourceKind;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is opened and closed so often that only what stays open has a record. */
class PolledTest {

    private static final ResourceKind KIND = ResourceKind.of("test.polled");

    private final Recorder recorder = new Recorder();
    private final LeakGuard guard = settings().build();
    private final Things things = new Things(guard);

    private static final class Thing implements ResourceProbe {
        private final AtomicBoolean open;

        Thing() {
            this(new AtomicBoolean(true));
        }

        private Thing(AtomicBoolean open) {
            this.open = open;
        }

        /** As the thing itself must not be held, this is what tells of it. */
        ResourceProbe probe() {
            return new Thing(open);
        }

        @Override
        public boolean isOpen() {
            return open.get();
        }

        @Override
        public String describe() {
            return "thing";
        }

        @Override
        public void close() {
            open.set(false);
        }
    }

    /** As an adapter would: it knows what is open. */
    private static final class Things implements Poller<Thing> {
        final Polled<Thing> polled;
        final AtomicInteger kept = new AtomicInteger();

        Things(LeakGuard guard) {
            this.polled = guard.polled(KIND, this);
        }

        @Override
        public boolean isOpen(Thing thing) {
            return thing.isOpen();
        }

        @Override
        public ResourceProbe probe(Thing thing) {
            kept.incrementAndGet();
            return thing.probe();
        }
    }

    private LeakGuardBuilder settings() {
        return LeakGuard.builder()
                .listener(recorder)
                .reportInterval(Duration.ZERO)
                .maxReportsPerMinute(1_000_000)
                .capture(CaptureBudget.none())
                .escalation(Duration.ZERO) // or after the first leak all would be left to trackers
                .log(false);
    }

    @AfterEach
    void close() {
        guard.close();
    }

    private GuardStats.KindStats stats() {
        return guard.stats().of(KIND);
    }

    /** Opens one that is told of, after those are used up of which all is to be recorded. */
    private static Thing open(Polled<Thing> here, Thing thing) {
        thing.open.set(true);
        for (int i = 0; i < 1_000_000; i++) {
            if (here.opened(thing)) {
                return thing;
            }
        }
        throw new AssertionError("all is to be recorded, always");
    }

    private static void churn(Polled<Thing> here, int times) {
        for (int i = 0; i < times; i++) {
            open(here, new Thing()).close();
        }
    }

    @Test
    void what_is_closed_soon_is_counted_and_has_no_record() {
        churn(things.polled, 100_000);
        assertThat(stats().opened()).isEqualTo(100_000);
        assertThat(stats().closed()).isEqualTo(100_000);
        assertThat(stats().open()).isZero();
        assertThat(things.kept).hasValue(0);
    }

    @Test
    void what_stays_open_is_counted_listed_and_closed_like_all_else() {
        Polled<Thing> here = things.polled;
        Thing first = open(here, new Thing());
        churn(here, 1_000);
        Thing last = open(here, new Thing());
        assertThat(stats().open()).isEqualTo(2);
        assertThat(guard.open().total()).isEqualTo(2);
        assertThat(guard.open().groups()).allSatisfy(group -> {
            assertThat(group.kind()).isEqualTo(KIND);
            assertThat(group.oldestDescription()).isEqualTo("thing");
        });
        first.close();
        last.close();
        assertThat(guard.open().total()).isZero();
        assertThat(stats().opened()).isEqualTo(1_002);
        assertThat(stats().closed()).isEqualTo(1_002);
        assertThat(things.kept).hasValue(2);
    }

    @Test
    void what_is_collected_while_it_is_open_is_one_leak() {
        Polled<Thing> here = things.polled;
        for (int i = 0; i < 300; i++) {
            open(here, new Thing()); // never closed
            churn(here, i % 100);
        }
        Gc.until(() -> stats().leaked() >= 300);
        Gc.settle(guard);
        assertThat(recorder.of(KIND)).hasSize(300);
        LeakReport report = recorder.of(KIND).get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.description()).isEqualTo("thing");
        assertThat(report.threadName()).isEqualTo(Thread.currentThread().getName());
        assertThat(stats().leaked()).isEqualTo(300);
        assertThat(stats().collected()).isEqualTo(300);
        assertThat(stats().open()).isZero();
        assertThat(guard.stats().internalErrors()).isZero();
    }

    @Test
    void a_leak_has_the_stack_and_the_trace_of_its_opening() {
        try (LeakGuard capturing =
                settings().capture(CaptureBudget.perSecond(2_000)).build()) {
            SpanContext trace = SpanContext.create(
                    "0af7651916cd43dd8448eb211c80319c",
                    "b7ad6b7169203331",
                    TraceFlags.getSampled(),
                    TraceState.getDefault());
            Polled<Thing> here = new Things(capturing).polled;
            try (Scope scope = Span.wrap(trace).makeCurrent()) {
                openAndForget(here);
            }
            churn(here, 1_000);
            Gc.until(() -> !recorder.of(KIND).isEmpty());
            assertThat(recorder.of(KIND)).singleElement().satisfies(report -> {
                assertThat(report.siteText()).contains("PolledTest.open");
                assertThat(report.stack())
                        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("openAndForget"));
                assertThat(report.spanContext().getTraceId()).isEqualTo(trace.getTraceId());
            });
            assertThat(capturing.stats().of(KIND).captured()).isPositive();
        }
    }

    private static void openAndForget(Polled<Thing> here) {
        open(here, new Thing());
    }

    @Test
    void an_idle_daemon_holds_nothing_of_it_for_long() {
        Polled<Thing> here = things.polled;
        WeakReference<Object> last = new WeakReference<>(open(here, new Thing()));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return last.get() == null && !recorder.of(KIND).isEmpty();
        });
    }

    @Test
    void objects_of_a_pool_are_counted_each_time_whatever_is_known_of_them() throws Exception {
        int threads = 4;
        int each = 60_000;
        int lost = 50;
        int leaked = threads * lost;
        List<Thread> all = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        for (int t = 0; t < threads; t++) {
            int seed = t;
            Thread thread = new Thread(() -> {
                usePool(new Random(seed), each, lost);
                done.incrementAndGet();
            });
            thread.start();
            all.add(thread);
        }
        for (Thread thread : all) {
            while (thread.isAlive()) {
                stats(); // settles what they open, on this thread
                thread.join(5);
            }
        }
        assertThat(done).hasValue(threads);
        Gc.until(() -> stats().leaked() >= leaked);
        Gc.settle(guard);
        assertThat(stats().opened()).isEqualTo((long) threads * each);
        assertThat(stats().leaked()).isEqualTo(leaked);
        assertThat(stats().closed()).isEqualTo((long) threads * each - leaked);
        assertThat(stats().open()).isZero();
        assertThat(recorder.of(KIND)).hasSize(leaked);
        assertThat(guard.stats().internalErrors()).isZero();
    }

    /** Takes things out of a pool and gives them back after a while, some of them never. */
    private void usePool(Random random, int times, int lost) {
        Polled<Thing> here = things.polled;
        Deque<Thing> pool = new ArrayDeque<>();
        Deque<Thing> out = new ArrayDeque<>();
        for (int i = 0; i < times; i++) {
            Thing thing = pool.isEmpty() ? new Thing() : pool.removeLast();
            open(here, thing);
            if (i % (times / lost) != 0) {
                out.add(thing);
            }
            for (int back = random.nextInt(3); back > 0 && out.size() > random.nextInt(100); back--) {
                Thing first = out.remove();
                first.close();
                pool.addLast(first);
            }
        }
        out.forEach(Thing::close);
    }

    @Test
    void what_something_else_tracks_now_is_not_reported() {
        Polled<Thing> here = things.polled;
        openAndTrackElsewhere(here);
        Gc.settle(guard);
        Gc.settle(guard);
        assertThat(recorder.of(KIND)).isEmpty();
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
    }

    private void openAndTrackElsewhere(Polled<Thing> here) {
        Thing thing = open(here, new Thing());
        things.polled.trackedElsewhere(thing);
        assertThat(thing.isOpen()).isTrue();
    }

    @Test
    void what_only_a_tracker_can_know_that_is_told_of_the_end_is_left_to_it() {
        never(settings().capture(CaptureBudget.unlimited()), g -> {});
        never(settings().overdueAfter(KIND, Duration.ofHours(1)), g -> {});
        never(settings().holdDurations(true), LeakGuard::holdDurations);
        never(settings().mdc("request"), g -> {});
        never(settings(), LeakGuard::close);
        LeakScope[] scope = new LeakScope[1];
        never(settings(), g -> scope[0] = g.openScope("GET /orders"));
        scope[0].close();
        try (LeakGuard disabled = settings().enabled(false).build()) {
            Polled<Thing> here = new Things(disabled).polled;
            assertThat(here.opened(new Thing())).isFalse();
            assertThat(here.openedAtPeak(new Thing())).isFalse();
        }
    }

    private static void never(LeakGuardBuilder settings, Consumer<LeakGuard> before) {
        try (LeakGuard g = settings.build()) {
            Polled<Thing> here = new Things(g).polled;
            before.accept(g);
            for (int i = 0; i < 100_000; i++) { // also at a peak
                assertThat(here.opened(new Thing())).isFalse();
            }
        }
    }

    @Test
    void in_a_scope_each_is_left_to_a_tracker_also_at_a_peak() {
        Polled<Thing> here = things.polled;
        Thing thing = new Thing();
        for (int i = 0; !here.openedAtPeak(thing); i++) {
            assertThat(i).isLessThan(50_000_000);
            here.opened(thing);
        }
        try (LeakScope scope = guard.openScope("GET /orders")) {
            assertThat(here.opened(thing)).isFalse();
            assertThat(here.openedAtPeak(thing)).isFalse();
        }
        thing.close();
        assertThat(stats().open()).isZero();
    }

    @Test
    void what_a_thread_has_opened_that_has_ended_stays_counted_and_it_is_forgotten() throws Exception {
        WeakReference<Thread> thread = openOnAThreadThatEnds();
        assertThat(stats().opened()).isEqualTo(1_001);
        Gc.until(() -> thread.get() == null);
        assertThat(stats().opened()).isEqualTo(1_001);
        Gc.until(() -> stats().leaked() == 1);
        assertThat(stats().closed()).isEqualTo(1_000);
    }

    private WeakReference<Thread> openOnAThreadThatEnds() throws InterruptedException {
        Thread thread = new Thread(() -> {
            churn(things.polled, 1_000);
            open(things.polled, new Thing());
        });
        thread.start();
        thread.join();
        return new WeakReference<>(thread);
    }

    @Test
    void once_closed_it_counts_nothing_more_and_says_so() {
        Polled<Thing> here = things.polled;
        churn(here, 1_000);
        here.close();
        here.close();
        assertThat(here.opened(new Thing())).isFalse();
        assertThat(here.openedAtPeak(new Thing())).isFalse();
        assertThat(stats().opened()).isEqualTo(1_000);
        assertThat(stats().open()).isZero();
    }

    @Test
    void what_is_open_when_the_guard_is_closed_is_told_then() {
        Polled<Thing> here = things.polled;
        Thing open = open(here, new Thing());
        churn(here, 10);
        guard.close();
        assertThat(recorder.atShutdown)
                .singleElement()
                .satisfies(all -> assertThat(all.total()).isEqualTo(1));
        assertThat(here.opened(new Thing())).isFalse();
        assertThat(stats().open()).isEqualTo(1);
        assertThat(stats().opened()).isEqualTo(11);
        assertThat(open.isOpen()).isTrue();
    }

    @Test
    void an_owner_that_fails_costs_the_application_nothing() {
        Polled<Thing> failing = guard.polled(KIND, new Poller<>() {
            @Override
            public boolean isOpen(Thing thing) {
                throw new IllegalStateException("cannot tell");
            }

            @Override
            public ResourceProbe probe(Thing thing) {
                throw new AssertionError("not asked");
            }
        });
        churn(failing, 1_000);
        assertThat(stats().opened()).isEqualTo(1_000);
        failing.close();
        assertThat(stats().open()).isZero();
        assertThat(guard.stats().internalErrors()).isPositive();
    }

    @Test
    void one_that_cannot_be_probed_counts_as_closed() {
        Polled<Thing> failing = guard.polled(KIND, new Poller<Thing>() {
            @Override
            public boolean isOpen(Thing thing) {
                return thing.isOpen();
            }

            @Override
            public ResourceProbe probe(Thing thing) {
                throw new IllegalStateException("no probe");
            }
        });
        Thing thing = open(failing, new Thing());
        failing.settle();
        assertThat(failing.find(thing)).isNull();
        assertThat(stats().opened()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
        assertThat(guard.stats().internalErrors()).isPositive();
    }

    @Test
    void an_opening_that_is_told_late_is_no_news_to_a_record_of_a_later_one() throws Exception {
        Thing thing = open(things.polled, new Thing());
        Thread other = new Thread(() -> {
            open(things.polled, thing); // the pool gave it to another thread, so it was given back before
            churn(things.polled, 200); // and this is known first
        });
        other.start();
        other.join();
        LeakTracker record = things.polled.find(thing);
        assertThat(record).isNotNull();
        things.polled.settle();
        assertThat(things.polled.find(thing)).isSameAs(record);
        assertThat(stats().opened()).isEqualTo(202);
        assertThat(stats().open()).isEqualTo(1);
        thing.close();
        assertThat(stats().open()).isZero();
        assertThat(record.isOpen()).isFalse();
    }

    @Test
    void virtual_threads_share_what_they_open_and_each_leak_names_its_own() throws Exception {
        Virtual.assumeThereAre();
        int threads = 200;
        int each = 500;
        ExecutorService virtual = Virtual.executor();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            all.add(virtual.submit(() -> {
                churn(things.polled, each);
                open(things.polled, new Thing()); // never closed
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        virtual.shutdown();
        Gc.until(() -> stats().leaked() >= threads);
        Gc.settle(guard);
        assertThat(stats().opened()).isEqualTo((long) threads * (each + 1));
        assertThat(stats().closed()).isEqualTo((long) threads * each);
        assertThat(stats().open()).isZero();
        assertThat(recorder.of(KIND)).hasSize(threads);
        assertThat(recorder.of(KIND).stream().map(LeakReport::threadName).distinct())
                .hasSize(threads)
                .allSatisfy(name -> assertThat(name).startsWith("virtual-"));
    }
}
