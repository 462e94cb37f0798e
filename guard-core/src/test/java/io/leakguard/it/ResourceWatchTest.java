package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.ResourceKind;
import io.leakguard.watch.ClassHistogram;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchOptions;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The watch on real sockets. */
@EnabledOnOs(OS.LINUX)
class ResourceWatchTest {

    @TempDir
    Path dir;

    /** Keeps the reports. */
    private static final class Reports implements LeakListener {
        final List<PressureReport> all = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {}

        @Override
        public void onPressure(PressureReport report) {
            all.add(report);
        }

        boolean has(Area area, Level level) {
            return all.stream().anyMatch(r -> r.area() == area && r.level() == level);
        }
    }

    /** A handle as a user's own adapter makes one. */
    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final LeakTracker tracker;

        Connection(LeakGuard guard, Socket socket) {
            this.socket = socket;
            this.tracker = guard.track(this, ResourceKind.SOCKET, "a connection", null, socket);
        }

        @Override
        public void close() throws IOException {
            tracker.close();
            socket.close();
        }
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    @Test
    void each_threshold_is_reported_with_the_site_and_the_time_left_and_so_is_emfile() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that can lower the descriptor limit");
        Path out = dir.resolve("out.txt");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 256; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Leaker.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text).doesNotContain("LeakGuard failed");
        for (String level : new String[] {"WARNING", "HIGH", "CRITICAL"}) {
            assertThat(text)
                    .containsPattern("REPORT " + level + " used=[0-9]+ of=256 growing=true left=PT[0-9.]+S"
                            + " untracked=[1-9][0-9]* site=ResourceWatchTest\\$Leaker.connect\\(");
        }
        assertThat(text)
                .contains("NO DESCRIPTOR LEFT")
                .contains("REPORT EXHAUSTED used=256 of=256")
                .contains("PRESSURE file descriptors · 100 % used · 256 of 256")
                .contains("socket opened at ResourceWatchTest$Leaker.connect(ResourceWatchTest.java:")
                .contains("nothing can be opened any more")
                .containsPattern("by type: [0-9]+ socket")
                .contains("remote addresses: ")
                .contains("top paths: ");
    }

    /** Leaks one connection after the other, and waits at each threshold until it has been reported. */
    static final class Leaker {
        private static final List<Object> KEPT = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            LeakListener printer = new LeakListener() {
                @Override
                public void onLeak(LeakReport report) {}

                @Override
                public void onPressure(PressureReport r) {
                    System.out.println("REPORT " + r.level() + " used="
                            + r.used().orElse(-1) + " of="
                            + r.limit().orElse(-1) + " growing="
                            + r.growthPerSecond().isPresent() + " left="
                            + (r.timeLeft().isPresent() ? r.timeLeft().get() : "?") + " untracked="
                            + r.untracked().orElse(-1) + " site="
                            + (r.opened().isEmpty() ? "?" : r.opened().get(0).siteText()));
                }
            };
            Reports reports = new Reports();
            try (LeakGuard guard = LeakGuard.builder()
                            .capture(CaptureBudget.unlimited())
                            .listener(reports)
                            .listener(printer)
                            .build();
                    ResourceWatch watch =
                            ResourceWatch.start(guard, WatchOptions.defaults().withInterval(Duration.ofMillis(20)));
                    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                try {
                    while (true) {
                        connect(guard, server);
                        long used = watch.status().descriptorsUsed().orElse(0);
                        waitFor(reports, used, 180, Level.WARNING);
                        waitFor(reports, used, 218, Level.HIGH);
                        waitFor(reports, used, 244, Level.CRITICAL);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(25));
                    }
                } catch (IOException e) {
                    System.out.println("NO DESCRIPTOR LEFT");
                }
                await(reports, Level.EXHAUSTED);
                guard.flush(Duration.ofSeconds(10));
            }
        }

        private static void connect(LeakGuard guard, ServerSocket server) throws IOException {
            KEPT.add(new Connection(guard, new Socket(server.getInetAddress(), server.getLocalPort())));
            KEPT.add(server.accept());
        }

        private static void waitFor(Reports reports, long used, long threshold, Level level) {
            if (used >= threshold) {
                await(reports, level);
            }
        }

        private static void await(Reports reports, Level level) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!reports.has(Area.FILE_DESCRIPTORS, level)) {
                if (System.nanoTime() - deadline > 0) {
                    System.out.println("NO REPORT OF " + level);
                    System.exit(1);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    @Test
    void sockets_that_stay_in_close_wait_are_reported_with_their_opener_and_when_they_are_gone() throws Exception {
        Reports reports = new Reports();
        WatchOptions options = WatchOptions.defaults()
                .withSocketInterval(Duration.ofMillis(50))
                .withCloseWaitAfter(Duration.ofMillis(500));
        try (LeakGuard guard = LeakGuard.builder()
                        .capture(CaptureBudget.unlimited())
                        .log(false)
                        .listener(reports)
                        .build();
                ResourceWatch watch = ResourceWatch.start(guard, options);
                ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            List<Connection> forgotten = new ArrayList<>();
            List<Socket> untracked = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                forgotten.add(open(guard, server));
            }
            untracked.add(new Socket(server.getInetAddress(), server.getLocalPort()));
            for (int i = 0; i < 8; i++) {
                server.accept().close(); // the peer ends it
            }
            // More may come to light in a second report, if the first look came between two closes.
            await(() -> reports.all.stream().anyMatch(r -> r.used().orElse(0) == 8));
            PressureReport report = reports.all.stream()
                    .filter(r -> r.used().orElse(0) == 8)
                    .findFirst()
                    .orElseThrow();
            assertThat(report.area()).isEqualTo(Area.CLOSE_WAIT);
            assertThat(report.untracked()).hasValue(1);
            assertThat(report.opened()).singleElement().satisfies(group -> {
                assertThat(group.count()).isEqualTo(7);
                assertThat(group.kind()).isEqualTo(ResourceKind.SOCKET);
                assertThat(group.siteText()).startsWith("ResourceWatchTest.open(ResourceWatchTest.java:");
                assertThat(group.stack()).isNotEmpty();
            });
            assertThat(report.toText())
                    .contains("sockets in CLOSE_WAIT · 8 connections closed by the peer and never by this process")
                    .contains("7 socket opened at ResourceWatchTest.open(")
                    .contains(" 8 127.0.0.1:" + server.getLocalPort());
            assertThat(watch.status().closeWait()).hasValue(8);
            assertThat(watch.status().level()).isGreaterThanOrEqualTo(Level.WARNING);
            for (Connection connection : forgotten) {
                connection.close();
            }
            untracked.get(0).close();
            await(() -> reports.has(Area.CLOSE_WAIT, Level.NORMAL));
            assertThat(watch.status().closeWait()).hasValue(0);
        }
    }

    private static Connection open(LeakGuard guard, ServerSocket server) throws IOException {
        return new Connection(guard, new Socket(server.getInetAddress(), server.getLocalPort()));
    }

    @Test
    void the_watch_ends_with_its_guard_and_leaves_no_thread() {
        LeakGuard guard = LeakGuard.builder().name("ending").log(false).build();
        ResourceWatch watch = ResourceWatch.start(guard);
        assertThat(watch.status().descriptorsUsed()).isPresent();
        guard.close();
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("leakguard-watch-ending")));
        watch.close();
        watch.close();
    }

    @Test
    void a_watch_of_a_disabled_guard_does_nothing() {
        try (ResourceWatch watch = ResourceWatch.start(LeakGuard.disabled())) {
            assertThat(watch.status().descriptorsUsed()).isEmpty();
            assertThat(watch.status().level()).isEqualTo(Level.NORMAL);
        }
    }

    @Test
    void without_the_management_modules_descriptors_are_still_watched_and_memory_is_unknown() throws Exception {
        Path out = dir.resolve("out.txt");
        String withoutLogback = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("logback"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        "java.base",
                        "-cp",
                        withoutLogback,
                        Bare.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text)
                .containsPattern("descriptors OptionalLong\\[[1-9]")
                .contains("heap OptionalLong.empty direct OptionalLong.empty threads OptionalLong.empty")
                .contains("histogram Optional.empty")
                .contains("errors 0");
    }

    /** Runs on java.base alone. */
    static final class Bare {
        public static void main(String[] args) {
            try (LeakGuard guard = LeakGuard.create();
                    ResourceWatch watch = ResourceWatch.start(guard)) {
                ResourceWatch.Status status = watch.status();
                System.out.println("descriptors " + status.descriptorsUsed() + " heap " + status.heapUsed() + " direct "
                        + status.directUsed() + " threads " + status.threads());
                System.out.println("histogram " + ClassHistogram.take());
                System.out.println("errors " + guard.stats().internalErrors());
            }
        }
    }
}
