package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At the end of a process, what the application's own hooks close is not told as open. */
class ShutdownHookTest {

    @TempDir
    Path dir;

    private String run(String how) throws Exception {
        return ChildProgram.java(
                dir,
                List.of(
                        "-Dleakguard.shutdown.hook=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Daemon.class.getName(),
                        how));
    }

    @Test
    void what_a_hook_closes_a_while_later_is_not_told() throws Exception {
        assertThat(run("hook")).contains("CLOSED").doesNotContain("open at shutdown");
    }

    @Test
    void what_the_main_thread_closes_while_a_hook_waits_for_it_is_not_told() throws Exception {
        assertThat(run("main")).contains("CLOSED").doesNotContain("open at shutdown");
    }

    @Test
    void what_no_hook_closes_is_told() throws Exception {
        assertThat(run("nobody")).contains("open at shutdown: 3 resources");
    }

    @Test
    void a_hook_that_hangs_does_not_hold_up_the_end_for_longer_than_the_bound() throws Exception {
        assertThat(run("hangs")).contains("open at shutdown: 3 resources");
    }

    @Test
    void a_process_that_is_terminated_waits_for_its_hooks_too() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs signals");
        Path out = dir.resolve("out.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dleakguard.shutdown.hook=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Daemon.class.getName(),
                        "signal")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        Awaitility.await().until(() -> Files.readString(out).contains("READY"));
        assertThat(new ProcessBuilder("kill", Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(out)).contains("CLOSED").doesNotContain("open at shutdown");
    }

    static final class Daemon {
        private static final List<Object> HELD = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            LeakGuard guard = LeakGuard.builder()
                    .shutdownWait(java.time.Duration.ofSeconds(args[0].equals("hangs") ? 1 : 10))
                    .build();
            List<LeakTracker> trackers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Object handle = new Object();
                HELD.add(handle);
                trackers.add(guard.track(handle, ResourceKind.of("test.thing")));
            }
            Runnable closeAll = () -> {
                pause(700);
                trackers.forEach(LeakTracker::close);
                System.out.println("CLOSED");
            };
            Thread main = Thread.currentThread();
            Thread hook = switch (args[0]) {
                case "hook", "signal" -> new Thread(closeAll);
                case "main" ->
                    new Thread(() -> {
                        main.interrupt();
                        join(main);
                    });
                case "hangs" -> new Thread(() -> pause(3_000));
                default -> new Thread(() -> {});
            };
            Runtime.getRuntime().addShutdownHook(hook);
            System.out.println("READY");
            if (args[0].equals("main")) {
                new Thread(() -> System.exit(0)).start();
                pause(60_000);
                closeAll.run();
            } else if (args[0].equals("signal")) {
                pause(60_000);
            }
        }

        private static void pause(long millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                // told to end
            }
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
