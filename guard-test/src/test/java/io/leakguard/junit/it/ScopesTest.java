package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.junit.AllowLeaks;
import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.TestScope;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which test fails, and which does not. */
class ScopesTest {

    /** What leaks stays reachable, so that only the scopes can find it. */
    static final List<Object> HELD = new ArrayList<>();

    @TempDir
    Path output;

    private Runs runs() {
        return new Runs(output).with("leakguard.junit.grace", "50ms");
    }

    // ---------------------------------------------------------------------------------------------- one leaks

    @LeakGuarded
    static class OneLeaks {
        @Test
        void closes() {
            new Thing("closed").close();
        }

        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }

        @Test
        void opens_nothing() {}
    }

    @Test
    void the_test_that_leaks_fails_and_only_that_test() {
        Runs.Result result = runs().run(OneLeaks.class);
        assertThat(result.failed()).containsOnlyKeys("leaks()");
        assertThat(result.failed().get("leaks()")).isInstanceOf(AssertionError.class);
        assertThat(result.message("leaks()"))
                .startsWith("1 resource leaked by ScopesTest$OneLeaks > leaks()")
                .contains("test.thing \"left open\", still open", "opened in @Test leaks on thread")
                .contains("ScopesTest.java:", "to fix: close it", "@AllowLeaks(kind = \"test.thing\"")
                .contains("confidence: certain");
        Throwable[] sites = result.failed().get("leaks()").getSuppressed();
        assertThat(sites).hasSize(1);
        assertThat(sites[0].getStackTrace())
                .anyMatch(f -> f.getClassName().equals(OneLeaks.class.getName())
                        && f.getMethodName().equals("leaks"));
        assertThat(result.entries()).anySatisfy(e -> assertThat(e).contains("leakguard.failed", "test.thing at "));
    }

    @LeakGuarded
    static class TwoSites {
        @Test
        void leaks() {
            for (int i = 0; i < 3; i++) {
                HELD.add(new Thing("a"));
            }
            Thing parent = new Thing("parent");
            HELD.add(parent);
            HELD.add(new Thing("child", parent));
        }
    }

    @Test
    void the_failure_has_one_suppressed_error_per_site_and_lists_children_under_their_parent() {
        Runs.Result result = runs().run(TwoSites.class);
        assertThat(result.message("leaks()"))
                .startsWith("4 resources leaked by")
                .contains("\"a\" × 3", "still open under it: test.thing \"child\"");
        assertThat(result.failed().get("leaks()").getSuppressed()).hasSize(2);
    }

    @LeakGuarded
    static class FailsToo {
        @Test
        void fails() {
            HELD.add(new Thing("left open"));
            throw new IllegalStateException("the test's own failure");
        }
    }

    @Test
    void a_leak_of_a_test_that_has_failed_is_suppressed_by_its_failure() {
        Throwable failure = runs().run(FailsToo.class).failed().get("fails()");
        assertThat(failure).isInstanceOf(IllegalStateException.class);
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(failure.getSuppressed()[0])
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("left open");
    }

    // ---------------------------------------------------------------------------------------------- closed in time

    @LeakGuarded
    static class ClosedInTime {
        @AutoClose
        static Thing ofTheClass;

        @AutoClose
        Thing autoClosed = new Thing("field initialiser");

        Thing inAfterEach;

        ClosedInTime() {
            try (Thing t = new Thing("constructor")) {
                assertThat(t).isNotNull();
            }
        }

        @BeforeAll
        static void beforeAll() {
            ofTheClass = new Thing("before all");
        }

        @BeforeEach
        void beforeEach() {
            inAfterEach = new Thing("before each");
        }

        @Test
        void one() {}

        @Test
        void two() {}

        @AfterEach
        void afterEach() {
            inAfterEach.close();
        }
    }

    @Test
    void what_is_closed_by_after_each_or_auto_close_is_no_leak() {
        assertThat(runs().run(ClosedInTime.class).failed()).isEmpty();
    }

    @LeakGuarded
    static class ClosedAsynchronously {
        @Test
        void closes_soon() {
            Thing thing = new Thing("soon");
            Thread thread = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                thing.close();
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Test
    void what_is_closed_within_the_grace_is_no_leak() {
        assertThat(runs().with("leakguard.junit.grace", "20s")
                        .run(ClosedAsynchronously.class)
                        .failed())
                .isEmpty();
    }

    @LeakGuarded
    static class FieldLeaks {
        Object field = new Thing("field");

        @Test
        void one() {
            HELD.add(field);
        }
    }

    @Test
    void a_field_initialiser_belongs_to_the_test_that_the_instance_is_made_for() {
        Runs.Result result = runs().run(FieldLeaks.class);
        assertThat(result.failed()).containsOnlyKeys("one()");
        assertThat(result.message("one()")).contains("in a field initialiser or constructor");
    }

    // ---------------------------------------------------------------------------------------------- the class's

    @LeakGuarded
    static class BeforeAllLeaks {
        @BeforeAll
        static void open() {
            HELD.add(new Thing("shared"));
        }

        @Test
        void clean() {}
    }

    @Test
    void what_before_all_leaves_open_fails_the_class_and_no_test() {
        Runs.Result result = runs().run(BeforeAllLeaks.class);
        assertThat(result.failed()).containsOnlyKeys("ScopesTest$BeforeAllLeaks");
        assertThat(result.message("ScopesTest$BeforeAllLeaks")).contains("in @BeforeAll open");
    }

    @LeakGuarded
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClass {
        final Thing field = new Thing("per class");

        @Test
        void one() {}

        @ParameterizedTest
        @MethodSource("things")
        void provided(Thing thing) {
            assertThat(thing).isNotNull();
        }

        final List<Thing> provided = new ArrayList<>();

        Stream<Thing> things() {
            provided.add(new Thing("provided"));
            return provided.stream();
        }

        @AfterAll
        void close() {
            field.close();
            provided.forEach(Thing::close);
        }
    }

    @Test
    void the_instance_per_class_and_method_sources_belong_to_the_class() {
        assertThat(runs().run(PerClass.class).failed()).isEmpty();
    }

    @LeakGuarded
    static class Adopts {
        static Thing shared;

        @Test
        void opens(TestScope scope) {
            shared = new Thing("shared");
            assertThat(scope.adopt(shared, TestScope.Owner.CLASS)).isTrue();
        }

        @AfterAll
        static void close() {
            shared.close();
        }
    }

    @LeakGuarded
    static class AdoptsBySuite {
        @Test
        void opens(TestScope scope) {
            Thing shared = new Thing("shared by the suite");
            HELD.add(shared);
            scope.adopt(shared, TestScope.Owner.SUITE);
        }
    }

    @Test
    void a_resource_that_the_class_adopts_must_be_closed_when_the_class_ends() {
        assertThat(runs().run(Adopts.class).failed()).isEmpty();
    }

    @Test
    void a_resource_that_the_suite_adopts_must_be_closed_when_the_suite_ends() {
        Runs.Result result = runs().run(AdoptsBySuite.class);
        assertThat(result.failed()).containsOnlyKeys("JUnit Jupiter");
        assertThat(result.message("JUnit Jupiter")).contains("shared by the suite");
    }

    // ---------------------------------------------------------------------------------------------- invocations

    @LeakGuarded
    static class Invocations {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void parameterized(int n) {
            if (n == 2) {
                HELD.add(new Thing("parameter 2"));
            }
        }

        @RepeatedTest(3)
        void repeated(RepetitionInfo info) {
            if (info.getCurrentRepetition() == 3) {
                HELD.add(new Thing("repetition 3"));
            }
        }

        @TestFactory
        Stream<DynamicTest> dynamic() {
            return Stream.of(
                    DynamicTest.dynamicTest("dynamic 1", () -> new Thing("x").close()),
                    DynamicTest.dynamicTest("dynamic 2", () -> HELD.add(new Thing("dynamic"))));
        }

        @Nested
        class Inner {
            @Test
            void nested_leaks() {
                HELD.add(new Thing("nested"));
            }

            @Test
            void nested_clean() {}
        }

        @Test
        @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void on_another_thread() {
            HELD.add(new Thing("other thread"));
        }
    }

    @Test
    void each_invocation_is_a_test_of_its_own() {
        Runs.Result result = runs().run(Invocations.class);
        assertThat(result.failed().keySet())
                .anyMatch(name -> name.startsWith("[2]"))
                .contains("repetition 3 of 3", "dynamic 2", "nested_leaks()", "on_another_thread()")
                .hasSize(5);
        assertThat(result.message("nested_leaks()"))
                .contains("leaked by ScopesTest$Invocations > Inner > nested_leaks()");
        assertThat(result.message("dynamic 2")).contains("leaked by ScopesTest$Invocations > dynamic() > dynamic 2");
    }

    @LeakGuarded
    @ParameterizedClass
    @ValueSource(ints = {1, 2})
    static class ClassWithParameters {
        static Thing ofTheInvocation;

        @Parameter
        int n;

        @BeforeParameterizedClassInvocation
        static void open() {
            ofTheInvocation = new Thing("of the invocation");
        }

        @Test
        void leaks_in_the_second() {
            if (n == 2) {
                HELD.add(new Thing("parameter 2"));
            }
        }

        @Test
        void clean() {
            new Thing("closed").close();
        }

        @AfterParameterizedClassInvocation
        static void close() {
            ofTheInvocation.close();
        }
    }

    @LeakGuarded
    @ParameterizedClass
    @ValueSource(ints = {1, 2})
    record InvocationLeaks(int n) {
        @BeforeParameterizedClassInvocation
        static void open(int n) {
            if (n == 2) {
                HELD.add(new Thing("before invocation 2"));
            }
        }

        @Test
        void clean() {}
    }

    @Test
    void each_invocation_of_a_class_is_a_class_of_its_own() {
        Runs.Result result = runs().run(ClassWithParameters.class);
        assertThat(result.failed()).containsOnlyKeys("leaks_in_the_second()");
        assertThat(result.message("leaks_in_the_second()"))
                .containsPattern("leaked by ScopesTest\\$ClassWithParameters > \\[2].* > leaks_in_the_second");
        Runs.Result ofInvocation = runs().runByLauncher(InvocationLeaks.class);
        assertThat(ofInvocation.failed().keySet()).singleElement().asString().startsWith("[2]");
    }

    // ---------------------------------------------------------------------------------------------- all at once

    @LeakGuarded
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @Execution(ExecutionMode.CONCURRENT)
    static class AllAtOnce {
        static Thing ofTheClass;

        @BeforeAll
        void beforeAll() {
            ofTheClass = new Thing("of the class");
        }

        @AfterAll
        void afterAll() {
            ofTheClass.close();
        }

        @Test
        void leaks_and_fails() {
            HELD.add(new Thing("of one that fails"));
            throw new IllegalStateException("the test's own failure");
        }

        @Test
        void clean() {
            new Thing("closed", ofTheClass).close();
        }

        @TestFactory
        Stream<DynamicNode> factory() {
            HELD.add(new Thing("of the factory"));
            return Stream.of(DynamicContainer.dynamicContainer(
                    "container",
                    Stream.of(
                            DynamicTest.dynamicTest("dynamic clean", () -> new Thing("closed").close()),
                            DynamicTest.dynamicTest("dynamic leaks", () -> HELD.add(new Thing("dynamic"))))));
        }

        @Nested
        class Inner {
            @AutoClose
            Thing field = new Thing("auto closed");

            @ParameterizedTest
            @ValueSource(ints = {1, 2, 3, 4})
            void nested_parameterized(int n) throws Exception {
                ExecutorService executor = Executors.newSingleThreadExecutor();
                executor.submit(() -> n == 3 ? HELD.add(new Thing("nested 3")) : n > 0)
                        .get();
                executor.shutdown();
            }
        }

        @Nested
        class OtherInner {
            @Test
            void nested_clean() {
                try (Thing parent = new Thing("parent");
                        Thing child = new Thing("child", parent)) {
                    assertThat(child).isNotNull();
                }
            }
        }
    }

    @Test
    void nested_parallel_dynamic_failing_and_shared_all_at_once_blame_the_right_ones() {
        for (int round = 0; round < 3; round++) {
            Runs.Result result = runs().with("junit.jupiter.execution.parallel.enabled", "true")
                    .with("junit.jupiter.execution.parallel.mode.default", "concurrent")
                    .with("junit.jupiter.execution.parallel.config.strategy", "fixed")
                    .with("junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                    .run(AllAtOnce.class);
            assertThat(result.failed().keySet())
                    .filteredOn(name -> !name.startsWith("[3]"))
                    .containsExactlyInAnyOrder("leaks_and_fails()", "factory()", "dynamic leaks");
            assertThat(result.failed()).hasSize(4);
            assertThat(result.failed().get("leaks_and_fails()"))
                    .isInstanceOf(IllegalStateException.class)
                    .satisfies(t -> assertThat(t.getSuppressed())
                            .singleElement()
                            .satisfies(s -> assertThat(s).hasMessageContaining("of one that fails")));
            assertThat(result.message("factory()")).contains("of the factory").doesNotContain("\"dynamic\"");
        }
    }

    @LeakGuarded
    static class LifeCycleLeaks {
        LifeCycleLeaks() {
            HELD.add(new Thing("constructor"));
        }

        @BeforeEach
        void before() {
            HELD.add(new Thing("before each"));
        }

        @AfterEach
        void after() {
            HELD.add(new Thing("after each"));
        }

        @Test
        void test() {}

        @AfterAll
        static void afterAll() {
            HELD.add(new Thing("after all"));
        }
    }

    @LeakGuarded
    static class ProviderLeaks {
        static Stream<Integer> numbers() {
            HELD.add(new Thing("of the provider"));
            return Stream.of(1, 2);
        }

        @ParameterizedTest
        @MethodSource("numbers")
        void takes(int n) {
            assertThat(n).isPositive();
        }
    }

    @Test
    void what_life_cycle_methods_and_providers_leak_is_said_to_be_theirs() {
        Runs.Result result = runs().run(LifeCycleLeaks.class);
        assertThat(result.failed()).containsOnlyKeys("test()", "ScopesTest$LifeCycleLeaks");
        assertThat(result.message("test()"))
                .startsWith("3 resources leaked by")
                .contains("in a field initialiser or constructor", "in @BeforeEach before", "in @AfterEach after");
        assertThat(result.message("ScopesTest$LifeCycleLeaks")).contains("in @AfterAll afterAll");
        Runs.Result provider = runs().run(ProviderLeaks.class);
        assertThat(provider.failed().keySet())
                .noneMatch(name -> name.startsWith("["))
                .hasSize(1);
        assertThat(provider.failed().values())
                .singleElement()
                .satisfies(t -> assertThat(t).hasMessageContaining("of the provider"));
    }

    static final class Cache {
        private static Thing cached;

        /** Not by a static initialiser: whoever comes first opens it for all. */
        static synchronized Thing get() {
            if (cached == null) {
                cached = new Thing("cached for all");
            }
            return cached;
        }
    }

    @LeakGuarded
    static class UsesCache {
        @Test
        void uses_a_cache(TestScope scope) {
            scope.adopt(Cache.get(), TestScope.Owner.SUITE);
        }

        @Test
        void uses_it_too(TestScope scope) {
            scope.adopt(Cache.get(), TestScope.Owner.SUITE);
        }
    }

    @LeakGuarded
    static class ClosesCache {
        @Test
        void closes() {
            Cache.get().close();
        }
    }

    @Test
    void what_a_class_caches_for_the_suite_may_be_closed_by_another_class() {
        assertThat(runs().run(UsesCache.class, ClosesCache.class).failed()).isEmpty();
    }

    // ---------------------------------------------------------------------------------------------- registration

    @LeakGuarded
    abstract static class Base {}

    static class Derived extends Base {
        @Test
        void leaks() {
            HELD.add(new Thing("derived"));
        }
    }

    static class OnAMethod {
        @Test
        @LeakGuarded
        void guarded() {
            HELD.add(new Thing("guarded"));
        }

        @Test
        void not_guarded() {
            HELD.add(new Thing("not guarded"));
        }
    }

    static class NotAnnotated {
        @Test
        void leaks() {
            HELD.add(new Thing("detected"));
        }
    }

    @Test
    @AllowLeaks(site = "*not_guarded", reason = "it is what the test is about, and belongs to the run around it")
    @LeakGuarded(grace = "500ms") // what the run around it would wait for
    void the_annotation_is_inherited_and_works_on_a_method() {
        assertThat(runs().run(Derived.class).failed()).containsOnlyKeys("leaks()");
        assertThat(runs().run(OnAMethod.class).failed()).containsOnlyKeys("guarded()");
    }

    @Test
    @AllowLeaks(site = "*leaks", reason = "it is what the test is about, and belongs to the run around it")
    @LeakGuarded(grace = "500ms") // what the run around it would wait for
    void auto_detection_switches_it_on_for_all_tests_and_a_parameter_off() {
        assertThat(runs().run(NotAnnotated.class).failed()).isEmpty();
        assertThat(runs().with("junit.jupiter.extensions.autodetection.enabled", "true")
                        .run(NotAnnotated.class)
                        .failed())
                .containsOnlyKeys("leaks()");
        assertThat(runs().with("junit.jupiter.extensions.autodetection.enabled", "true")
                        .with("leakguard.junit.enabled", "false")
                        .run(NotAnnotated.class, OneLeaks.class)
                        .failed())
                .isEmpty();
    }

    @LeakGuarded
    static class Parameters {
        Parameters(LeakGuard guard) {
            assertThat(guard).isSameAs(LeakGuard.global());
        }

        @Test
        void has_parameters(LeakGuard guard, LeakScope scope, TestScope test) {
            assertThat(test.scope()).isSameAs(scope);
            assertThat(test.guard()).isSameAs(guard);
            try (Thing thing = new Thing("mine")) {
                assertThat(thing.leakTracker().isOpen()).isTrue();
                assertThat(scope.openCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void tests_can_have_the_guard_and_their_scope_as_parameters_even_if_it_is_off() {
        assertThat(runs().run(Parameters.class).failed()).isEmpty();
        LeakGuard before = LeakGuard.setGlobal(LeakGuard.disabled());
        try {
            assertThat(runs().with("leakguard.junit.enabled", "false")
                            .run(ParametersOff.class)
                            .failed())
                    .isEmpty();
        } finally {
            LeakGuard.setGlobal(before);
        }
    }

    @LeakGuarded
    static class ParametersOff {
        @Test
        void has_parameters(LeakGuard guard, LeakScope scope, TestScope test) {
            assertThat(guard.isEnabled()).isFalse();
            assertThat(test.scope()).isSameAs(scope);
        }
    }

    @Test
    void the_process_wide_guard_of_before_is_put_back() {
        LeakGuard mine = LeakGuard.disabled();
        LeakGuard before = LeakGuard.setGlobal(mine);
        try {
            runs().run(OneLeaks.class);
            assertThat(LeakGuard.global()).isSameAs(mine);
        } finally {
            LeakGuard.setGlobal(before);
        }
    }

    // ---------------------------------------------------------------------------------------------- other extensions

    static class OpensBeforeEach implements BeforeEachCallback {
        @Override
        public void beforeEach(ExtensionContext context) {
            context.getStore(ExtensionContext.Namespace.GLOBAL).put("thing", new Thing("of an extension"));
        }
    }

    @LeakGuarded
    @ExtendWith(OpensBeforeEach.class)
    static class WithAnotherExtension {
        @Test
        void clean() {}
    }

    @Test
    void what_another_extension_stores_for_the_test_is_closed_before_the_check() {
        assertThat(runs().run(WithAnotherExtension.class).failed()).isEmpty();
    }

    // ---------------------------------------------------------------------------------------------- threads

    @LeakGuarded
    static class OwnThreads {
        @Test
        void leaks_on_its_executor() throws Exception {
            ExecutorService executor = Executors.newFixedThreadPool(2);
            try {
                executor.submit(() -> HELD.add(new Thing("on a pool"))).get();
            } finally {
                executor.shutdown();
            }
        }

        @Test
        void clean() {}
    }

    @Test
    void what_a_thread_of_the_test_leaks_fails_that_test() {
        Runs.Result result = runs().run(OwnThreads.class);
        assertThat(result.failed()).containsOnlyKeys("leaks_on_its_executor()");
        assertThat(result.message("leaks_on_its_executor()")).contains("on a pool", "confidence: high");
    }

    @LeakGuarded
    static class OnVirtualThreads {
        @Test
        void leaks_on_a_virtual_thread() throws Exception {
            // By name: this is compiled for 17.
            Thread thread = (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, (Runnable)
                            () -> HELD.add(new Thing("on a virtual thread")));
            thread.join();
        }

        @Test
        void clean() {}
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void what_a_virtual_thread_of_the_test_leaks_fails_that_test() {
        Runs.Result result = runs().run(OnVirtualThreads.class);
        assertThat(result.failed()).containsOnlyKeys("leaks_on_a_virtual_thread()");
        assertThat(result.message("leaks_on_a_virtual_thread()"))
                .contains("on a virtual thread\"", "on thread virtual-");
    }

    static final ExecutorService OLD_POOL = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "old-pool");
        thread.setDaemon(true);
        return thread;
    });

    @LeakGuarded
    static class OnAnOldPool {
        @Test
        void drops_on_an_old_pool() throws Exception {
            OLD_POOL.submit(() ->
                            assertThat(new Thing("dropped on an old pool")).isNotNull())
                    .get();
        }

        @Test
        void clean() {}
    }

    @Test
    void what_a_thread_older_than_the_run_leaks_fails_the_test_in_the_stack_without_the_collector() throws Exception {
        OLD_POOL.submit(() -> {}).get();
        for (String gc : List.of("off", "test", "class", "suite")) {
            Runs.Result result = runs().with("leakguard.junit.gc", gc).run(OnAnOldPool.class);
            assertThat(result.failed()).as(gc).containsOnlyKeys("drops_on_an_old_pool()");
            assertThat(result.message("drops_on_an_old_pool()"))
                    .startsWith("1 resource leaked by ScopesTest$OnAnOldPool > drops_on_an_old_pool()")
                    .contains("its test class is in the creation stack");
        }
    }

    @LeakGuarded
    static class OnAnOldPoolWhileNoTestRuns {
        @BeforeAll
        static void drops_on_an_old_pool() throws Exception {
            OLD_POOL.submit(() ->
                            assertThat(new Thing("dropped on an old pool")).isNotNull())
                    .get();
        }

        @Test
        void clean() {}
    }

    @Test
    void what_only_the_collector_finds_is_charged_to_the_class_in_the_stack_when_the_collector_is_run()
            throws Exception {
        OLD_POOL.submit(() -> {}).get();
        Runs.Result result = runs().run(OnAnOldPoolWhileNoTestRuns.class);
        assertThat(result.failed()).containsOnlyKeys("ScopesTest$OnAnOldPoolWhileNoTestRuns");
        assertThat(result.message("ScopesTest$OnAnOldPoolWhileNoTestRuns"))
                .startsWith("1 resource leaked by ScopesTest$OnAnOldPoolWhileNoTestRuns")
                .contains("collected without close()", "its test class is in the creation stack");
        assertThat(runs().with("leakguard.junit.gc", "suite")
                        .run(OnAnOldPoolWhileNoTestRuns.class)
                        .failed())
                .containsOnlyKeys("JUnit Jupiter");
        assertThat(runs().with("leakguard.junit.gc", "off")
                        .run(OnAnOldPoolWhileNoTestRuns.class)
                        .failed())
                .isEmpty();
    }

    @LeakGuarded
    static class Foreign {
        @Test
        void lets_an_old_pool_open() throws Exception {
            CountDownLatch done = new CountDownLatch(1);
            OLD_POOL.execute(new Opener(done));
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void what_the_only_running_test_may_have_opened_fails_its_class_and_names_it() throws Exception {
        OLD_POOL.submit(() -> {}).get();
        Runs.Result result = runs().run(Foreign.class);
        assertThat(result.failed()).containsOnlyKeys("ScopesTest$Foreign");
        assertThat(result.message("ScopesTest$Foreign"))
                .contains("Foreign > lets_an_old_pool_open()", "confidence: medium");
    }

    // ---------------------------------------------------------------------------------------------- parallel

    @LeakGuarded
    static class Parallel {
        static volatile CountDownLatch all = new CountDownLatch(2);

        private static void together() throws InterruptedException {
            all.countDown();
            all.await(10, TimeUnit.SECONDS);
        }

        @Test
        void leaks_a() throws Exception {
            together();
            HELD.add(new Thing("a"));
        }

        @Test
        void clean() throws Exception {
            together();
            new Thing("c").close();
        }

        @Test
        void leaks_b() throws Exception {
            together();
            ExecutorService executor = Executors.newSingleThreadExecutor();
            executor.submit(() -> HELD.add(new Thing("b"))).get();
            executor.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FORK_JOIN_POOL", "WORKER_THREAD_POOL"}) // JUnit 5 has only the first, and ignores the key
    void parallel_tests_are_told_apart(String executor) {
        Parallel.all = new CountDownLatch(2);
        Runs.Result result = runs().with("junit.jupiter.execution.parallel.enabled", "true")
                .with("junit.jupiter.execution.parallel.config.executor-service", executor)
                .with("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .with("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .with("junit.jupiter.execution.parallel.config.fixed.parallelism", "3")
                .run(Parallel.class);
        assertThat(result.failed()).containsOnlyKeys("leaks_a()", "leaks_b()");
        assertThat(result.message("leaks_a()")).contains("test.thing \"a\"").doesNotContain("test.thing \"b\"");
        assertThat(result.message("leaks_b()")).contains("test.thing \"b\"").doesNotContain("test.thing \"a\"");
    }

    // ---------------------------------------------------------------------------------------------- scopes in tests

    @LeakGuarded
    static class OpensScopes {
        @Test
        void forgets_what_a_request_opened() {
            try (LeakScope scope = LeakGuard.global().openScope("request")) {
                assertThat(scope.name()).isEqualTo("request");
                HELD.add(new Thing("of the request"));
            }
        }

        @Test
        void clean() {
            try (LeakScope scope = LeakGuard.global().openScope("request")) {
                assertThat(scope.openCount()).isZero();
            }
        }
    }

    @Test
    void scopes_of_the_code_under_test_nest_in_the_tests_scope() {
        Runs.Result result = runs().run(OpensScopes.class);
        assertThat(result.failed()).containsOnlyKeys("forgets_what_a_request_opened()");
    }

    static final class Statics {
        static final Thing FOR_EVER = new Thing("static");

        static void use() {}
    }

    @LeakGuarded
    static class UsesStatics {
        @Test
        void initialises_a_class() {
            Statics.use();
            assertThat(Statics.FOR_EVER).isNotNull();
        }
    }

    @Test
    void what_a_static_initialiser_keeps_open_is_told_and_fails_nobody() {
        Runs.Result result = runs().run(UsesStatics.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json()).contains("\"verdict\": \"static\"");
    }

    @Test
    void the_grace_can_be_set_on_a_class() {
        long began = System.nanoTime();
        runs().with("leakguard.junit.grace", "20s").run(NoGrace.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }

    @LeakGuarded(grace = "0")
    static class NoGrace {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }
    }
}
