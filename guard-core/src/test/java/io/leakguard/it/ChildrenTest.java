package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ReachabilityFenceUsage") // a test that fails needs no fence
class ChildrenTest {

    private static final ResourceKind PARENT = ResourceKind.of("test.parent");
    private static final ResourceKind CHILD = ResourceKind.of("test.child");
    private static final ResourceKind SENTINEL = ResourceKind.of("test.sentinel");

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final LeakGuard guard = LeakGuard.builder()
            .log(false)
            .reportInterval(Duration.ZERO)
            .capture(CaptureBudget.unlimited())
            .listener(reports::add)
            .build();

    /** What a handle stands for; it may be left to its parent's close for a while. */
    private record Probe(boolean isOpen, Duration parentGrace) implements ResourceProbe {
        @Override
        public void close() {}
    }

    @AfterEach
    void close() {
        guard.close();
    }

    @Test
    void a_collected_child_is_not_reported_if_its_parent_is_closed_within_the_grace() {
        Object parent = new Object();
        LeakTracker parentTracker = guard.track(parent, PARENT);
        collect(child(parentTracker, Duration.ofDays(1)));
        parentTracker.close();
        guard.close(); // ends the grace
        assertThat(reports).isEmpty();
        assertThat(parent).isNotNull(); // reachable until here
    }

    @Test
    void a_collected_child_is_reported_after_the_grace_though_its_parent_lives() {
        Object parent = new Object();
        LeakTracker parentTracker = guard.track(parent, PARENT);
        collect(child(parentTracker, Duration.ofMillis(200)));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !reports.isEmpty());
        assertThat(reports).extracting(LeakReport::kind).containsExactly(CHILD);
        assertThat(parentTracker.isOpen()).isTrue();
        assertThat(parent).isNotNull(); // reachable until here
    }

    @Test
    void ending_chosen_children_ends_them_at_any_depth_and_keeps_the_others() {
        Object parent = new Object();
        Object middle = new Object();
        Object inner = new Object();
        LeakTracker parentTracker = guard.track(parent, PARENT);
        LeakTracker middleTracker = guard.track(middle, CHILD, null, parentTracker, new Probe(true, Duration.ZERO));
        Probe chosen = new Probe(true, Duration.ZERO);
        LeakTracker innerTracker = guard.track(inner, CHILD, null, middleTracker, chosen);

        parentTracker.endChildren(delegate -> delegate == chosen);

        assertThat(innerTracker.isOpen()).isFalse();
        assertThat(middleTracker.isOpen()).isTrue();
        assertThat(parentTracker.isOpen()).isTrue();
        assertThat(List.of(parent, middle, inner)).isNotNull(); // reachable until here
        parentTracker.close();
    }

    @Test
    void a_child_that_was_collected_and_then_ended_by_its_parent_is_not_reported() {
        Object parent = new Object();
        LeakTracker parentTracker = guard.track(parent, PARENT);
        collect(child(parentTracker, Duration.ofSeconds(2)));
        parentTracker.endChildren(delegate -> true);
        collect(child(parentTracker, Duration.ofMillis(2_200))); // its report comes after the first one's would
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !reports.isEmpty());
        assertThat(reports).hasSize(1);
        assertThat(parent).isNotNull(); // reachable until here
    }

    @Test
    void a_child_that_was_reported_is_not_listed_again_when_its_parent_leaks() {
        leakChildThenParent();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return reports.size() == 2;
        });
        assertThat(reports.get(1).kind()).isEqualTo(PARENT);
        assertThat(reports.get(1).children()).isEmpty();
    }

    private void leakChildThenParent() {
        Object parent = new Object();
        LeakTracker parentTracker = guard.track(parent, PARENT);
        collect(child(parentTracker, Duration.ZERO));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !reports.isEmpty());
        assertThat(parent).isNotNull(); // reachable until here
    }

    @Test
    void a_tracker_tells_its_site_while_it_is_open() {
        Object handle = new Object();
        LeakTracker tracker = guard.track(handle, SENTINEL);
        assertThat(tracker.siteText()).startsWith("ChildrenTest.a_tracker_tells_its_site_while_it_is_open(");
        assertThat(tracker.stack()).isNotEmpty();
        tracker.close();
        assertThat(tracker.siteText()).isEmpty();
        assertThat(handle).isNotNull(); // reachable until here
    }

    private WeakReference<Object> child(LeakTracker parent, Duration grace) {
        Object handle = new Object();
        guard.track(handle, CHILD, null, parent, new Probe(true, grace));
        return new WeakReference<>(handle);
    }

    /** Waits until the handle is collected and the guard's cleaner has told. */
    private void collect(WeakReference<Object> handle) {
        long before = guard.stats().collected();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return handle.refersTo(null) && guard.stats().collected() > before;
        });
        guard.flush(Duration.ofSeconds(5));
    }
}
