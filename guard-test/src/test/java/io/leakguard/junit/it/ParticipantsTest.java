package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.LeakParticipant;
import io.leakguard.junit.TestScope;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter of somebody else takes part by being a service. */
class ParticipantsTest {

    private static final List<String> CALLS = new ArrayList<>();

    @TempDir
    Path output;

    @BeforeEach
    void forget() {
        CALLS.clear();
    }

    /** What only {@link Adapter} knows. */
    private record Lease(String name) {}

    /** Sees all. */
    public static class Adapter implements LeakParticipant {
        @Override
        public LeakListener.Registration start(LeakGuard guard) {
            CALLS.add("start, global: " + (LeakGuard.global() == guard));
            return () -> CALLS.add("end, open: " + guard.stats().of(Thing.KIND).open());
        }

        @Override
        public @Nullable Object wrap(LeakGuard guard, Object resource) {
            return resource instanceof Lease lease ? new Thing(lease.name()) : null;
        }
    }

    /** Says what it has missed. */
    public static class Late extends Adapter {
        @Override
        public String blindSpot() {
            return "the driver was loaded before the run began";
        }
    }

    /** Can't start. */
    public static class Broken implements LeakParticipant {
        @Override
        public LeakListener.Registration start(LeakGuard guard) {
            throw new IllegalStateException("no driver here");
        }
    }

    /** Can't end, nor say anything. */
    public static class Stuck implements LeakParticipant {
        @Override
        public String blindSpot() {
            throw new IllegalStateException("the driver says nothing");
        }

        @Override
        public LeakListener.Registration start(LeakGuard guard) {
            return () -> {
                throw new IllegalStateException("the driver hangs");
            };
        }
    }

    @LeakGuarded
    static class Leases {
        @Test
        void is_given_back(TestScope scope) {
            Object lease = scope.guarded((Object) new Lease("a"));
            ((Thing) lease).close();
        }

        @Test
        void is_not_given_back(TestScope scope) {
            RunPageTest.HELD.add(scope.guarded((Object) new Lease("b")));
        }

        @Test
        void is_not_known(TestScope scope) {
            scope.guarded("a text");
        }
    }

    /** Runs with services that a class loader of its own finds, as one on the class path would be found. */
    private Runs.Result runWith(Class<?> testClass, Class<?>... services) throws IOException {
        return runWith(testClass, List.of(services).stream().map(Class::getName).toList());
    }

    private Runs.Result runWith(Class<?> testClass, List<String> services) throws IOException {
        Path file = output.resolve("services/META-INF/services/" + LeakParticipant.class.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, services);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {output.resolve("services/").toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            return new Runs(output).with("leakguard.junit.grace", "10ms").run(testClass);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void it_is_started_with_the_runs_guard_wraps_what_tests_give_and_is_ended() throws Exception {
        Runs.Result result = runWith(Leases.class, Adapter.class);
        assertThat(result.failed()).containsOnlyKeys("is_not_given_back(TestScope)", "is_not_known(TestScope)");
        assertThat(result.message("is_not_given_back(TestScope)"))
                .startsWith("1 resource leaked by ParticipantsTest$Leases > is_not_given_back(TestScope)");
        assertThat(result.message("is_not_known(TestScope)"))
                .startsWith("no adapter on the class path wraps a java.lang.String");
        assertThat(CALLS).containsExactly("start, global: true", "end, open: 1");
        assertThat(result.json()).contains("\"inconclusive\": null");
    }

    @Test
    void what_it_could_not_see_makes_the_run_inconclusive_and_fails_nothing() throws Exception {
        Runs.Result result = runWith(RulesTest.Clean.class, Late.class, Adapter.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json()).contains("\"inconclusive\": \"the driver was loaded before the run began\"");
        assertThat(Files.readString(output.resolve("leaks.html")))
                .contains("the driver was loaded before the run began");
        assertThat(CALLS).containsExactly("start, global: true", "start, global: true", "end, open: 0", "end, open: 0");
    }

    @Test
    void one_that_cannot_load_start_speak_or_end_makes_the_run_inconclusive_and_stops_no_other() throws Exception {
        Runs.Result result = runWith(
                RulesTest.Clean.class,
                List.of("com.acme.Gone", Broken.class.getName(), Stuck.class.getName(), Adapter.class.getName()));
        assertThat(result.failed()).isEmpty();
        assertThat(result.json())
                .contains("an adapter could not be loaded", "com.acme.Gone")
                .contains("ParticipantsTest$Stuck could not report its blind spots: "
                        + "java.lang.IllegalStateException: the driver says nothing")
                .contains(
                        "ParticipantsTest$Broken could not take part: java.lang.IllegalStateException: no driver here")
                .contains("an adapter could not be ended: java.lang.IllegalStateException: the driver hangs");
        assertThat(CALLS).containsExactly("start, global: true", "end, open: 0");
    }
}
