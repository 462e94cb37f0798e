package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.junit.AllowLeaks;
import io.leakguard.junit.LeakGuarded;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What tests leave that no guard tracks is charged to the test that left it: descriptors, threads, processes, files. */
@EnabledOnOs(OS.LINUX)
class LeftBehindTest {

    static final ConcurrentLinkedQueue<AutoCloseable> HELD = new ConcurrentLinkedQueue<>();
    static CountDownLatch end = new CountDownLatch(1);

    @TempDir
    Path output;

    @AfterEach
    void closeWhatIsHeld() throws Exception {
        end.countDown();
        end = new CountDownLatch(1);
        for (AutoCloseable held = HELD.poll(); held != null; held = HELD.poll()) {
            held.close();
        }
    }

    private Runs runs() {
        return new Runs(output).with("leakguard.junit.grace", "50ms");
    }

    private static FileInputStream open() throws IOException {
        return new FileInputStream("pom.xml");
    }

    // -------------------------------------------------------------------------------------------------- descriptors

    @LeakGuarded
    static class DropsFiles {
        private FileInputStream field;

        @Test
        void drops_one() throws IOException {
            assertThat(open().read()).isPositive();
        }

        @Test
        void drops_two_and_the_collector_runs_before_its_class_ends() throws IOException {
            open();
            open();
        }

        @Test
        void keeps_one_in_a_field() throws IOException {
            field = open();
            assertThat(field.read()).isPositive();
        }

        @Test
        void is_clean() throws IOException {
            try (FileInputStream in = open()) {
                assertThat(in.read()).isPositive();
            }
        }

        @Test
        void collects() {
            System.gc();
        }
    }

    @Test
    void the_test_that_dropped_a_file_fails_at_default_level() {
        Runs.Result result = runs().with("leakguard.junit.descriptors", "fail").run(DropsFiles.class);
        assertThat(result.failed().keySet())
                .containsExactlyInAnyOrder(
                        "drops_one()",
                        "drops_two_and_the_collector_runs_before_its_class_ends()",
                        "LeftBehindTest$DropsFiles");
        assertThat(result.message("drops_two_and_the_collector_runs_before_its_class_ends()"))
                .startsWith("2 files left by LeftBehindTest$DropsFiles >"
                        + " drops_two_and_the_collector_runs_before_its_class_ends()\n 1) file ")
                .contains("pom.xml × 2 · never closed: the JDK did it for you");
        assertThat(result.message("LeftBehindTest$DropsFiles"))
                .as("JUnit holds the instance until the test is over")
                .startsWith("1 file left by LeftBehindTest$DropsFiles > keeps_one_in_a_field(), found at the end of");
    }

    @Test
    void each_run_gives_the_same_answer_and_the_counts_are_told_everywhere() {
        for (int run = 0; run < 3; run++) {
            Runs.Result result = runs().run(DropsFiles.class);
            assertThat(result.failed()).isEmpty();
            assertThat(result.json()).contains("\"counts\": {\n    \"leaks\": 0,\n    \"file\": 4\n  }");
            assertThat(result.json().split("\"outcome\": \"collected\"", -1)).hasSize(5);
            assertThat(result.text()).contains("0 leaks of any verdict, 4 files left");
        }
    }

    @LeakGuarded
    static class SharesByTheClass {
        private static FileInputStream shared;

        @Test
        void opens_it() throws IOException {
            shared = open();
        }

        @Test
        void uses_it() throws IOException {
            if (shared != null) {
                assertThat(shared.read()).isPositive();
            }
            System.gc();
        }

        @AfterAll
        static void close() throws IOException {
            shared.close();
        }
    }

    @Test
    void what_a_class_closes_at_its_end_is_nobodys_leak() {
        Runs.Result result = runs().with("leakguard.junit.descriptors", "fail").run(SharesByTheClass.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json()).contains("\"findings\": []");
    }

    @LeakGuarded
    static class StartsTheSuitesServer {
        @BeforeAll
        static void start() throws IOException {
            HELD.add(new ServerSocket(0));
        }

        @Test
        void uses_it() {
            assertThat(HELD).isNotEmpty();
        }
    }

    @LeakGuarded
    static class StopsTheSuitesServer {
        @AfterAll
        static void stop() throws Exception {
            for (AutoCloseable held = HELD.poll(); held != null; held = HELD.poll()) {
                held.close();
            }
        }

        @Test
        void uses_it() {
            assertThat(HELD).isNotEmpty();
        }
    }

    @Test
    void a_server_of_the_suite_is_asked_for_when_the_suite_ends() {
        Runs.Result stopped = runs().with("leakguard.junit.descriptors", "fail")
                .run(StartsTheSuitesServer.class, StopsTheSuitesServer.class);
        assertThat(stopped.failed()).isEmpty();
        Runs.Result left = runs().with("leakguard.junit.descriptors", "fail").run(StartsTheSuitesServer.class);
        assertThat(left.failed()).containsOnlyKeys("JUnit Jupiter");
        assertThat(left.message("JUnit Jupiter"))
                .startsWith("1 socket left by LeftBehindTest$StartsTheSuitesServer, found at the end of the suite");
    }

    // ------------------------------------------------------------------------------------------------- parallel runs

    @LeakGuarded
    static class InParallel {
        private static final CyclicBarrier BARRIER = new CyclicBarrier(2);

        @Test
        void leaks() throws Exception {
            BARRIER.await(30, TimeUnit.SECONDS);
            HELD.add(new ServerSocket(0));
            BARRIER.await(30, TimeUnit.SECONDS);
        }

        @Test
        void is_clean() throws Exception {
            BARRIER.await(30, TimeUnit.SECONDS);
            try (FileInputStream in = open()) {
                assertThat(in.read()).isPositive();
                BARRIER.await(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void of_tests_that_run_in_parallel_those_are_named_that_may_have_left_it() {
        Runs.Result result = runs().with("leakguard.junit.descriptors", "fail")
                .with("junit.jupiter.execution.parallel.enabled", "true")
                .with("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .with("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .with("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
                .run(InParallel.class);
        assertThat(result.failed()).hasSize(1);
        assertThat(result.failed().values().iterator().next())
                .hasMessageContaining("1 socket left by LeftBehindTest$InParallel")
                .hasMessageContaining("LISTEN · still open");
        assertThat(result.json()).contains("\"socket\": 1");
    }

    // ------------------------------------------------------------------------------------------- threads, processes

    @LeakGuarded
    static class StartsThreads {
        @Test
        void starts_daemons() {
            for (int i = 0; i < 3; i++) {
                Thread thread = new Thread(LeftBehindTest::awaitEnd, "poller-" + i);
                thread.setDaemon(true);
                thread.start();
            }
        }

        @Test
        void starts_a_pool() {
            var pool = java.util.concurrent.Executors.newFixedThreadPool(1);
            pool.execute(() -> {});
            HELD.add(pool::shutdownNow);
        }
    }

    static void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void daemon_threads_are_told_once_with_their_number_and_who_started_them() {
        Runs.Result result = runs().with("leakguard.junit.threads.daemon", "fail")
                .with("leakguard.junit.threads", "fail")
                .run(StartsThreads.class);
        assertThat(result.failed()).containsOnlyKeys("LeftBehindTest$StartsThreads");
        assertThat(result.message("LeftBehindTest$StartsThreads"))
                .startsWith("1 thread, 3 daemon threads left by")
                .contains("1) non-daemon thread pool-")
                .contains("started at io.leakguard.junit.it.LeftBehindTest$StartsThreads.starts_a_pool(LeftBehindTest")
                .contains("2) daemon thread poller-")
                .contains(" × 3 · WAITING at io.leakguard.junit.it.LeftBehindTest.awaitEnd(LeftBehindTest.java:")
                .contains(
                        "started at io.leakguard.junit.it.LeftBehindTest$StartsThreads.starts_daemons(LeftBehindTest");
    }

    @LeakGuarded
    static class StartsAProcess {
        @Test
        void starts_it() throws IOException {
            Process process = new ProcessBuilder("sleep", "60").start();
            HELD.add(process::destroyForcibly);
        }

        @Test
        void is_clean() throws Exception {
            assertThat(new ProcessBuilder("true").start().waitFor()).isZero();
        }
    }

    @Test
    void a_child_process_that_runs_on_is_its_tests() {
        Runs.Result result = runs().with("leakguard.junit.processes", "fail")
                .with("leakguard.junit.descriptors", "off")
                .run(StartsAProcess.class);
        assertThat(result.failed()).containsOnlyKeys("LeftBehindTest$StartsAProcess");
        assertThat(result.message("LeftBehindTest$StartsAProcess"))
                .contains("1 child process left by LeftBehindTest$StartsAProcess > starts_it()", "sleep 60");
    }

    // --------------------------------------------------------------------------------- temporary files, the JVM's
    // state

    @LeakGuarded
    static class LeavesFiles {
        @Test
        void leaves_a_file() throws IOException {
            Path file = Files.createTempFile(Path.of(System.getProperty("java.io.tmpdir")), "left", ".tmp");
            HELD.add(() -> Files.delete(file));
        }

        @Test
        void is_clean() throws IOException {
            Files.delete(Files.createTempFile(Path.of(System.getProperty("java.io.tmpdir")), "gone", ".tmp"));
        }
    }

    @Test
    void a_temporary_file_is_its_tests_if_the_folder_is_the_jvms_own() throws IOException {
        String before = System.getProperty("java.io.tmpdir");
        Path own = Files.createDirectory(output.resolve("tmp"));
        System.setProperty("java.io.tmpdir", own.toString());
        try {
            Runs.Result result = runs().run(LeavesFiles.class);
            assertThat(result.json())
                    .contains("\"leftBy\": \"LeftBehindTest$LeavesFiles > leaves_a_file()\"", "\"temp.file\": 1");
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    @LeakGuarded
    static class ChangesTheJvm {
        @Test
        void changes_it() {
            System.setProperty("acme.mode", "test");
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        }

        @Test
        void is_clean() {
            String before = System.setProperty("acme.other", "x");
            assertThat(before).isNull();
            System.clearProperty("acme.other");
        }
    }

    @Test
    void the_test_that_changes_the_jvms_state_is_named_if_it_is_asked_for() {
        Locale locale = Locale.getDefault();
        try {
            assertThat(runs().run(ChangesTheJvm.class).json()).contains("\"findings\": []");
            System.clearProperty("acme.mode");
            Locale.setDefault(locale);
            Runs.Result result = runs().with("leakguard.junit.state", "fail").run(ChangesTheJvm.class);
            assertThat(result.failed()).containsOnlyKeys("LeftBehindTest$ChangesTheJvm");
            assertThat(result.message("LeftBehindTest$ChangesTheJvm"))
                    .startsWith("2 changed settings left by LeftBehindTest$ChangesTheJvm > changes_it()")
                    .contains("system property acme.mode · is test, was not set", "default locale · is tr-TR, was ");
        } finally {
            System.clearProperty("acme.mode");
            Locale.setDefault(locale);
        }
    }

    private static Class<?> loadedAgain(Class<?> type) throws Exception {
        URL folder = type.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder}, ClassLoader.getPlatformClassLoader())) {
            return loader.loadClass(type.getName());
        }
    }

    @LeakGuarded
    static class HoldsAClassLoader {
        @Test
        void keeps_a_class_of_it() throws Exception {
            Class<?> type = loadedAgain(Text.class);
            HELD.add(() -> assertThat(type.getName()).isNotEmpty());
        }
    }

    @LeakGuarded
    static class DropsAClassLoader {
        @Test
        void uses_a_class_of_it() throws Exception {
            assertThat(loadedAgain(Text.class)).isNotSameAs(Text.class);
        }
    }

    /** What another loader loads once more. */
    interface Text {}

    @Test
    void the_class_whose_class_loader_stays_is_named_if_it_is_asked_for() {
        Runs.Result result = runs().with("leakguard.junit.class.loaders", "warn")
                .run(DropsAClassLoader.class, HoldsAClassLoader.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json())
                .contains("\"leftBy\": \"LeftBehindTest$HoldsAClassLoader\"", "\"class.loader\": 1")
                .contains("class loader java.net.URLClassLoader", "stays after a collection")
                .doesNotContain("\"leftBy\": \"LeftBehindTest$DropsAClassLoader\"");
        assertThat(runs().run(HoldsAClassLoader.class).json()).contains("\"findings\": []");
    }

    // ------------------------------------------------------------------------------------------------ the old way

    @LeakGuarded
    static class Old {
        @Test
        void leaks() throws IOException {
            open();
            HELD.add(new ServerSocket(0));
        }
    }

    @LeakGuarded
    static class OldAndNew extends Old {
        @Test
        void leaks_a_thread() {
            new Thread(LeftBehindTest::awaitEnd, "worker-1").start();
        }
    }

    @Test
    void the_baseline_lists_patterns_of_descriptors_and_a_new_one_fails_by_default() throws IOException {
        Runs.Result written =
                runs().with("leakguard.junit.baseline.write", "true").run(Old.class);
        assertThat(written.failed()).isEmpty();
        String owner = "<io.leakguard.junit.it.LeftBehindTest$Old<";
        assertThat(Files.readString(output.resolve("baseline.txt")))
                .contains("descriptor.file */pom.xml" + owner)
                .contains("descriptor.socket socket_tcp6_*:*_LISTEN" + owner);
        assertThat(runs().with("leakguard.junit.mode", "baseline")
                        .run(Old.class)
                        .failed())
                .isEmpty();
        Files.writeString(output.resolve("baseline.txt"), "descriptor.socket socket*LISTEN<*\n");
        Runs.Result failing = runs().with("leakguard.junit.mode", "baseline").run(Old.class, OldAndNew.class);
        assertThat(failing.json()).contains("\"check\": \"known\"", "\"fixed\": []");
        assertThat(failing.failed().keySet()).containsExactlyInAnyOrder("leaks()", "LeftBehindTest$OldAndNew");
        assertThat(failing.message("LeftBehindTest$OldAndNew")).contains("1 thread left by", "worker-1");
    }

    @Test
    void the_suppressions_file_takes_paths_addresses_and_names() throws IOException {
        Path file = Files.writeString(output.resolve("suppressions.txt"), """
                descriptor.file    */pom.xml        because the build's own
                descriptor.socket  *LISTEN          because a server
                thread             worker-*         because of a pool
                thread             never-*          because of nothing
                """);
        System.setProperty("leakguard.suppressions", file.toString());
        try {
            Runs.Result result = runs().with("leakguard.junit.descriptors", "fail")
                    .with("leakguard.junit.threads", "fail")
                    .run(OldAndNew.class);
            assertThat(result.failed()).isEmpty();
            assertThat(result.json())
                    .contains("\"because\": \"a server\"", "\"because\": \"of a pool\"")
                    .contains("\"unusedSuppressions\": [\n    \"thread never-* because of nothing\"\n  ]");
        } finally {
            System.clearProperty("leakguard.suppressions");
        }
    }

    // -------------------------------------------------------------------------------- what lives as long as the JVM

    @LeakGuarded
    static class UsesADatabase {
        @Test
        void opens_files_as_derby_does() throws IOException {
            Path folder = Files.createDirectories(Path.of(System.getProperty("acme.database"), "seg0"));
            HELD.add(new FileInputStream(
                    Files.writeString(folder.resolve("c10.dat"), "x").toFile()));
        }

        @Test
        @AllowLeaks(kind = "thread.daemon", site = "watcher", reason = "it ends with the JVM")
        void starts_a_watcher() {
            Thread thread = new Thread(LeftBehindTest::awaitEnd, "watcher");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Test
    void what_a_database_keeps_until_the_jvm_ends_fails_nobody_and_is_told_apart() {
        System.setProperty("acme.database", output.resolve("db").toString());
        try {
            Runs.Result result = runs().with("leakguard.junit.descriptors", "fail")
                    .with("leakguard.junit.threads.daemon", "fail")
                    .run(UsesADatabase.class);
            assertThat(result.failed()).isEmpty();
            assertThat(result.json())
                    .contains("\"check\": \"long_lived\"", "embedded Derby keeps it until the JVM ends")
                    .contains("\"check\": \"allowed\"");
        } finally {
            System.clearProperty("acme.database");
        }
    }
}
