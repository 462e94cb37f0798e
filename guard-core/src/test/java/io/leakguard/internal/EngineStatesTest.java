package io.leakguard.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.detect.ReportImpl;
import io.leakguard.internal.detect.SiteEntry;
import io.leakguard.internal.detect.SitePaths;
import io.leakguard.internal.track.HoldBuckets;
import io.leakguard.internal.track.KindState;
import io.leakguard.internal.track.NoTracker;
import io.leakguard.internal.track.Parents;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeHandle;
import io.leakguard.internal.track.Shard;
import io.leakguard.internal.track.TouchRecord;
import io.leakguard.internal.track.Tracker;
import io.leakguard.internal.track.TrackerList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The engine's states and counts, without a collector: what it would do to a handle is done by the test. */
class EngineStatesTest {

    private static final ResourceKind KIND = ResourceKind.of("states.thing");
    private static final ResourceKind CHILD = ResourceKind.of("states.child");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TestClock clock = new TestClock();
    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final List<LeakReport> released = new CopyOnWriteArrayList<>();
    private final List<OpenResources> left = new CopyOnWriteArrayList<>();
    private final List<Object> handles = new ArrayList<>();
    private final RunningEngine engine = engine(Map.of());

    private static final class TestClock implements Clock {
        final AtomicLong ahead = new AtomicLong();

        @Override
        public long nanos() {
            return 1_000_000_000L + ahead.get();
        }

        void pass(Duration time) {
            ahead.addAndGet(time.toNanos());
        }
    }

    private final class Recorder implements LeakListener {
        @Override
        public void onLeak(LeakReport report) {
            reports.add(report);
        }

        @Override
        public void onLateRelease(LeakReport report, Duration openFor) {
            released.add(report);
        }

        @Override
        public void onOpenAtShutdown(OpenResources open) {
            left.add(open);
        }
    }

    private RunningEngine engine(Map<String, String> settings) {
        Config config = Config.defaults();
        config.clock(clock);
        config.listener(new Recorder());
        Map.of(
                        "log",
                        "false",
                        "report.interval",
                        "0",
                        "growth.interval",
                        "0",
                        "capture",
                        "unlimited",
                        "scope.grace",
                        "0")
                .forEach((key, value) -> config.set(key, value, "test"));
        settings.forEach((key, value) -> config.set(key, value, "test"));
        return new RunningEngine(config.snapshot());
    }

    @AfterEach
    void close() {
        assertThat(engine.stats().internalErrors()).isZero();
        engine.close();
    }

    private Tracker open(ResourceKind kind, @Nullable LeakTracker parent) {
        Object handle = new Object();
        handles.add(handle);
        return (Tracker) engine.track(handle, kind, "thing", parent, null);
    }

    private Tracker open() {
        return open(KIND, null);
    }

    /** What the thread does that takes collected handles out of their queue. */
    private static void collect(Tracker tracker) {
        tracker.collected();
    }

    private void settle() {
        assertThat(engine.flush(LONG)).isTrue();
    }

    /** Lets time pass: what was collected under an open parent waits for it. */
    private void pass(BooleanSupplier until) {
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> {
            clock.pass(Duration.ofMillis(40));
            return until.getAsBoolean();
        });
    }

    private void passTimes(int times) {
        AtomicLong passed = new AtomicLong();
        pass(() -> passed.incrementAndGet() >= times);
    }

    private GuardStats.KindStats stats() {
        return engine.stats().of(KIND);
    }

    @Test
    void open_closed_and_collected_are_counted_each_once() {
        Tracker closed = open();
        Tracker collected = open();
        open();
        assertThat(closed.close()).isTrue();
        assertThat(closed.close()).isFalse();
        collect(closed);
        collect(collected);
        collect(collected);
        assertThat(collected.close()).isFalse();
        settle();
        assertThat(stats().opened()).isEqualTo(3);
        assertThat(stats().closed()).isEqualTo(1);
        assertThat(stats().collected()).isEqualTo(1);
        assertThat(stats().open()).isEqualTo(1);
        assertThat(stats().leaked()).isEqualTo(1);
        assertThat(stats().captured()).isEqualTo(3);
        assertThat(stats().byCause()).isEqualTo(Map.of(LeakCause.COLLECTED, 1L));
        assertThat(reports).hasSize(1);
        assertThat(closed.isOpen()).isFalse();
        assertThat(closed.isClosed()).isTrue();
        assertThat(closed.isCollected()).isFalse();
        assertThat(collected.isCollected()).isTrue();
        assertThat(collected.isClosed()).isFalse();
        assertThat(collected.isOpen()).isFalse();
    }

    @Test
    void a_tracker_says_what_it_is_and_how_old() {
        Tracker tracker = open();
        clock.pass(Duration.ofSeconds(7));
        assertThat(tracker.age()).isEqualTo(Duration.ofSeconds(7));
        assertThat(tracker.kind()).isEqualTo(KIND);
        assertThat(tracker.scopes()).isEmpty();
        assertThat(tracker.stack()).isNotEmpty();
        assertThat(tracker.threadLabel()).isEqualTo(Thread.currentThread().getName());
        assertThat(tracker).asString().startsWith("states.thing#").endsWith(" open");
        tracker.close();
        assertThat(tracker).asString().endsWith(" ended");
        assertThat(tracker.stack()).isEmpty();
        assertThat(tracker.siteText()).isEmpty();
    }

    @Test
    void what_ended_lets_go_of_everything() {
        AutoCloseable delegate = () -> {};
        Object handle = new Object();
        LeakScope scope = engine.openDetachedScope("unit", null, ScopeOptions.create());
        Tracker tracker;
        try (LeakListener.Registration binding = scope.bind()) {
            tracker = (Tracker) engine.track(handle, KIND, "thing", null, delegate);
        }
        tracker.touch("here");
        assertThat(tracker.scope).isNotNull();
        assertThat(tracker.delegate).isSameAs(delegate);
        tracker.close();
        assertThat(tracker.scope).isNull();
        assertThat(tracker.delegate).isNull();
        assertThat(tracker.description).isNull();
        assertThat(tracker.stack).isNull();
        assertThat(tracker.touches()).isEmpty();
        scope.close();
        handles.add(handle);
    }

    @Test
    void of_touches_the_first_and_the_last_three_are_kept_in_order_and_all_are_counted() {
        Tracker tracker = open();
        for (int i = 1; i <= 9; i++) {
            clock.pass(Duration.ofMillis(1));
            tracker.touch(i);
        }
        assertThat(tracker.touches()).extracting(TouchRecord::hint).containsExactly(1, 7, 8, 9);
        assertThat(tracker.touchCount()).isEqualTo(9);
        tracker.close();
        tracker.touch(10);
        assertThat(tracker.touchCount()).isZero();
    }

    @Test
    void closing_a_parent_ends_its_children_at_any_depth_without_a_report() {
        Tracker parent = open();
        Tracker child = open(CHILD, parent);
        Tracker grandchild = open(CHILD, child);
        assertThat(parent.children()).containsExactly(child);
        assertThat(Parents.anyOpen(grandchild)).isTrue();
        parent.close();
        assertThat(child.isClosed()).isTrue();
        assertThat(grandchild.isClosed()).isTrue();
        assertThat(Parents.anyOpen(grandchild)).isFalse();
        assertThat(Parents.ended(grandchild)).isTrue();
        settle();
        assertThat(reports).isEmpty();
        assertThat(engine.stats().of(CHILD).closed()).isEqualTo(2);
        assertThat(engine.stats().open()).isZero();
    }

    @Test
    void a_parent_and_its_child_that_are_collected_together_are_one_report_at_the_parent() {
        Tracker parent = open();
        Tracker child = open(CHILD, parent);
        collect(child);
        collect(parent);
        assertThat(Parents.leaked(child)).isTrue();
        assertThat(Parents.leaked(parent)).isFalse();
        pass(() -> reports.size() == 1 && engine.stats().leaked() == 2);
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).kind()).isEqualTo(KIND);
        assertThat(reports.get(0).children()).hasSize(1);
        assertThat(engine.stats().leaked()).isEqualTo(2);
    }

    @Test
    void a_child_waits_for_a_parent_that_is_collected_and_not_yet_taken_out_of_the_queue() {
        Tracker parent = open();
        Tracker child = open(CHILD, parent);
        parent.clear(); // as the collector does before it queues it
        collect(child);
        passTimes(20);
        assertThat(reports).isEmpty();
        collect(parent);
        pass(() -> engine.stats().leaked() == 2);
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).kind()).isEqualTo(KIND);
        assertThat(reports.get(0).children()).hasSize(1);
    }

    @Test
    void a_child_does_not_wait_for_ever_for_a_parent_that_is_never_taken_out_of_the_queue() {
        Tracker parent = open();
        Tracker child = open(CHILD, parent);
        parent.clear();
        collect(child);
        passTimes(5);
        clock.pass(Duration.ofSeconds(31));
        pass(() -> reports.size() == 1);
        assertThat(reports.get(0).kind()).isEqualTo(CHILD);
        parent.close();
    }

    @Test
    void ending_some_children_leaves_the_others_open() {
        AutoCloseable one = () -> {};
        AutoCloseable two = () -> {};
        Tracker parent = open();
        List<Object> held = List.of(new Object(), new Object());
        Tracker first = (Tracker) engine.track(held.get(0), CHILD, "one", parent, one);
        Tracker second = (Tracker) engine.track(held.get(1), CHILD, "two", parent, two);
        parent.endChildren(delegate -> delegate == one);
        assertThat(first.isClosed()).isTrue();
        assertThat(second.isOpen()).isTrue();
        open().endChildren(delegate -> true); // it has none
        collect(second);
        parent.endChildren(delegate -> delegate == two);
        pass(() -> engine.stats().of(CHILD).closed() == 2);
        assertThat(reports)
                .as("it was ended after it was collected, and before it was judged")
                .isEmpty();
        assertThat(engine.stats().of(CHILD).closed()).isEqualTo(2);
        assertThat(engine.stats().of(CHILD).collected()).isZero();
        assertThat(held).hasSize(2);
    }

    @Test
    void what_escapes_its_scope_is_reported_once_and_its_release_is_told() {
        LeakScope scope = engine.openDetachedScope("unit", null, ScopeOptions.create());
        Tracker tracker;
        try (LeakListener.Registration binding = scope.bind()) {
            tracker = open();
        }
        scope.close();
        settle();
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        assertThat(tracker.has(Tracker.ESCAPED)).isTrue();
        tracker.close();
        settle();
        assertThat(released).hasSize(1);
        assertThat(stats().leaked()).isEqualTo(1);
        assertThat(stats().closed()).isEqualTo(1);
    }

    @Test
    void what_escaped_and_is_collected_later_is_still_one_leak() {
        LeakScope scope = engine.openDetachedScope("unit", null, ScopeOptions.create());
        Tracker tracker;
        try (LeakListener.Registration binding = scope.bind()) {
            tracker = open();
        }
        scope.close();
        settle();
        collect(tracker);
        settle();
        assertThat(reports).hasSize(1);
        assertThat(stats().leaked()).isEqualTo(1);
        assertThat(stats().collected()).isEqualTo(1);
    }

    @Test
    void what_is_kept_or_handed_off_does_not_escape() {
        LeakScope scope = engine.openDetachedScope("unit", null, ScopeOptions.create());
        LeakScope heir = engine.openDetachedScope("heir", null, ScopeOptions.create());
        Tracker kept;
        Tracker moved;
        Tracker gone;
        try (LeakListener.Registration binding = scope.bind()) {
            kept = open();
            moved = open();
            gone = open();
        }
        assertThat(scope.openCount()).isEqualTo(3);
        assertThat(scope.keep(kept, "a cache")).isTrue();
        assertThat(kept.keptReason()).isEqualTo("a cache");
        assertThat(heir.adopt(moved)).isTrue();
        gone.close();
        assertThat(scope.keep(gone, "too late")).isFalse();
        assertThat(heir.adopt(gone)).isFalse();
        assertThat(scope.openCount()).isZero();
        assertThat(heir.openCount()).isEqualTo(1);
        scope.close();
        settle();
        assertThat(reports).isEmpty();
        heir.close();
        settle();
        assertThat(reports).hasSize(1);
    }

    @Test
    void a_late_close_by_another_is_suspected_and_told_once() {
        Tracker tracker = open();
        assertThat(tracker.closeLate("the event loop closed it")).isTrue();
        assertThat(tracker.closeLate("again")).isFalse();
        settle();
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).cause()).isEqualTo(LeakCause.OVERDUE);
        assertThat(reports.get(0).detail()).isEqualTo("the event loop closed it");
        assertThat(stats().leaked()).isZero();
        assertThat(stats().closed()).isEqualTo(1);
    }

    @Test
    void after_the_guard_is_closed_a_first_close_still_says_that_it_closed() {
        RunningEngine other = engine(Map.of("name", "other"));
        Object handle = new Object();
        Tracker tracker = (Tracker) other.track(handle, KIND, "thing", null, null);
        Tracker collected = (Tracker) other.track(new Object(), KIND, "thing", null, null);
        other.close();
        assertThat(tracker.isOpen()).isFalse();
        assertThat(tracker.close()).isTrue();
        assertThat(tracker.close()).isFalse();
        collect(collected);
        assertThat(other.stats().leaked()).isZero();
        assertThat(other.track(handle, KIND, "thing", null, null)).isSameAs(NoTracker.INSTANCE);
        assertThat(other.open().total()).isZero();
        handles.add(handle);
    }

    @Test
    void at_its_end_the_guard_tells_once_what_is_open_and_lets_go_of_it() {
        RunningEngine other = engine(Map.of("name", "other"));
        Object handle = new Object();
        handles.add(handle);
        Tracker open = (Tracker) other.track(handle, KIND, "thing", null, null);
        ((Tracker) other.track(handle, KIND, "closed", null, null)).close();
        collect((Tracker) other.track(handle, CHILD, "collected", null, null));
        LeakScope scope = other.openScope("work", ScopeOptions.create());
        assertThat(other.flush(LONG)).isTrue();
        other.close();
        other.close();
        assertThat(left).hasSize(1);
        assertThat(left.get(0).groups())
                .extracting(group -> group.kind() + " " + group.count() + " " + group.oldestDescription())
                .containsExactlyInAnyOrder(KIND + " 1 thing", ResourceKind.SCOPE + " 1 work");
        assertThat(open.description).isNull();
        assertThat(open.newer).isNull();
        assertThat(open.older).isNull();
        assertThat(((ScopeHandle) scope).scope().isOpen()).isFalse();
    }

    @Test
    void at_its_end_a_guard_of_which_nothing_is_open_tells_nothing() {
        RunningEngine other = engine(Map.of("name", "other"));
        ((Tracker) other.track(new Object(), KIND, "closed", null, null)).close();
        other.close();
        assertThat(left).isEmpty();
    }

    @Test
    void a_walk_sees_each_open_resource_once_however_many_there_are() {
        int n = 2_000;
        Set<Tracker> all = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < n; i++) {
            all.add(open());
        }
        Tracker closed = all.iterator().next();
        closed.close();
        List<Tracker> seen = new ArrayList<>();
        engine.registry().forEachOpen(seen::add);
        assertThat(seen).hasSize(n - 1).doesNotContain(closed).doesNotHaveDuplicates();
        assertThat(all).containsAll(seen);
    }

    @Test
    void a_walk_of_the_old_stops_where_the_young_begin_and_compaction_takes_each_once() {
        int n = 700;
        for (int i = 0; i < n; i++) {
            open();
        }
        clock.pass(Duration.ofSeconds(10));
        long young = clock.nanos();
        for (int i = 0; i < n; i++) {
            open();
        }
        Set<Tracker> old = new HashSet<>();
        List<Tracker> compacted = new ArrayList<>();
        for (Shard shard : engine.registry().shards()) {
            shard.forEachOpenedBefore(young, t -> assertThat(old.add(t)).isTrue());
            Tracker[] batch = new Tracker[64];
            int got;
            do {
                got = shard.nextAged(batch, young);
                for (int i = 0; i < got; i++) {
                    compacted.add(batch[i]);
                }
            } while (got == batch.length);
            assertThat(shard.nextAged(batch, young)).isZero();
        }
        assertThat(old).hasSize(n).allMatch(t -> t.openedNanos < young);
        assertThat(compacted).hasSize(n).doesNotHaveDuplicates();
    }

    @Test
    void kinds_beyond_the_first_are_counted_apart() {
        List<ResourceKind> kinds = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            kinds.add(ResourceKind.of("states.k" + (char) ('a' + i / 26) + (char) ('a' + i % 26)));
        }
        for (int i = 0; i < kinds.size(); i++) {
            for (int j = 0; j <= i % 5; j++) {
                open(kinds.get(i), null).close();
            }
        }
        for (int i = 0; i < kinds.size(); i++) {
            assertThat(engine.stats().of(kinds.get(i)).opened()).isEqualTo(1 + i % 5);
            assertThat(engine.stats().of(kinds.get(i)).closed()).isEqualTo(1 + i % 5);
        }
    }

    @Test
    void escalation_captures_in_full_for_a_while_and_never_without_a_bound() {
        RunningEngine none = engine(Map.of("capture", "none", "escalation", "30s", "name", "none"));
        try {
            Tracker first = (Tracker) none.track(new Object(), KIND, "thing", null, null);
            assertThat(first.stack).isNull();
            collect(first);
            assertThat(none.flush(LONG)).isTrue();
            Object handle = new Object();
            int captured = 0;
            for (int i = 0; i < KindState.ESCALATED_PER_SECOND + 100; i++) {
                Tracker t = (Tracker) none.track(handle, KIND, "thing", null, null);
                captured += t.stack != null ? 1 : 0;
                t.close();
            }
            assertThat(captured).isEqualTo(KindState.ESCALATED_PER_SECOND);
            clock.pass(Duration.ofSeconds(29));
            Tracker still = (Tracker) none.track(handle, KIND, "thing", null, null);
            assertThat(still.stack).isNotNull();
            clock.pass(Duration.ofSeconds(1));
            Tracker after = (Tracker) none.track(handle, KIND, "thing", null, null);
            assertThat(after.stack).isNull();
            assertThat(reports.get(0).siteText()).contains("is now captured in full for 00:00:30");
            handles.add(handle);
        } finally {
            none.close();
        }
    }

    @Test
    void each_kind_has_a_reserve_when_the_others_have_used_up_the_budget() {
        RunningEngine small = engine(Map.of("capture", "10/s", "name", "small", "escalation", "0"));
        try {
            Object handle = new Object();
            int first = captured(small, handle, KIND, 200);
            int second = captured(small, handle, CHILD, 200);
            assertThat(first).isEqualTo(10 + CaptureBudget.RESERVED_PER_KIND);
            assertThat(second).isEqualTo(CaptureBudget.RESERVED_PER_KIND);
            small.capture(CaptureBudget.unlimited());
            assertThat(captured(small, handle, KIND, 50)).isEqualTo(50);
            small.capture(CaptureBudget.none());
            assertThat(captured(small, handle, KIND, 50)).isZero();
        } finally {
            small.close();
        }
    }

    private static int captured(RunningEngine engine, Object handle, ResourceKind kind, int n) {
        int captured = 0;
        for (int i = 0; i < n; i++) {
            Tracker t = (Tracker) engine.track(handle, kind, "thing", null, null);
            captured += t.stack != null ? 1 : 0;
            t.close();
        }
        return captured;
    }

    @Test
    void a_list_drops_what_has_ended_when_it_is_full_and_shrinks_when_most_have() {
        TrackerList list = new TrackerList();
        List<Tracker> all = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            Tracker t = open();
            all.add(t);
            list.add(t, Tracker::isOpen);
        }
        assertThat(list.size()).isEqualTo(3_000);
        assertThat(list.isLarge()).isTrue();
        assertThat(list.contains(all.get(2_999))).isTrue();
        assertThat(list.get(17)).isSameAs(all.get(17));
        for (int i = 0; i < 2_990; i++) {
            all.get(i).close();
            list.ended(Tracker::isOpen);
        }
        assertThat(list.size()).isLessThan(1_500);
        assertThat(list.contains(all.get(0))).isFalse();
        list.prune(Tracker::isOpen);
        assertThat(list.toArray()).containsExactlyElementsOf(all.subList(2_990, 3_000));
        TrackerList small = new TrackerList();
        for (int i = 0; i < 100; i++) {
            Tracker t = open();
            small.add(t, Tracker::isOpen);
            t.close();
        }
        assertThat(small.size()).isLessThanOrEqualTo(4);
        assertThat(small.isLarge()).isFalse();
    }

    @Test
    void a_site_counts_all_and_reports_at_its_interval() {
        collect(open());
        settle();
        ReportImpl report = (ReportImpl) reports.get(0);
        StackTraceElement frame = new StackTraceElement("com.acme.C", "load", "C.java", 7);
        SitePaths.Key key = new SitePaths.Key(LeakCause.COLLECTED, KIND, frame);
        SiteEntry entry = new SiteEntry(new SitePaths(key, 10), report.path());
        assertThat(entry.snapshot()).isNull();
        assertThat(entry.isWaiting()).isFalse();
        assertThat(entry.take(0)).isNull();
        entry.count(report);
        entry.count(report);
        assertThat(entry.isDue(0, 100)).isTrue();
        LeakReport first = Objects.requireNonNull(entry.take(0));
        assertThat(first.occurrences()).isEqualTo(2);
        assertThat(first.sinceLastReport()).isEqualTo(2);
        assertThat(entry.isWaiting()).isFalse();
        assertThat(entry.isDue(1_000, 100)).isFalse();
        entry.count(report);
        assertThat(entry.isWaiting()).isTrue();
        assertThat(entry.isDue(99, 100)).isFalse();
        assertThat(entry.isDue(100, 100)).isTrue();
        LeakReport second = Objects.requireNonNull(entry.take(100));
        assertThat(second.occurrences()).isEqualTo(3);
        assertThat(second.sinceLastReport()).isEqualTo(1);
        assertThat(Objects.requireNonNull(entry.snapshot()).occurrences()).isEqualTo(3);
        assertThat(new SitePaths.Key(LeakCause.COLLECTED, KIND, frame))
                .isEqualTo(key)
                .hasSameHashCodeAs(key);
        assertThat(new SitePaths.Key(LeakCause.OVERDUE, KIND, frame)).isNotEqualTo(key);
        assertThat(new SitePaths.Key(LeakCause.COLLECTED, CHILD, frame)).isNotEqualTo(key);
        assertThat(new SitePaths.Key(LeakCause.COLLECTED, KIND, null)).isNotEqualTo(key);
    }

    @Test
    void sites_beyond_the_most_are_forgotten_and_counted_and_the_end_does_not_flood_the_log() {
        RunningEngine many = engine(Map.of("sites.max", "100", "reports.per.minute", "5", "name", "many"));
        int sites = 1_000;
        for (int i = 0; i < sites; i++) {
            Throwable stack = new Throwable();
            stack.setStackTrace(new StackTraceElement[] {new StackTraceElement("com.acme.C" + i, "load", "C.java", i)});
            collect((Tracker) many.track(new Object(), KIND, "thing", null, null, stack));
        }
        assertThat(many.flush(LONG)).isTrue();
        assertThat(reports).hasSize(5);
        many.close();
        assertThat(reports).hasSize(10);
        long forgotten = many.stats().droppedBy().getOrDefault(GuardStats.DropReason.SITES_FULL, 0L);
        long limited = many.stats().droppedBy().getOrDefault(GuardStats.DropReason.RATE_LIMITED, 0L);
        assertThat(forgotten).isBetween(800L, 900L);
        assertThat(forgotten + limited).isEqualTo(sites - 10);
        assertThat(many.stats().leaked()).isEqualTo(sites);
    }

    @Test
    void there_are_twice_as_many_shards_as_processors_in_a_power_of_two() {
        assertThat(IntStream.of(1, 2, 3, 8, 64, 1_000).map(Registry::shardCount))
                .containsExactly(4, 4, 8, 16, 128, 256);
    }

    @Test
    void how_long_things_were_held_is_counted_while_somebody_reads() {
        try (var reader = engine.holdDurations()) {
            Tracker tracker = open();
            clock.pass(Duration.ofMillis(5));
            tracker.close();
            long[][] held = engine.registry().heldSoFar();
            long[] row = held[KIND.index()];
            assertThat(row[HoldBuckets.index(Duration.ofMillis(5).toNanos())]).isEqualTo(1);
            assertThat(Arrays.stream(row).sum()).isEqualTo(1);
        }
        open().close();
        assertThat(Arrays.stream(engine.registry().heldSoFar()[KIND.index()]).sum())
                .isEqualTo(1);
    }
}
