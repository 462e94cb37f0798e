package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.junit.AllowLeaks;
import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.LeakMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.converter.ArgumentConversionException;
import org.junit.jupiter.params.converter.ConvertWith;
import org.junit.jupiter.params.converter.SimpleArgumentConverter;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Life cycles, invocations and threads that are easy to get wrong. */
class HardCasesTest {

    static final List<Object> HELD = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path output;

    @AfterEach
    void forget() {
        HELD.clear();
    }

    private Runs runs() {
        return new Runs(output).with("leakguard.junit.grace", "20ms");
    }

    // ---------------------------------------------------------------------------------------------- nested, per class

    @LeakGuarded
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class Outer {
        final Thing outer = new Thing("of the outer instance");

        @Nested
        @TestInstance(TestInstance.Lifecycle.PER_CLASS)
        class ClosesItsField {
            final Thing inner = new Thing("of the nested instance", outer);

            @Test
            void one() {}

            @Test
            void two() {}

            @AfterAll
            void close() {
                inner.close();
            }
        }

        @Nested
        @TestInstance(TestInstance.Lifecycle.PER_CLASS)
        class KeepsIt {
            final Object inner = new Thing("kept by the nested instance");

            @BeforeAll
            void keep() {
                HELD.add(inner);
            }

            @Test
            void three() {}
        }

        @AfterAll
        void close() {
            outer.close();
        }
    }

    @Test
    void what_a_nested_instance_per_class_keeps_fails_the_nested_class_alone() {
        Runs.Result result = runs().run(Outer.class);
        assertThat(result.failed()).containsOnlyKeys("KeepsIt");
        assertThat(result.message("KeepsIt")).contains("kept by the nested instance");
    }

    // ---------------------------------------------------------------------------------------------- factories

    @LeakGuarded
    static class Factories {
        @TestFactory
        Stream<DynamicTest> closed_with_its_stream() {
            Thing shared = new Thing("shared by dynamic tests");
            return IntStream.range(0, 3)
                    .mapToObj(i -> DynamicTest.dynamicTest("uses " + i, () -> new Thing("child", shared).close()))
                    .onClose(shared::close);
        }

        @TestFactory
        Stream<DynamicTest> opened_as_the_stream_is_read() {
            return IntStream.range(0, 3).mapToObj(i -> {
                Thing perTest = new Thing("for test " + i);
                return DynamicTest.dynamicTest("closes " + i, () -> {
                    if (i == 1) {
                        HELD.add(perTest);
                    } else {
                        perTest.close();
                    }
                });
            });
        }
    }

    @Test
    void what_the_stream_of_a_factory_holds_belongs_to_the_factory() {
        Runs.Result result = runs().run(Factories.class);
        assertThat(result.failed()).containsOnlyKeys("opened_as_the_stream_is_read()");
        assertThat(result.message("opened_as_the_stream_is_read()")).contains("\"for test 1\"");
    }

    // ---------------------------------------------------------------------------------------------- arguments

    static class ToThing extends SimpleArgumentConverter {
        @Override
        protected Object convert(Object source, Class<?> targetType) throws ArgumentConversionException {
            return new Thing("converted from " + source);
        }
    }

    @LeakGuarded
    static class Arguments {
        static Stream<Thing> things() {
            return Stream.of("a", "b").map(Thing::new);
        }

        @ParameterizedTest
        @MethodSource("things")
        void closed_by_junit(Thing thing) {
            assertThat(thing.leakTracker().isOpen()).isTrue();
        }
    }

    @LeakGuarded
    static class ArgumentsKept {
        @ParameterizedTest(autoCloseArguments = false)
        @MethodSource("io.leakguard.junit.it.HardCasesTest$Arguments#things")
        void not_closed(Thing thing) {
            HELD.add(thing);
        }
    }

    @LeakGuarded
    static class ConvertedArguments {
        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void converted(@ConvertWith(ToThing.class) Thing thing) {
            HELD.add(thing);
        }
    }

    @Test
    void arguments_that_junit_closes_are_no_leak_and_others_fail_the_template() {
        assertThat(runs().run(Arguments.class).failed()).isEmpty();
        Runs.Result kept = runs().run(ArgumentsKept.class);
        assertThat(kept.failed()).hasSize(1);
        assertThat(kept.failed().keySet()).noneMatch(name -> name.startsWith("["));
        // What a converter makes is not closed by JUnit: it belongs to the invocation.
        assertThat(runs().run(ConvertedArguments.class).failed().keySet())
                .hasSize(2)
                .allMatch(name -> name.startsWith("["));
    }

    // ---------------------------------------------------------------------------------------------- templates

    /** Contexts with a resource each, and one for all that the stream closes. */
    static class Contexts implements TestTemplateInvocationContextProvider {
        @Override
        public boolean supportsTestTemplate(ExtensionContext context) {
            return true;
        }

        @Override
        public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
            Thing forAll = new Thing("for all invocations");
            return Stream.<TestTemplateInvocationContext>of(new Context("closes"), new Context("keeps"))
                    .onClose(forAll::close);
        }
    }

    record Context(String name) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return name;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new OfContext(name));
        }
    }

    static final class OfContext implements BeforeEachCallback, AfterEachCallback {
        private final String name;
        private Thing thing;

        OfContext(String name) {
            this.name = name;
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            thing = new Thing("of context " + name);
            HELD.add(thing);
        }

        @Override
        public void afterEach(ExtensionContext context) {
            if (name.equals("closes")) {
                thing.close();
            }
        }
    }

    @LeakGuarded
    static class Templates {
        @TestTemplate
        @ExtendWith(Contexts.class)
        void template() {}
    }

    @Test
    void what_an_extension_of_an_invocation_leaks_fails_that_invocation() {
        Runs.Result result = runs().run(Templates.class);
        assertThat(result.failed()).containsOnlyKeys("keeps");
        assertThat(result.message("keeps")).contains("\"of context keeps\"");
    }

    // ---------------------------------------------------------------------------------------------- interceptors

    static class Intercepts implements InvocationInterceptor {
        @Override
        public void interceptTestMethod(
                Invocation<Void> invocation,
                ReflectiveInvocationContext<java.lang.reflect.Method> method,
                ExtensionContext context)
                throws Throwable {
            HELD.add(new Thing("of an interceptor"));
            invocation.proceed();
        }
    }

    @LeakGuarded
    static class Intercepted {
        @Test
        @ExtendWith(Intercepts.class)
        void intercepted() {}

        @Test
        void not_intercepted() {}
    }

    @Test
    void what_an_interceptor_leaks_fails_the_test_it_intercepts() {
        assertThat(runs().run(Intercepted.class).failed()).containsOnlyKeys("intercepted()");
    }

    // ---------------------------------------------------------------------------------------------- other endings

    @LeakGuarded
    static class Endings {
        @Test
        void aborted() {
            HELD.add(new Thing("of an aborted test"));
            Assumptions.abort("not here");
        }

        @Test
        void aborted_and_clean() {
            Assumptions.abort("not here");
        }

        @Test
        @Disabled("not today")
        void disabled() {
            HELD.add(new Thing("never opened"));
        }

        @Test
        @Timeout(
                value = 100,
                unit = java.util.concurrent.TimeUnit.MILLISECONDS,
                threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void times_out() throws InterruptedException {
            HELD.add(new Thing("of one that timed out"));
            new java.util.concurrent.CountDownLatch(1).await();
        }

        @RepeatedTest(2)
        void repeated() {
            new Thing("closed").close();
        }
    }

    @Test
    void a_test_that_is_aborted_or_times_out_and_leaks_fails_with_the_leak() {
        Runs.Result result = runs().run(Endings.class);
        assertThat(result.failed()).containsOnlyKeys("aborted()", "aborted_and_clean()", "times_out()");
        assertThat(result.failed().get("aborted()"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("of an aborted test");
        assertThat(result.failed().get("aborted_and_clean()")).isInstanceOf(org.opentest4j.TestAbortedException.class);
        assertThat(result.failed().get("times_out()"))
                .isInstanceOf(java.util.concurrent.TimeoutException.class)
                .satisfies(t -> assertThat(t.getSuppressed())
                        .anySatisfy(s -> assertThat(s).hasMessageContaining("of one that timed out")));
    }

    // ---------------------------------------------------------------------------------------------- statics

    @LeakGuarded
    static class StaticField {
        static final Thing SHARED = new Thing("a static field of the test class");

        @Test
        void uses() {
            assertThat(SHARED.leakTracker().isOpen()).isTrue();
        }

        @AfterAll
        static void close() {
            SHARED.close();
        }
    }

    @LeakGuarded
    static class StaticFieldKept {
        static final Thing SHARED = new Thing("a static field that nobody closes");

        @Test
        void uses() {
            assertThat(SHARED.leakTracker().isOpen()).isTrue();
        }
    }

    @Test
    void a_static_field_may_live_as_long_as_its_class_and_is_told_if_it_lives_longer() {
        Runs.Result result = runs().run(StaticField.class, StaticFieldKept.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json())
                .contains("a static field that nobody closes", "\"verdict\": \"static\"")
                .contains("a static field of the test class", "\"verdict\": \"closed_late\"");
    }

    // ---------------------------------------------------------------------------------------------- common pool

    @LeakGuarded
    static class CommonPool {
        @Test
        void leaks_in_a_future() {
            CompletableFuture.runAsync(() -> HELD.add(new Thing("of a future"))).join();
        }

        @Test
        void leaks_in_a_parallel_stream() {
            IntStream.range(0, 64).parallel().forEach(i -> {
                if (i % 16 == 0) {
                    HELD.add(new Thing("of a parallel stream"));
                }
            });
        }

        @Test
        void clean() {
            CompletableFuture.runAsync(() -> new Thing("closed").close()).join();
        }
    }

    @Test
    void what_tasks_of_the_common_pool_leak_is_charged_to_the_test_that_gave_them() {
        ForkJoinPool.commonPool().submit(() -> {}).join(); // its threads are older than the run
        Runs.Result result = runs().run(CommonPool.class);
        assertThat(result.failed()).containsOnlyKeys("leaks_in_a_future()", "leaks_in_a_parallel_stream()");
        assertThat(result.message("leaks_in_a_future()")).contains("\"of a future\"", "confidence: high");
        assertThat(result.message("leaks_in_a_parallel_stream()")).contains("4 resources leaked by");
    }

    /** Not of the test's class, so that no frame names the test. */
    static final class Shared implements Runnable {
        static Thing thing;

        @Override
        public void run() {
            thing = new Thing("shared by a pool");
        }
    }

    @LeakGuarded
    static class SharesOnAnOldPool {
        @Test
        void opens() throws Exception {
            ScopesTest.OLD_POOL.submit(new Shared()).get();
        }

        @AfterAll
        static void close() {
            Shared.thing.close();
        }
    }

    @Test
    void what_an_old_pool_opens_for_nobody_in_particular_may_be_closed_until_the_class_ends() throws Exception {
        ScopesTest.OLD_POOL.submit(() -> {}).get();
        Runs.Result result = runs().run(SharesOnAnOldPool.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json()).contains("shared by a pool", "\"verdict\": \"closed_late\"");
    }

    // ---------------------------------------------------------------------------------------------- parallel classes

    static class ParallelA extends ParallelBase {}

    static class ParallelB extends ParallelBase {}

    @LeakGuarded
    abstract static class ParallelBase {
        @Test
        void leaks() {
            HELD.add(new Thing("of " + getClass().getSimpleName()));
        }

        @Test
        void clean() {
            new Thing("closed").close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FORK_JOIN_POOL", "WORKER_THREAD_POOL"})
    void classes_run_in_parallel_and_their_tests_one_after_the_other(String executor) {
        Runs.Result result = runs().with("junit.jupiter.execution.parallel.enabled", "true")
                .with("junit.jupiter.execution.parallel.config.executor-service", executor)
                .with("junit.jupiter.execution.parallel.mode.default", "same_thread")
                .with("junit.jupiter.execution.parallel.mode.classes.default", "concurrent")
                .with("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .with("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
                .run(ParallelA.class, ParallelB.class);
        assertThat(result.failed()).containsOnlyKeys("leaks()");
        assertThat(result.text())
                .contains("ParallelA > leaks()", "ParallelB > leaks()", "\"of ParallelA\"", "\"of ParallelB\"");
    }

    // ---------------------------------------------------------------------------------------------- rules

    @LeakGuarded(mode = LeakMode.FAIL)
    static class FailsAnyway {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }

        @Test
        @LeakGuarded(mode = LeakMode.WARN)
        void is_told() {
            HELD.add(new Thing("left open"));
        }

        @Nested
        @LeakGuarded
        class Inner {
            @Test
            void leaks_too() {
                HELD.add(new Thing("left open"));
            }
        }
    }

    @Test
    void the_nearest_annotation_that_names_a_mode_wins_over_the_parameter() {
        assertThat(runs().with("leakguard.junit.mode", "warn")
                        .run(FailsAnyway.class)
                        .failed())
                .containsOnlyKeys("leaks()", "leaks_too()");
        assertThat(runs().with("leakguard.junit.mode", "off")
                        .run(FailsAnyway.class)
                        .failed())
                .containsOnlyKeys("leaks()", "leaks_too()");
    }

    @LeakGuarded
    static class Special {
        @Test
        @AllowLeaks(
                kind = "test.thing",
                site = "io.leakguard.junit.it.HardCasesTest$Special.lambda$allowed$*",
                reason = "a dollar is a dollar")
        void allowed() {
            Runnable opens = () -> HELD.add(new Thing("left open"));
            opens.run();
        }

        @Test
        @AllowLeaks(kind = "test.[a-z]+", site = ".*", reason = "regular expressions don't work here")
        void not_allowed() {
            HELD.add(new Thing("left open"));
        }
    }

    @Test
    void allowances_take_a_star_and_nothing_else_for_special() {
        Runs.Result result = runs().run(Special.class);
        assertThat(result.failed()).containsOnlyKeys("not_allowed()");
        assertThat(result.json()).contains("regular expressions don't work here");
    }

    @Test
    void a_grace_that_is_too_long_is_refused_with_its_fix() {
        assertThat(runs().with("leakguard.junit.grace", "999999999min")
                        .run(FailsAnyway.class)
                        .failed())
                .isNotEmpty()
                .allSatisfy((name, failure) -> assertThat(failure)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("'999999999min' is not a value for leakguard.junit.grace")
                        .hasMessageContaining("at most"));
        assertThat(runs().with("leakguard.junit.gc.timeout", "0")
                        .run(FailsAnyway.class)
                        .failed())
                .isNotEmpty()
                .allSatisfy((name, failure) -> assertThat(failure)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("leakguard.junit.gc.timeout"));
    }

    @Test
    void a_folder_that_cannot_be_written_changes_no_result() throws IOException {
        Path file = Files.writeString(output.resolve("file"), "in the way");
        Runs.Result result =
                runs().with("leakguard.junit.output", file.toString()).run(FailsAnyway.class);
        assertThat(result.failed()).containsOnlyKeys("leaks()", "leaks_too()");
        assertThat(file).hasContent("in the way");
    }

    @Test
    void each_of_several_JVMs_can_have_a_folder_of_its_own() {
        runs().with("leakguard.junit.output", output.resolve("{pid}").toString())
                .run(FailsAnyway.class);
        assertThat(output.resolve(ProcessHandle.current().pid() + "/leaks.json"))
                .content()
                .contains("HardCasesTest$FailsAnyway");
    }

    // ---------------------------------------------------------------------------------------------- the baseline file

    private Runs.Result withBaseline(String content) throws IOException {
        Files.writeString(output.resolve("baseline.txt"), content);
        return runs().with("leakguard.junit.mode", "baseline").run(Known.class);
    }

    @LeakGuarded
    static class Known {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }
    }

    @Test
    void the_baseline_may_come_from_another_system() throws IOException {
        assertThat(withBaseline("\uFEFF# known\r\n\r\ntest.thing io.leakguard.junit.it.HardCasesTest$Known.leaks\r\n")
                        .failed())
                .isEmpty();
        assertThat(withBaseline("vendor.kind com.acme.Gone.open\r\n").failed()).containsOnlyKeys("leaks()");
    }

    @Test
    void a_baseline_with_marks_of_a_conflict_is_refused_with_its_fix() throws IOException {
        for (String mark : List.of("<<<<<<< HEAD", ">>>>>>> branch", "=======", "||||||| 1234567")) {
            assertThat(withBaseline("test.thing io.leakguard.junit.it.HardCasesTest$Known.leaks\n" + mark + "\n")
                            .failed())
                    .as(mark)
                    .isNotEmpty()
                    .allSatisfy((name, failure) -> assertThat(failure)
                            .hasMessageContaining("baseline.txt:2")
                            .hasMessageContaining("conflict")
                            .hasMessageContaining("keep the entries of both sides"));
        }
    }

    @Test
    void two_runs_that_merge_at_once_lose_no_entry() throws Exception {
        Path file = output.resolve("baseline.txt");
        runs().with("leakguard.junit.baseline.write", "merge").run(MeanwhileAnotherRun.class);
        assertThat(file)
                .content()
                .contains("test.thing io.leakguard.junit.it.HardCasesTest$MeanwhileAnotherRun.leaks")
                .contains("file.input com.acme.AnotherRun.open");
    }

    @LeakGuarded
    static class MeanwhileAnotherRun {
        @Test
        void leaks() throws IOException {
            HELD.add(new Thing("left open"));
            Files.writeString(Path.of(baselineOfTheRun), "file.input com.acme.AnotherRun.open\n");
        }
    }

    static volatile String baselineOfTheRun = "";

    @org.junit.jupiter.api.BeforeEach
    void where() {
        baselineOfTheRun = output.resolve("baseline.txt").toString();
    }
}
