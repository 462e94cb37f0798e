package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.ResourceProbe;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Resources that were opened before the one that takes them over. */
class PartsTest extends GuardFixture {

    private static final ResourceKind PART = ResourceKind.of("test.part");
    private static final ResourceKind WHOLE = ResourceKind.of("test.whole");

    @Override
    LeakGuardBuilder configure(LeakGuardBuilder builder) {
        return builder.overdueAfter(ResourceKind.of("test.late"), Duration.ofMillis(100));
    }

    /** Holds the parts, so that they are looked at after it. */
    private record Contents(List<Thing> things) implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public List<LeakTracker> parts() {
            return things.stream().map(Thing::leakTracker).toList();
        }

        @Override
        public String describe() {
            return "a whole of " + things.size();
        }
    }

    private LeakTracker whole(Object handle, ResourceKind kind, Thing... things) {
        return guard.track(handle, kind, new Contents(List.of(things)));
    }

    private Thing part() {
        return new Thing(guard, PART, "a part", null);
    }

    private void leakWhole() {
        Thing second = part();
        new Thing(guard, PART, "a child", second);
        whole(new Object(), WHOLE, part(), second);
    }

    @Test
    void what_it_had_taken_over_is_listed_in_its_report_and_not_reported_by_itself() {
        leakWhole();
        Gc.until(() -> guard.stats().open() == 0 && !reports().isEmpty());
        Gc.settle(guard);
        LeakReport report = onlyReport();
        assertThat(report.kind()).isEqualTo(WHOLE);
        assertThat(report.children())
                .extracting(LeakReport.Child::description)
                .containsExactlyInAnyOrder("a part", "a part", "a child");
        assertThat(report.children()).allSatisfy(c -> assertThat(c.siteText()).contains("PartsTest."));
        assertThat(guard.stats().of(PART).leaked()).isEqualTo(3);
    }

    @Test
    void wholes_in_wholes_are_one_report() {
        leakNested();
        Gc.until(() -> guard.stats().open() == 0 && !reports().isEmpty());
        Gc.settle(guard);
        assertThat(onlyReport().children()).hasSize(2);
    }

    private void leakNested() {
        Thing inner = part();
        Object middle = new Object();
        LeakTracker middleTracker = whole(middle, WHOLE, inner);
        ResourceProbe outer = new Outer(middle, middleTracker);
        guard.track(new Object(), WHOLE, outer);
    }

    private record Outer(Object middle, LeakTracker tracker) implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public List<LeakTracker> parts() {
            return List.of(tracker);
        }

        @Override
        public String describe() {
            return "outer";
        }
    }

    @Test
    void a_part_stays_open_when_the_whole_is_closed_and_leaks_by_itself() {
        closeTheWholeOnly();
        Gc.until(() -> !reports().isEmpty());
        assertThat(onlyReport().kind()).isEqualTo(PART);
    }

    private void closeTheWholeOnly() {
        Object handle = new Object();
        LeakTracker tracker = whole(handle, WHOLE, part());
        tracker.close();
        assertThat(guard.stats().of(PART).open()).isEqualTo(1);
        assertThat(handle).isNotNull();
    }

    @Test
    void a_part_that_is_closed_after_its_whole_leaked_is_not_reported() {
        Thing kept = part();
        whole(new Object(), WHOLE, kept);
        Gc.until(() -> !reports().isEmpty());
        kept.close();
        Gc.settle(guard);
        assertThat(onlyReport().children()).hasSize(1);
        assertThat(guard.stats().of(PART).leaked()).isZero();
    }

    @Test
    void left_open_by_a_scope_whole_and_parts_are_one_report_though_the_parts_are_older() {
        Object handle = new Object();
        Thing part;
        LeakTracker tracker;
        try (LeakScope scope = guard.openScope("event")) {
            part = part();
            tracker = whole(handle, WHOLE, part);
        }
        afterGrace();
        LeakReport report = onlyReport();
        assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
        assertThat(report.kind()).isEqualTo(WHOLE);
        assertThat(report.children()).extracting(LeakReport.Child::kind).containsExactly(PART);
        tracker.close();
        part.close();
        assertThat(handle).isNotNull();
    }

    @Test
    void overdue_whole_and_parts_are_one_report() {
        ResourceKind late = ResourceKind.of("test.late");
        Object handle = new Object();
        Thing part = new Thing(guard, late, "a part", null);
        LeakTracker tracker = whole(handle, late, part);
        Awaitility.await().atMost(LONG).until(() -> !reports().isEmpty());
        assertThat(guard.flush(LONG)).isTrue();
        LeakReport report = onlyReport();
        assertThat(report.cause()).isEqualTo(LeakCause.OVERDUE);
        assertThat(report.description()).isEqualTo("a whole of 1");
        tracker.close();
        part.close();
        assertThat(handle).isNotNull();
    }

    @Test
    void an_adapter_that_fails_to_tell_its_parts_costs_no_report() {
        leakFailing();
        Gc.until(() -> !reports().isEmpty());
        assertThat(onlyReport().kind()).isEqualTo(WHOLE);
    }

    private void leakFailing() {
        guard.track(new Object(), WHOLE, new Failing());
    }

    private static final class Failing implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public List<LeakTracker> parts() {
            throw new IllegalStateException("as it happens");
        }

        @Override
        public String describe() {
            return "failing";
        }
    }
}
