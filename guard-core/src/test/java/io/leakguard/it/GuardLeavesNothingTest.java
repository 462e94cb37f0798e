package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard must not leak: threads, class loaders, handles, requests. */
class GuardLeavesNothingTest {

    private static Set<String> guardThreads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(n -> n.startsWith("leakguard-") && n.contains("-" + name))
                .collect(Collectors.toSet());
    }

    @Test
    void after_close_its_threads_are_gone() {
        Recorder recorder = new Recorder();
        LeakGuard guard = LeakGuard.builder()
                .name("leaves-nothing")
                .listener(recorder)
                .log(false)
                .build();
        Thing open = new Thing(guard);
        guard.track(new Object(), Thing.KIND);
        Gc.until(() -> !recorder.reports.isEmpty());
        assertThat(guardThreads("leaves-nothing")).anyMatch(n -> n.startsWith("leakguard-reporter"));
        guard.close();
        // A listener's thread may be on its way out.
        Awaitility.await().until(() -> guardThreads("leaves-nothing").isEmpty());
        open.close();
    }

    /** In a process of its own: what other tests do to this JVM (a flight recording, say) can hold on to class loaders. */
    @Test
    void its_class_loader_is_collected_after_close(@TempDir Path dir) throws Exception {
        Path out = dir.resolve("out.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoaderLoop.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text).contains("5 of 5 class loaders were collected");
    }

    /** Makes, uses and closes a guard in five class loaders, one after the other. */
    static final class LoaderLoop {
        public static void main(String[] args) throws Exception {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                loaders.add(useInAnotherLoader());
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            long collected = 0;
            while (collected < 5 && System.nanoTime() < deadline) {
                System.gc();
                collected =
                        loaders.stream().filter(loader -> loader.get() == null).count();
            }
            System.out.println(collected + " of 5 class loaders were collected");
            System.exit(collected == 5 ? 0 : 1);
        }
    }

    private static final List<String> RUN_TIME =
            List.of("classes", "slf4j-api", "caffeine", "opentelemetry-", "jspecify");

    private static WeakReference<ClassLoader> useInAnotherLoader() throws Exception {
        return useInAnotherLoader(Scenario.class);
    }

    /** Runs a scenario in a class loader of its own, and lets go of it. */
    static WeakReference<ClassLoader> useInAnotherLoader(Class<? extends Runnable> scenarioClass) throws Exception {
        return new WeakReference<>(inAnotherLoader(scenarioClass));
    }

    /** Runs a scenario in a class loader of its own. */
    static URLClassLoader inAnotherLoader(Class<? extends Runnable> scenarioClass) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            // Ours and what we need at run time: nothing that might itself hold on to its loader.
            if (RUN_TIME.stream().anyMatch(entry::contains)) {
                urls.add(new File(entry).toURI().toURL());
            }
        }
        URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        // As a web application would: the context loader is its own while it makes the guard.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Runnable scenario = (Runnable) loader.loadClass(scenarioClass.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            scenario.run();
        } finally {
            thread.setContextClassLoader(before);
        }
        return loader;
    }

    /** Runs inside the other class loader. */
    public static final class Scenario implements Runnable {
        private static final List<Object> HELD = new ArrayList<>();

        @Override
        public void run() {
            Recorder recorder = new Recorder();
            LeakGuard guard = LeakGuard.builder()
                    .name("other-loader")
                    .listener(recorder)
                    .capture(CaptureBudget.unlimited())
                    .build();
            HELD.add(new Thing(guard, "held in a static list"));
            LeakScope forgotten = guard.openScope("request that is never closed");
            HELD.add(forgotten);
            try (LeakScope scope = guard.openScope("request")) {
                new Thing(guard, "leaked").leakTracker().touch(this);
            }
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (recorder.reports.isEmpty() && System.nanoTime() < deadline) {
                System.gc();
                LockSupport.parkNanos(10_000_000); // lets the guard's threads run on a busy machine
            }
            if (recorder.reports.isEmpty()) {
                throw new AssertionError("nothing was reported in the other class loader");
            }
            guard.close();
        }
    }

    @Test
    void a_handle_is_kept_alive_by_nothing_that_the_guard_holds() {
        List<LeakReport> kept = new CopyOnWriteArrayList<>();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(kept::add)
                .capture(CaptureBudget.unlimited())
                .reportInterval(Duration.ZERO)
                .log(false)
                .build()) {
            WeakReference<Object> handle = trackWithItselfEverywhere(guard);
            Gc.until(() -> handle.get() == null);
            Gc.until(() -> guard.leaks().size() == 1);
            assertThat(guard.flush(Duration.ofSeconds(30))).isTrue();
            assertThat(kept).hasSize(1);
            assertThat(kept.get(0).description()).contains("HandleWithText");
        }
    }

    /** A careless user: the handle is its own description and its own hint. */
    private static final class HandleWithText {
        @Override
        public String toString() {
            return "text of the handle";
        }
    }

    private static WeakReference<Object> trackWithItselfEverywhere(LeakGuard guard) {
        HandleWithText handle = new HandleWithText();
        guard.track(handle, Thing.KIND, handle).touch(handle);
        return new WeakReference<>(handle);
    }

    @Test
    void a_request_that_was_a_hint_is_not_kept_while_the_resource_is_open() {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            Thing open = new Thing(guard);
            WeakReference<Object> request = touchWithRequest(open);
            Gc.until(() -> request.get() == null);
            assertThat(open.leakTracker().isOpen()).isTrue();
            open.close();
        }
    }

    private static WeakReference<Object> touchWithRequest(Thing thing) {
        Object request = new Object[1_000];
        thing.leakTracker().touch(request);
        return new WeakReference<>(request);
    }

    @Test
    void a_long_lived_parent_does_not_keep_what_was_opened_and_closed_under_it() {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            Thing parent = new Thing(guard);
            long before = used();
            for (int i = 0; i < 1_000_000; i++) {
                new Thing(guard, Thing.KIND, "child", parent).close();
            }
            assertThat(used() - before).as("bytes").isLessThan(20L << 20);
            parent.close();
        }
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    @Test
    void a_disabled_guard_tracks_nothing_and_has_no_thread() {
        LeakGuard guard =
                LeakGuard.builder().name("switched-off").enabled(false).build();
        assertThat(guard).isSameAs(LeakGuard.disabled());
        assertThat(guard.track(new Object(), Thing.KIND).isOpen()).isFalse();
        assertThat(guardThreads("switched-off")).isEmpty();
        assertThat(guard.flush(Duration.ZERO)).isTrue();
        guard.close();
    }
}
