package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import io.leakguard.Suppression;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.report.HtmlReport;
import java.lang.ref.Reference;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two bugs behind one line are two leaks, everywhere. */
class LeakPathsTest {

    private static final ResourceKind KIND = ResourceKind.of("test.connection");

    private final Recorder recorder = new Recorder();
    /** What is open. */
    private final List<Object> held = new ArrayList<>();
    /** At default settings, but for who listens. */
    private final LeakGuard guard = guard();

    private LeakGuard guard(String... settings) {
        LeakGuardBuilder builder = LeakGuard.builder().listener(recorder);
        for (int i = 0; i < settings.length; i += 2) {
            builder.property(settings[i], settings[i + 1]);
        }
        return builder.build();
    }

    @AfterEach
    void close_the_guard() {
        assertThat(guard.stats().internalErrors()).isZero();
        guard.close();
    }

    /** The one factory of a project. */
    private static final class Db {
        static LeakTracker connection(LeakGuard guard) {
            return guard.track(new Object(), KIND, "jdbc:x");
        }
    }

    private static final class OrderJob {
        static void run(LeakGuard guard) {
            Db.connection(guard);
        }
    }

    private static final class ReportJob {
        static void run(LeakGuard guard) {
            Db.connection(guard);
        }
    }

    private List<LeakReport> reports() {
        return recorder.of(KIND);
    }

    private List<SiteLeaks> leaks(LeakGuard of) {
        return of.leaks().stream().filter(l -> l.kind() == KIND).toList();
    }

    private void leakTwoBugs() {
        for (int i = 0; i < 50; i++) {
            OrderJob.run(guard);
        }
        ReportJob.run(guard);
        Gc.settle(guard);
    }

    @Test
    void the_rarer_of_two_bugs_behind_one_helper_is_in_the_log_at_once() {
        try (LogEvents log = new LogEvents("io.leakguard.leak")) {
            leakTwoBugs();
            assertThat(reports()).hasSize(2);
            assertThat(log.messages())
                    .anyMatch(m ->
                            m.startsWith("LEAK test.connection collected without close() · opened at LeakPathsTest$Db"
                                            + ".connection(LeakPathsTest.java:")
                                    && m.lines().findFirst().orElse("").contains(" via LeakPathsTest$OrderJob.run("))
                    .anyMatch(m -> m.lines().findFirst().orElse("").contains(" via LeakPathsTest$ReportJob.run(")
                            && m.contains(" · 1 leaked "));
        }
    }

    @Test
    void each_of_two_bugs_behind_one_helper_has_a_row_with_its_exact_count() {
        leakTwoBugs();
        List<SiteLeaks> rows = leaks(guard);
        assertThat(rows).extracting(SiteLeaks::occurrences).containsExactly(50L, 1L);
        assertThat(rows)
                .extracting(SiteLeaks::siteText)
                .containsOnly(rows.get(0).siteText());
        assertThat(rows.get(0).pathText()).startsWith("via LeakPathsTest$OrderJob.run(");
        assertThat(rows.get(1).pathText()).startsWith("via LeakPathsTest$ReportJob.run(");
        assertThat(rows).extracting(l -> l.lastReport().siteOccurrences()).containsOnly(51L);
        assertThat(rows.get(0).path()).isNotEqualTo(rows.get(1).path());
        assertThat(rows.get(1).path().toString())
                .contains("Db.connection(")
                .contains(" < LeakPathsTest$ReportJob.run(");
        assertThat(rows.get(1).lastReport().toText()).contains("1 leaked on this path, 51 from this line on 2 paths");
    }

    @Test
    void the_page_has_a_row_for_each_of_two_bugs_behind_one_helper() {
        leakTwoBugs();
        String page = HtmlReport.of(guard).toHtml();
        assertThat(page)
                .contains("\"path\":\"via LeakPathsTest$OrderJob.run(")
                .contains("\"path\":\"via LeakPathsTest$ReportJob.run(")
                .contains("\"siteCount\":51");
    }

    @Test
    void who_holds_what_is_open_is_told_for_each_caller_of_a_helper() {
        for (int i = 0; i < 3; i++) {
            held.add(Holders.orders(guard));
        }
        held.add(Holders.reports(guard));
        OpenResources open = guard.open();
        List<OpenResources.Group> groups =
                open.groups().stream().filter(g -> g.kind() == KIND).toList();
        assertThat(groups).extracting(OpenResources.Group::count).containsExactly(3L, 1L);
        assertThat(groups.get(0).pathText()).startsWith("via LeakPathsTest$Holders.orders(");
        assertThat(groups.get(1).pathText()).startsWith("via LeakPathsTest$Holders.reports(");
        assertThat(open.toText())
                .contains("from 1 site on 2 paths")
                .contains(" via LeakPathsTest$Holders.orders(")
                .contains(" via LeakPathsTest$Holders.reports(");
    }

    private static final class Holders {
        static Object open(LeakGuard guard) {
            Object handle = new Object();
            guard.track(handle, KIND);
            return handle;
        }

        static Object orders(LeakGuard guard) {
            return open(guard);
        }

        static Object reports(LeakGuard guard) {
            return open(guard);
        }
    }

    @Test
    void a_path_that_parts_further_out_is_shown_by_the_frame_at_which_it_parts() {
        Nested.first(guard);
        Nested.second(guard);
        Gc.settle(guard);
        assertThat(leaks(guard))
                .extracting(SiteLeaks::pathText)
                .satisfiesExactlyInAnyOrder(
                        text -> assertThat(text).startsWith("via LeakPathsTest$Nested.first("),
                        text -> assertThat(text).startsWith("via LeakPathsTest$Nested.second("));
    }

    private static final class Nested {
        static void first(LeakGuard guard) {
            inTransaction(guard);
        }

        static void second(LeakGuard guard) {
            inTransaction(guard);
        }

        static void inTransaction(LeakGuard guard) {
            Db.connection(guard);
        }
    }

    @Test
    void two_lines_of_one_method_are_two_paths() {
        twice();
        Gc.settle(guard);
        assertThat(leaks(guard)).hasSize(2);
        assertThat(reports()).hasSize(2);
    }

    private void twice() {
        Db.connection(guard);
        Db.connection(guard);
    }

    @Test
    void recursion_however_deep_is_one_path() {
        for (int depth = 1; depth < 60; depth += 7) {
            recurse(depth);
            ping(2 * depth);
        }
        Gc.settle(guard);
        assertThat(leaks(guard)).extracting(SiteLeaks::occurrences).containsExactly(9L, 9L);
    }

    private void recurse(int depth) {
        if (depth == 0) {
            Db.connection(guard);
        } else {
            recurse(depth - 1);
        }
    }

    private void ping(int depth) {
        if (depth == 0) {
            Db.connection(guard);
        } else {
            pong(depth - 1);
        }
    }

    private void pong(int depth) {
        ping(depth - 1);
    }

    @Test
    void callers_by_reflection_and_through_a_proxy_are_one_path_however_often_they_call() throws Exception {
        Method run = OrderJob.class.getDeclaredMethod("run", LeakGuard.class);
        run.setAccessible(true);
        Runnable interceptor = (Runnable) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Runnable.class}, (proxy, method, args) -> {
                    OrderJob.run(guard);
                    return null;
                });
        for (int i = 0; i < 40; i++) { // more than the JDK calls natively, before it generates a class
            run.invoke(null, guard);
        }
        for (int i = 0; i < 30; i++) {
            interceptor.run();
        }
        Gc.settle(guard);
        assertThat(leaks(guard)).extracting(SiteLeaks::occurrences).containsExactly(40L, 30L);
    }

    @Test
    void tasks_of_one_pool_are_told_apart() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 6; i++) {
                pool.submit(() -> OrderJob.run(guard)).get();
            }
            pool.submit(() -> ReportJob.run(guard)).get();
        } finally {
            pool.shutdown();
        }
        Gc.settle(guard);
        assertThat(leaks(guard)).extracting(SiteLeaks::occurrences).containsExactly(6L, 1L);
    }

    @Test
    void a_suppression_of_one_path_leaves_the_other() {
        String db = "io.leakguard.it.LeakPathsTest$Db.connection";
        Recorder others = new Recorder();
        try (LeakGuard some = LeakGuard.builder()
                .listener(others)
                .suppress("test.*", db + "<io.leakguard.it.LeakPathsTest$OrderJob.run", "known (ACME-1)")
                .build()) {
            OrderJob.run(some);
            ReportJob.run(some);
            Gc.settle(some);
            assertThat(others.of(KIND)).hasSize(1);
            assertThat(others.of(KIND).get(0).pathText()).contains("ReportJob.run(");
            assertThat(some.suppressions()).extracting(Suppression.Use::hits).containsExactly(1L);
        }
    }

    @Test
    void the_pattern_of_a_path_accepts_it_and_no_other_one() {
        leakTwoBugs();
        String pattern = leaks(guard).get(1).path().pattern();
        assertThat(pattern)
                .startsWith(
                        "<io.leakguard.it.LeakPathsTest$Db.connection<io.leakguard.it.LeakPathsTest$ReportJob.run<");
        Recorder others = new Recorder();
        try (LeakGuard some = LeakGuard.builder()
                .listener(others)
                .suppress("*", pattern, "known (ACME-1)")
                .build()) {
            leakTwoBugsOf(some);
            Gc.settle(some);
            assertThat(some.suppressions()).extracting(Suppression.Use::hits).containsExactly(0L);
        }
        assertThat(others.of(KIND)).as("other callers of the same methods").hasSize(2);
    }

    private static void leakTwoBugsOf(LeakGuard guard) {
        OrderJob.run(guard);
        ReportJob.run(guard);
    }

    @Test
    void a_line_narrows_a_suppression_and_two_stars_stand_for_any_frames() {
        String job = "io.leakguard.it.LeakPathsTest$Nested.first";
        Recorder others = new Recorder();
        try (LeakGuard some = LeakGuard.builder()
                .listener(others)
                .suppress("*", "*Db.connection<**<" + job, "any frames between")
                .suppress("*", "*Db.connection<*LeakPathsTest$ReportJob.run:1", "another line")
                .build()) {
            Nested.first(some);
            Nested.second(some);
            ReportJob.run(some);
            Gc.settle(some);
            assertThat(others.of(KIND))
                    .extracting(LeakReport::pathText)
                    .hasSize(2)
                    .noneMatch(t -> t.contains("first("));
            assertThat(some.suppressions()).extracting(Suppression.Use::hits).containsExactly(1L, 0L);
        }
    }

    @Test
    void a_malformed_path_is_an_error_that_names_value_and_fix() {
        assertThatThrownBy(() -> Suppression.of("*", "com.acme.Db.connection<<com.acme.Job.run", "because"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("com.acme.Db.connection<<com.acme.Job.run")
                .hasMessageContaining("**");
        assertThatThrownBy(() -> Suppression.of("*", "<<", "because")).hasMessageContaining("com.acme.OrderJob.run");
        assertThat(Suppression.of("*", "com.acme.Db.<init>", "because").frame()).isEqualTo("com.acme.Db.<init>");
    }

    /** What an adapter knows of who had a resource; it opens on a thread of its own, with no frame of the application. */
    private record Buffer(String lastHolder) implements ResourceProbe {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public String describe() {
            return "buffer";
        }
    }

    private static Throwable librarys(String... frames) {
        Throwable stack = new Throwable();
        stack.setStackTrace(java.util.Arrays.stream(frames)
                .map(f -> new StackTraceElement("io.netty." + f, "read", f + ".java", 7))
                .toArray(StackTraceElement[]::new));
        return stack;
    }

    private void leakBuffer(String handler) {
        guard.track(new Object(), KIND, new Buffer(handler), null, null, librarys("Alloc", "EventLoop"));
    }

    @Test
    void where_no_frame_is_the_applications_the_last_holder_tells_leaks_apart() {
        for (int i = 0; i < 5; i++) {
            leakBuffer("first (com.acme.First)");
        }
        leakBuffer("second (com.acme.Second)");
        Gc.settle(guard);
        assertThat(leaks(guard)).extracting(SiteLeaks::occurrences).containsExactly(5L, 1L);
        assertThat(reports())
                .extracting(r -> r.toText().lines().findFirst().orElse(""))
                .containsExactlyInAnyOrder(
                        "LEAK test.connection collected without close() · opened at Alloc.read(Alloc.java:7)"
                                + " last held by first (com.acme.First)",
                        "LEAK test.connection collected without close() · opened at Alloc.read(Alloc.java:7)"
                                + " last held by second (com.acme.Second)");
        assertThat(leaks(guard).get(1).path().pattern())
                .isEqualTo("<io.netty.Alloc.read<held:second_(com.acme.Second)<");
    }

    @Test
    void a_leak_that_a_touch_explains_is_reported_at_once_after_one_that_nothing_explains() {
        leakBuffer("first (com.acme.First)");
        Gc.settle(guard);
        assertThat(reports()).hasSize(1);
        leakTouched();
        Gc.settle(guard);
        assertThat(reports()).hasSize(2);
        assertThat(reports().get(1).pathText())
                .startsWith("last held by first (com.acme.First), first used at LeakPathsTest.leakTouched(");
    }

    private void leakTouched() {
        Object handle = new Object();
        LeakTracker tracker = guard.track(
                handle, KIND, new Buffer("first (com.acme.First)"), null, null, librarys("Alloc", "EventLoop"));
        try {
            tracker.touch("parsed");
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    @Test
    void the_report_that_waits_is_the_one_that_explains_most_and_the_count_is_exact() {
        leakOne("first", false);
        Gc.settle(guard);
        leakOne("with a scope", true);
        Gc.settle(guard);
        leakOne("newest", false);
        Gc.settle(guard);
        assertThat(reports()).hasSize(1); // the interval is a minute
        SiteLeaks row = leaks(guard).get(0);
        assertThat(row.occurrences()).isEqualTo(3);
        assertThat(row.lastReport().description()).isEqualTo("with a scope");
        assertThat(row.lastSeen()).isAfterOrEqualTo(row.lastReport().detectedAt());
        guard.close();
        assertThat(reports()).hasSize(2);
        assertThat(reports().get(1).description()).isEqualTo("with a scope");
        assertThat(reports().get(1).scopes()).containsExactly("event-1");
        assertThat(reports().get(1).occurrences()).isEqualTo(3);
        assertThat(reports().get(1).sinceLastReport()).isEqualTo(2);
    }

    private void leakOne(String description, boolean inScope) {
        LeakScope scope = guard.openScope(inScope ? "event-1" : "other");
        try {
            if (inScope) {
                track(description);
            } else {
                onOtherThread(() -> track(description));
            }
        } finally {
            scope.close();
        }
    }

    private void track(String description) {
        guard.track(new Object(), KIND, description, null, null, librarys("Alloc", "EventLoop"));
    }

    private static void onOtherThread(Runnable task) {
        GuardFixture.onThread("other", task);
    }

    @Test
    void the_paths_of_one_site_are_bounded_and_those_beyond_are_counted_and_said() {
        for (int i = 0; i < 150; i++) {
            leakFrom(i);
        }
        Db.connection(guard);
        Gc.settle(guard);
        List<SiteLeaks> rows = leaks(guard);
        assertThat(rows.stream().mapToLong(SiteLeaks::occurrences).sum()).isEqualTo(151);
        List<SiteLeaks> ofSite =
                rows.stream().filter(r -> r.siteText().startsWith("Helper.")).toList();
        assertThat(ofSite).hasSize(101);
        assertThat(ofSite.get(0).occurrences()).isEqualTo(50);
        assertThat(ofSite.get(0).pathText()).isEqualTo("on other paths than the 100 that are listed");
        assertThat(ofSite.get(0).path()).isEqualTo(LeakPath.UNKNOWN);
        assertThat(ofSite.get(0).lastReport().toText())
                .contains("50 leaked on these paths")
                .contains("150 from this line on 100 paths and more");
        assertThat(rows).anyMatch(r -> r.siteText().contains("Db.connection("));
        assertThat(guard.stats().droppedBy().get(GuardStats.DropReason.SITES_FULL))
                .isPositive();
    }

    private void leakFrom(int caller) {
        Throwable stack = new Throwable();
        stack.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("com.acme.Helper", "open", "Helper.java", 3),
            new StackTraceElement("com.acme.Generated" + caller, "run", "Generated.java", 1)
        });
        guard.track(new Object(), KIND, "x", null, null, stack);
    }

    @Test
    void sites_beyond_the_most_have_a_row_that_counts_them() {
        try (LeakGuard small = LeakGuard.builder().log(false).maxSites(10).build()) {
            for (int i = 0; i < 40; i++) {
                Throwable stack = new Throwable();
                stack.setStackTrace(
                        new StackTraceElement[] {new StackTraceElement("com.acme.C" + i, "open", "C.java", 3)});
                small.track(new Object(), KIND, "x", null, null, stack);
            }
            Gc.settle(small);
            List<SiteLeaks> rows = leaks(small);
            assertThat(rows.stream().mapToLong(SiteLeaks::occurrences).sum()).isEqualTo(40);
            assertThat(rows).hasSizeLessThanOrEqualTo(11);
            assertThat(rows).anyMatch(r -> r.siteText().contains("leakguard.sites.max (10)"));
        }
    }

    @Test
    void a_helper_that_is_skipped_is_not_blamed_and_its_caller_is() {
        Recorder others = new Recorder();
        try (LeakGuard some = LeakGuard.builder()
                .listener(others)
                .blameSkip("io.leakguard.it.LeakPathsTest$Db", "com.acme.util.*")
                .build()) {
            OrderJob.run(some);
            ReportJob.run(some);
            Gc.settle(some);
            assertThat(others.of(KIND))
                    .extracting(LeakReport::siteText)
                    .satisfiesExactlyInAnyOrder(
                            text -> assertThat(text).startsWith("LeakPathsTest$OrderJob.run("),
                            text -> assertThat(text).startsWith("LeakPathsTest$ReportJob.run("));
        }
    }

    @Test
    void a_bad_helper_is_an_error_that_names_value_and_fix() {
        assertThatThrownBy(() -> LeakGuard.builder().blameSkip("com acme"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("com acme")
                .hasMessageContaining("com.acme.Db");
        assertThatThrownBy(() -> LeakGuard.builder().blameSkip("*")).hasMessageContaining("leakguard.blame.skip");
    }
}
