package io.leakguard.junit.it;

import static io.leakguard.junit.LeakAssertions.assertLeaks;
import static io.leakguard.junit.LeakAssertions.assertNoLeaks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.junit.AllowLeaks;
import io.leakguard.junit.ExpectLeaks;
import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.LeakMode;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Allowances, expectations, modes, the baseline, settings, files, and what is looked at beyond tracked resources. */
class RulesTest {

    static final List<Object> HELD = new ArrayList<>();

    @TempDir
    Path output;

    /** Sockets and the like, which the runs found and nobody else closes. */
    @AfterEach
    void closeWhatIsHeld() throws IOException {
        for (Object o : HELD) {
            if (o instanceof Closeable c) {
                c.close();
            }
        }
        HELD.clear();
    }

    private Runs runs() {
        return new Runs(output).with("leakguard.junit.grace", "10ms");
    }

    @LeakGuarded
    static class Leaks {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }
    }

    // ---------------------------------------------------------------------------------------------- allowances

    @LeakGuarded
    @AllowLeaks(kind = "test.*", site = "*Allowed.open", reason = "vendor code")
    static class Allowed {
        @Test
        void on_the_class() {
            open();
        }

        void open() {
            HELD.add(new Thing("1"));
        }

        @Test
        @AllowLeaks(kind = "file.*", reason = "not this one")
        @AllowLeaks(kind = "test.thing", reason = "known", issue = "ACME-12")
        void on_the_method() {
            HELD.add(new Thing("2"));
        }

        @Test
        void not_allowed() {
            HELD.add(new Thing("3"));
        }

        @Nested
        class Inner {
            @Test
            @AllowLeaks(site = "*nested", reason = "known too")
            void nested() {
                HELD.add(new Thing("4"));
            }
        }
    }

    static class AllowedByBase extends Allowed {
        @Test
        @Override
        void not_allowed() {
            open();
        }
    }

    @Test
    void allowances_of_the_method_the_class_and_those_around_it_add_up_and_one_never_needed_is_told() {
        Runs.Result result = runs().run(Allowed.class);
        assertThat(result.failed()).containsOnlyKeys("not_allowed()");
        assertThat(result.json()).contains("\"verdict\": \"allowed\"", "known (ACME-12)");
        assertThat(result.json().substring(result.json().indexOf("unusedAllowances")))
                .contains("not this one")
                .doesNotContain("vendor code");
    }

    @Test
    void allowances_are_inherited() {
        assertThat(runs().run(AllowedByBase.class).failed()).isEmpty();
    }

    @LeakGuarded
    static class BlankReason {
        @Test
        @AllowLeaks(reason = " ")
        void blank() {}
    }

    @Test
    void an_allowance_without_a_reason_is_refused() {
        assertThat(runs().run(BlankReason.class).message("blank()")).contains("blank reason", "say why");
    }

    // ---------------------------------------------------------------------------------------------- expectations

    @LeakGuarded
    static class Expects {
        @Test
        @ExpectLeaks(kind = "test.thing", count = 1)
        void leaks_as_expected() {
            HELD.add(new Thing("expected"));
        }

        @Test
        @ExpectLeaks
        void leaks_nothing() {}

        @Test
        @ExpectLeaks(kind = "test.thing", count = 2)
        void leaks_one_too_few() {
            HELD.add(new Thing("expected"));
        }
    }

    @Test
    void a_test_that_expects_a_leak_fails_unless_it_leaks() {
        Runs.Result result = runs().run(Expects.class);
        assertThat(result.failed()).containsOnlyKeys("leaks_nothing()", "leaks_one_too_few()");
        assertThat(result.message("leaks_nothing()")).contains("demands a leak", "leaked none");
        assertThat(result.message("leaks_one_too_few()")).contains("demands 2 leaks", "leaked 1");
    }

    @LeakGuarded
    static class Asserts {
        @Test
        void checks_blocks() {
            List<LeakReport> leaks = assertLeaks(2, () -> {
                HELD.add(new Thing("held"));
                assertThat(new Thing("dropped")).isNotNull();
            });
            assertThat(leaks).extracting(LeakReport::description).containsExactlyInAnyOrder("held", "dropped");
            assertNoLeaks(() -> new Thing("closed").close());
            assertLeaks(Thing.KIND, 1, () -> HELD.add(new Thing("one")));
        }
    }

    @Test
    void assertions_check_a_block_and_leave_nothing_to_the_test_around_it() {
        assertThat(runs().run(Asserts.class).failed()).isEmpty();
    }

    @Test
    void assertions_work_without_the_extension() {
        LeakGuard before = LeakGuard.setGlobal(LeakGuard.disabled());
        try {
            assertThat(assertLeaks(1, () -> HELD.add(new Thing("held"))).get(0).description())
                    .isEqualTo("held");
            assertNoLeaks(() -> new Thing("closed").close());
            assertThatThrownBy(() -> assertNoLeaks(() -> HELD.add(new Thing("left open"))))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected no leak, but 1 resource leaked")
                    .hasMessageContaining("RulesTest.java:");
            assertThatThrownBy(() -> assertLeaks(() -> new Thing("closed").close()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("nothing leaked");
            assertThatThrownBy(() -> assertNoLeaks(() -> {
                        throw new java.io.IOException("the block's own");
                    }))
                    .isInstanceOf(java.io.IOException.class);
            assertThat(LeakGuard.global().isEnabled()).isFalse();
        } finally {
            LeakGuard.setGlobal(before);
        }
    }

    // ---------------------------------------------------------------------------------------------- modes

    @LeakGuarded(mode = LeakMode.WARN)
    static class Warns {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }
    }

    @LeakGuarded(mode = LeakMode.OFF)
    static class Off {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }
    }

    @Test
    void in_mode_warn_a_leak_is_published_and_fails_nothing() {
        Runs.Result byAnnotation = runs().run(Warns.class);
        assertThat(byAnnotation.failed()).isEmpty();
        assertThat(byAnnotation.entries()).anySatisfy(e -> assertThat(e).contains("leakguard.warned"));
        Runs.Result byParameter = runs().with("leakguard.junit.mode", "warn").run(Leaks.class);
        assertThat(byParameter.failed()).isEmpty();
        assertThat(byParameter.json()).contains("\"verdict\": \"warned\"");
    }

    @Test
    void in_mode_off_a_test_is_not_checked() {
        assertThat(runs().run(Off.class).failed()).isEmpty();
        assertThat(runs().with("leakguard.junit.mode", "off").run(Leaks.class).failed())
                .isEmpty();
    }

    @Test
    void a_system_property_sets_the_mode_too() {
        System.setProperty("leakguard.junit.mode", "warn");
        try {
            assertThat(runs().withSystemProperties().run(Leaks.class).failed()).isEmpty();
        } finally {
            System.clearProperty("leakguard.junit.mode");
        }
    }

    @LeakGuarded
    static class NewLeak {
        @Test
        void leaks_in_a_lambda() {
            Runnable open = () -> HELD.add(new Thing("new"));
            open.run();
        }
    }

    @Test
    void the_baseline_records_todays_leaks_and_new_ones_fail() throws Exception {
        Runs.Result written =
                runs().with("leakguard.junit.baseline.write", "true").run(Leaks.class, Invalid.class);
        assertThat(written.failed()).isEmpty();
        Path file = output.resolve("baseline.txt");
        assertThat(Files.readAllLines(file).stream().filter(l -> !l.startsWith("#")))
                .containsExactly(
                        "test.thing io.leakguard.junit.it.RulesTest$Invalid.leaks<",
                        "test.thing io.leakguard.junit.it.RulesTest$Leaks.leaks<");

        Runs.Result known = runs().with("leakguard.junit.mode", "baseline").run(Leaks.class, NewLeak.class);
        assertThat(known.failed()).containsOnlyKeys("leaks_in_a_lambda()");
        assertThat(known.json())
                .contains("\"verdict\": \"known\"")
                .contains(
                        "\"baselineEntry\": \"test.thing io.leakguard.junit.it.RulesTest$NewLeak.leaks_in_a_lambda<\"");
        assertThat(known.json().substring(known.json().indexOf("\"fixed\"")))
                .contains("RulesTest$Invalid.leaks")
                .doesNotContain("RulesTest$Leaks.leaks");
    }

    /** The one factory of a project. */
    static final class Factory {
        static void open() {
            HELD.add(new Thing("of the factory"));
        }
    }

    @LeakGuarded
    static class OldCallers {
        @Test
        void calls_the_factory() {
            Factory.open();
        }
    }

    @LeakGuarded
    static class NewCallers {
        @Test
        void calls_the_factory_too() {
            Factory.open();
        }
    }

    @Test
    void a_baseline_does_not_accept_a_later_leak_through_the_same_factory() throws Exception {
        runs().with("leakguard.junit.baseline.write", "true").run(OldCallers.class);
        assertThat(Files.readAllLines(output.resolve("baseline.txt")))
                .contains("test.thing io.leakguard.junit.it.RulesTest$Factory.open"
                        + "<io.leakguard.junit.it.RulesTest$OldCallers.calls_the_factory<");
        Runs.Result later = runs().with("leakguard.junit.mode", "baseline").run(OldCallers.class, NewCallers.class);
        assertThat(later.failed()).containsOnlyKeys("calls_the_factory_too()");
    }

    @Test
    void a_baseline_does_not_accept_one_more_line_of_a_method_that_it_lists() throws Exception {
        String entry = "test.thing io.leakguard.junit.it.RulesTest$TwoLines.leaks<";
        Path file = output.resolve("baseline.txt");
        Files.writeString(file, entry + "\n");
        assertThat(runs().with("leakguard.junit.mode", "baseline")
                        .run(TwoLines.class)
                        .failed())
                .containsOnlyKeys("leaks()");
        runs().with("leakguard.junit.baseline.write", "true").run(TwoLines.class);
        assertThat(Files.readAllLines(file)).contains(entry + " x2");
        assertThat(runs().with("leakguard.junit.mode", "baseline")
                        .run(TwoLines.class)
                        .failed())
                .isEmpty();
    }

    @LeakGuarded
    static class TwoLines {
        @Test
        void leaks() {
            HELD.add(new Thing("first"));
            HELD.add(new Thing("second"));
        }
    }

    @Test
    void a_baseline_of_an_older_version_is_accepted_and_what_to_do_is_said() throws Exception {
        Files.writeString(output.resolve("baseline.txt"), "test.thing io.leakguard.junit.it.RulesTest$Factory.open\n");
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
        try {
            assertThat(runs().with("leakguard.junit.mode", "baseline")
                            .run(OldCallers.class, NewCallers.class)
                            .failed())
                    .isEmpty();
        } finally {
            System.setErr(before);
        }
        assertThat(console.toString(StandardCharsets.UTF_8))
                .contains("baseline.txt is of an older version: 1 entry without callers")
                .contains("-Dleakguard.junit.baseline.write=true");
    }

    @Test
    void a_baseline_that_is_merged_keeps_what_it_lists_and_one_that_is_replaced_does_not() throws Exception {
        Path file = output.resolve("baseline.txt");
        Files.writeString(file, "test.thing com.acme.OfAnotherModule.open\n");
        Runs.Result merged =
                runs().with("leakguard.junit.baseline.write", "merge").run(Leaks.class);
        assertThat(merged.failed()).isEmpty();
        assertThat(Files.readAllLines(file).stream().filter(l -> !l.startsWith("#")))
                .containsExactly(
                        "test.thing com.acme.OfAnotherModule.open",
                        "test.thing io.leakguard.junit.it.RulesTest$Leaks.leaks<");
        runs().with("leakguard.junit.baseline.write", "replace").run(Leaks.class);
        assertThat(Files.readAllLines(file).stream().filter(l -> !l.startsWith("#")))
                .containsExactly("test.thing io.leakguard.junit.it.RulesTest$Leaks.leaks<");
    }

    @Test
    void the_suppression_file_works_in_tests_and_a_line_never_needed_is_told() throws Exception {
        Path file = Files.writeString(output.resolve("known.txt"), """
                test.thing  io.leakguard.junit.it.RulesTest$Leaks.*  because vendor code
                file.*      com.acme.*                               because not needed here
                """);
        System.setProperty("leakguard.suppressions", file.toString());
        try {
            Runs.Result result = runs().run(Leaks.class, NewLeak.class);
            assertThat(result.failed()).containsOnlyKeys("leaks_in_a_lambda()");
            assertThat(result.json().substring(result.json().indexOf("unusedSuppressions")))
                    .contains("not needed here")
                    .doesNotContain("vendor code");
        } finally {
            System.clearProperty("leakguard.suppressions");
        }
    }

    @LeakGuarded
    static class Invalid {
        @Test
        void leaks() {
            HELD.add(new Thing("left open"));
        }
    }

    // ---------------------------------------------------------------------------------------------- settings

    @Test
    void a_bad_value_is_refused_with_its_fix() {
        assertThat(runs().with("leakguard.junit.mode", "fial").run(Leaks.class).failed())
                .isNotEmpty()
                .allSatisfy((name, failure) -> assertThat(failure)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("'fial' is not a value for leakguard.junit.mode")
                        .hasMessageContaining("fail, warn, baseline, off"));
        assertThat(runs().with("leakguard.junit.gc.timeout", "soon")
                        .run(Leaks.class)
                        .failed())
                .isNotEmpty()
                .allSatisfy((name, failure) ->
                        assertThat(failure).hasMessageContaining("leakguard.junit.gc.timeout: give a time like 500ms"));
    }

    @Test
    void an_unknown_system_property_is_refused() {
        System.setProperty("leakguard.junit.mdoe", "warn");
        try {
            assertThat(runs().run(Leaks.class).failed())
                    .isNotEmpty()
                    .allSatisfy((name, failure) -> assertThat(failure)
                            .hasMessageContaining("there is no setting 'leakguard.junit.mdoe'")
                            .hasMessageContaining("leakguard.junit.mode"));
        } finally {
            System.clearProperty("leakguard.junit.mdoe");
        }
    }

    // ---------------------------------------------------------------------------------------------- files

    @Test
    void all_leaks_are_written_as_text_and_as_json() {
        Runs.Result result = runs().run(Leaks.class);
        assertThat(result.json())
                .contains("\"schema\": 1", "\"tests\": 1", "\"verdict\": \"failed\"")
                .contains("\"test\": \"RulesTest$Leaks > leaks()\"", "\"cause\": \"escaped_scope\"")
                .contains("\"attribution\": \"scope\"", "\"confidence\": \"certain\"")
                .contains("\"stack\": [");
        assertThat(result.text()).contains("== failed · RulesTest$Leaks > leaks()", "LEAK test.thing still open");
    }

    @Test
    void the_files_say_so_if_nothing_leaked() {
        Runs.Result result = runs().run(Clean.class);
        assertThat(result.json()).contains("\"leaks\": []", "\"inconclusive\": null");
    }

    @LeakGuarded
    static class Clean {
        @Test
        void closes() {
            new Thing("closed").close();
        }
    }

    // ---------------------------------------------------------------------------------------------- beyond wrappers

    @LeakGuarded
    static class OpensDescriptors {
        @Test
        void drops_a_file_and_holds_a_socket() throws Exception {
            Path file = Files.createTempFile("leakguard", ".txt");
            assertThat(new FileInputStream(file.toFile()).read()).isEqualTo(-1);
            Files.delete(file);
            HELD.add(new ServerSocket(0));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void descriptors_that_were_not_there_before_are_told_or_fail_the_suite() {
        Runs.Result result = runs().run(OpensDescriptors.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json()).contains("\"type\": \"file\"", "never closed: the JDK did it for you");
        assertThat(result.json()).containsPattern("socket tcp6? .*LISTEN").contains("still open");

        Runs.Result failing = runs().with("leakguard.junit.descriptors", "fail")
                .with("leakguard.junit.descriptors.level", "suite")
                .run(OpensDescriptors.class);
        assertThat(failing.failed()).containsOnlyKeys("JUnit Jupiter");
        Runs.Result ofClass = runs().with("leakguard.junit.descriptors", "fail")
                .with("leakguard.junit.descriptors.level", "class")
                .run(OpensDescriptors.class);
        assertThat(ofClass.failed()).containsOnlyKeys("RulesTest$OpensDescriptors");
        assertThat(runs().with("leakguard.junit.descriptors", "off")
                        .run(OpensDescriptors.class)
                        .json())
                .contains("\"findings\": []");
    }

    @LeakGuarded
    static class IsAskedByATool {
        @Test
        void is_asked_by_jcmd() throws Exception {
            Process jcmd = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            String.valueOf(ProcessHandle.current().pid()),
                            "VM.version")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(jcmd.waitFor()).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_socket_on_which_the_jvm_listens_for_tools_is_not_left_by_a_test() {
        assertThat(runs().with("leakguard.junit.descriptors", "fail")
                        .run(IsAskedByATool.class)
                        .failed())
                .isEmpty();
    }

    @LeakGuarded
    static class LeaksByName {
        @Test
        void holds_a_file() throws Exception {
            Path file = Files.createTempFile("leakguard", ".txt");
            HELD.add(LeakGuard.global().wrap(new FileInputStream(file.toFile())));
            Files.delete(file);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void descriptors_that_may_be_of_leaks_told_by_name_are_said_to_be() {
        Runs.Result result = runs().with("leakguard.junit.descriptors", "fail").run(LeaksByName.class);
        assertThat(result.failed()).containsOnlyKeys("holds_a_file()", "RulesTest$LeaksByName");
        assertThat(result.message("RulesTest$LeaksByName"))
                .startsWith("1 file left by RulesTest$LeaksByName > holds_a_file(), found at the end of"
                        + " RulesTest$LeaksByName; they may include those of the 1 leak told by name\n 1) file ");
    }

    @LeakGuarded
    @AllowLeaks(kind = "descriptor.socket", site = "*LISTEN", reason = "the server lives as long as the JVM")
    @AllowLeaks(kind = "descriptor.file", site = "*.txt (deleted)", reason = "a known one")
    static class AllowedDescriptors extends OpensDescriptors {}

    @Test
    @EnabledOnOs(OS.LINUX)
    void descriptors_can_be_allowed_with_a_reason() {
        Runs.Result result = runs().with("leakguard.junit.descriptors", "fail")
                .with("leakguard.junit.descriptors.level", "class")
                .run(AllowedDescriptors.class);
        assertThat(result.failed()).isEmpty();
        assertThat(result.json()).contains("\"check\": \"allowed\"", "the server lives as long as the JVM");
    }

    @LeakGuarded
    static class LeaksSelector {
        @Test
        void leaks_a_selector() throws Exception {
            HELD.add(Selector.open());
        }
    }

    @LeakGuarded
    static class HasTheJdkOpenSelectors {
        @Test
        void reads_on_virtual_threads_and_asynchronously() throws Exception {
            try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Runnable read = () -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(server.getLocalAddress());
                        socket.setSoTimeout(20);
                        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };
                Thread thread = Runtime.version().feature() < 21
                        ? new Thread(read)
                        : (Thread) Thread.class
                                .getMethod("startVirtualThread", Runnable.class)
                                .invoke(null, read);
                if (thread.getState() == Thread.State.NEW) {
                    thread.start();
                }
                server.accept().get(20, TimeUnit.SECONDS).close();
                thread.join();
            }
            assertThat(HttpClient.newHttpClient().version()).isNotNull();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_selector_that_a_test_leaves_open_is_told_from_those_of_the_jdk() throws Exception {
        Runs.Result result = runs().with("leakguard.junit.descriptors", "fail").run(LeaksSelector.class);
        assertThat(result.message("RulesTest$LeaksSelector"))
                .contains("1 selector left by RulesTest$LeaksSelector > leaks_a_selector()", "selector · still open");
        Runs.Result ofTheJdk =
                runs().with("leakguard.junit.descriptors", "fail").run(HasTheJdkOpenSelectors.class);
        assertThat(ofTheJdk.failed()).isEmpty();
    }

    @LeakGuarded
    static class ClosesLater {
        @Test
        void closes_a_socket_soon() throws Exception {
            ServerSocket socket = new ServerSocket(0);
            Thread thread = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_descriptor_that_is_closed_within_the_grace_is_not_left() {
        Runs.Result result = runs().with("leakguard.junit.grace", "20s").run(ClosesLater.class);
        assertThat(result.json()).contains("\"findings\": []");
    }

    // ---------------------------------------------------------------------------------------------- the guard itself

    @LeakGuarded
    static class ClosesTheGuard {
        @Test
        void closes_it(LeakGuard guard) {
            guard.close();
        }
    }

    @LeakGuarded
    static class ReplacesTheGuard {
        @Test
        void replaces_it() {
            LeakGuard.setGlobal(LeakGuard.disabled());
        }
    }

    @Test
    void a_test_that_takes_the_guard_away_makes_the_run_inconclusive_and_is_named() {
        assertThat(runs().run(ClosesTheGuard.class).json())
                .contains("\"inconclusive\": \"RulesTest$ClosesTheGuard > closes_it(LeakGuard) closed");
        Runs.Result replaced = runs().run(ReplacesTheGuard.class, Leaks.class);
        assertThat(replaced.json())
                .contains("\"inconclusive\": \"RulesTest$ReplacesTheGuard > replaces_it() left another guard");
        assertThat(replaced.failed()).as("seen again in the next class").containsOnlyKeys("leaks()");
    }

    @LeakGuarded
    static class StartsThread {
        static final CountDownLatch END = new CountDownLatch(1);

        @Test
        void starts_a_thread() {
            Thread thread = new Thread(
                    () -> {
                        try {
                            END.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    "left-running");
            thread.setDaemon(false);
            thread.start();
        }
    }

    @Test
    void a_non_daemon_thread_that_is_left_running_is_told() {
        try {
            Runs.Result result = runs().with("leakguard.junit.threads", "fail").run(StartsThread.class);
            assertThat(result.failed()).containsOnlyKeys("RulesTest$StartsThread");
            assertThat(result.message("RulesTest$StartsThread"))
                    .startsWith("1 thread left by RulesTest$StartsThread > starts_a_thread(), found at the end of")
                    .contains(
                            "non-daemon thread left-running · WAITING at"
                                    + " io.leakguard.junit.it.RulesTest$StartsThread.lambda$starts_a_thread",
                            "started at io.leakguard.junit.it.RulesTest$StartsThread.starts_a_thread(RulesTest.java:");
        } finally {
            StartsThread.END.countDown();
        }
    }
}
