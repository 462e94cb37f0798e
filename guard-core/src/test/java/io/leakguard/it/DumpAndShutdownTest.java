package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.LeakGuard;
import io.leakguard.OpenResources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see: the list of what is open on demand, and at the end of the process. */
class DumpAndShutdownTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private Process child;

    @AfterEach
    void end_the_child() {
        if (child != null) {
            child.destroyForcibly();
        }
    }

    /** A daemon that holds something open and waits, or ends at once. */
    static final class Daemon {
        private static final List<Thing> HELD = new ArrayList<>();

        private Daemon() {}

        public static void main(String[] args) throws Exception {
            LeakGuard guard =
                    LeakGuard.builder().dumpOnSignal("CONT").shutdownHook(true).build();
            for (int i = 0; i < 2_000; i++) {
                HELD.add(new Thing(guard, "order " + i));
            }
            System.out.println("READY " + HELD.size());
            if (args[0].equals("wait")) {
                Thread.currentThread().join();
            }
        }
    }

    private Path start(String how) throws IOException {
        Path out = dir.resolve("out.txt");
        child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Daemon.class.getName(),
                        how)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        return out;
    }

    private static String awaitText(Path out, String text) {
        Awaitility.await()
                .atMost(LONG)
                .until(() -> Files.readString(out, StandardCharsets.UTF_8).contains(text));
        try {
            return Files.readString(out, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void kill(String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(child.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    @Test
    void at_a_signal_the_list_goes_to_the_log_and_the_process_goes_on() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs signals");
        Path out = start("wait");
        awaitText(out, "READY");
        kill("CONT"); // not HUP: a build that is started by nohup has that ignored, and so has its child
        String text = awaitText(out, "DumpAndShutdownTest$Daemon.main(");
        assertThat(text).contains("LeakGuard default: 2000 resources open at ").contains("    2000  test.thing");
        kill("CONT");
        Awaitility.await().atMost(LONG).until(() -> dumps(out) == 2);
        assertThat(child.isAlive()).isTrue();
    }

    private static long dumps(Path out) throws IOException {
        return Files.readString(out, StandardCharsets.UTF_8)
                .lines()
                .filter(l -> l.contains("LeakGuard default: 2000 resources open at "))
                .count();
    }

    @Test
    void when_the_process_is_terminated_what_is_open_is_one_report() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs signals");
        Path out = start("wait");
        awaitText(out, "READY");
        kill("TERM");
        assertThat(child.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertOneReport(out);
    }

    @Test
    void when_the_process_ends_by_itself_what_is_open_is_one_report() throws Exception {
        Path out = start("end");
        assertThat(child.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isZero();
        assertOneReport(out);
    }

    private static void assertOneReport(Path out) throws IOException {
        List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
        assertThat(lines)
                .filteredOn(l -> l.contains("open at shutdown: 2000 resources"))
                .hasSize(1);
        assertThat(lines).filteredOn(l -> l.startsWith("    2000  test.thing")).hasSize(1);
        assertThat(lines).hasSizeLessThan(30);
    }

    @Test
    void a_closed_guard_tells_each_listener_once_what_was_open_and_lets_it_be_used() {
        Recorder recorder = new Recorder();
        LeakGuard guard = LeakGuard.builder().listener(recorder).log(false).build();
        Thing one = new Thing(guard, "one");
        Thing two = new Thing(guard, "two");
        two.close();
        guard.close();
        guard.close();
        assertThat(recorder.atShutdown).hasSize(1);
        OpenResources open = recorder.atShutdown.get(0);
        assertThat(open.total()).isEqualTo(1);
        assertThat(open.groups().get(0).oldestDescription()).isEqualTo("one");
        assertThat(recorder.reports).isEmpty();
        one.close();
    }

    @Test
    void a_guard_with_nothing_open_closes_without_a_word() {
        Recorder recorder = new Recorder();
        LeakGuard guard = LeakGuard.builder().listener(recorder).log(false).build();
        new Thing(guard).close();
        guard.close();
        assertThat(recorder.atShutdown).isEmpty();
    }

    @Test
    void what_escaped_its_scope_is_not_reported_early_when_the_guard_is_closed_in_the_grace() {
        Recorder recorder = new Recorder();
        LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .log(false)
                .scopeGrace(Duration.ofHours(1))
                .build();
        Thing thing;
        try (var scope = guard.openScope("event")) {
            thing = new Thing(guard);
        }
        guard.close();
        assertThat(recorder.reports).isEmpty();
        assertThat(recorder.atShutdown.get(0).total()).isEqualTo(1);
        thing.close();
    }

    @Test
    void a_dump_can_be_asked_for() {
        try (LogEvents log = new LogEvents("io.leakguard");
                LeakGuard guard = LeakGuard.builder().name("orders").build()) {
            Thing thing = new Thing(guard);
            guard.dump();
            assertThat(log.messages()).anyMatch(m -> m.startsWith("LeakGuard orders: 1 resource open at "));
            thing.close();
        }
    }

    @Test
    void a_signal_that_does_not_exist_or_is_the_jvms_is_a_clear_error() {
        assertThatThrownBy(() -> LeakGuard.builder().dumpOnSignal("NONSENSE"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'NONSENSE' is not a value for leakguard.dump.signal: give the name of a signal");
        long threads = guardThreads();
        assertThatThrownBy(() -> LeakGuard.builder()
                        .name("taken")
                        .dumpOnSignal("SIGQUIT")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leakguard.dump.signal: 'QUIT' can't be handled: give the name of a signal");
        Gc.until(() -> guardThreads() <= threads);
    }

    private static long guardThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("leakguard-"))
                .count();
    }

    @Test
    void a_signals_handler_is_given_back_when_the_guard_is_closed() throws Exception {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object byDefault = handler.getField("SIG_DFL").get(null);
        Object cont = signal.getConstructor(String.class).newInstance("CONT");
        LeakGuard.builder().log(false).dumpOnSignal("CONT").build().close();
        Object before = signal.getMethod("handle", signal, handler).invoke(null, cont, byDefault);
        assertThat(before).isEqualTo(byDefault);
    }
}
