package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.ResourceKind;
import io.leakguard.watch.ClassHistogram;
import io.leakguard.watch.HeapDumps;
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
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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

    /** A JVM of its own that can have so many descriptors open. */
    private static Process withDescriptors(int limit, Class<?> main, Path out) throws IOException {
        return new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n " + limit + "; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    @Test
    void each_threshold_is_reported_with_the_site_and_the_time_left_and_so_is_emfile() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that can lower the descriptor limit");
        Path out = dir.resolve("out.txt");
        Process process = withDescriptors(256, Leaker.class, out);
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text).doesNotContain("LeakGuard failed");
        List<Told> told = REPORT.matcher(text).results().map(Told::of).toList();
        assertThat(told)
                .extracting(Told::level)
                .containsExactly(Level.WARNING, Level.HIGH, Level.CRITICAL, Level.EXHAUSTED);
        // 70 %, 85 %, 95 % of 256, a count each 20 ms, and two descriptors each 100 ms.
        assertThat(told).extracting(Told::used).satisfies(used -> {
            assertThat(used.get(0)).isBetween(180L, 190L);
            assertThat(used.get(1)).isBetween(218L, 228L);
            assertThat(used.get(2)).isBetween(244L, 254L);
            assertThat(used.get(3)).isEqualTo(256);
        });
        assertThat(told).allSatisfy(t -> {
            assertThat(t.limit).isEqualTo(256);
            assertThat(t.site).startsWith("ResourceWatchTest$Leaker.connect(ResourceWatchTest.java:");
            // The accepted ends and what the JVM has open are nobody's; what is tracked is the rest.
            assertThat(t.untracked + t.tracked).isBetween(t.used - 3, t.used + 3);
            assertThat(t.untracked).isGreaterThanOrEqualTo(t.tracked);
        });
        long end = told.get(3).atMillis;
        for (Told t : told.subList(0, 3)) {
            double really = end - t.atMillis;
            assertThat(t.leftMillis)
                    .as(t + " but it took " + really + " ms")
                    .isBetween(really / 2 - 500, really * 2 + 500);
        }
        assertThat(text)
                .contains("NO DESCRIPTOR LEFT")
                .contains("PRESSURE file descriptors · 100 % used · 256 of 256")
                .contains("socket opened at ResourceWatchTest$Leaker.connect(ResourceWatchTest.java:")
                .contains("nothing can be opened any more")
                .containsPattern("by type: [0-9]+ socket")
                .contains("remote addresses: ")
                .contains("top paths: ");
    }

    private static final Pattern REPORT = Pattern.compile(
            "REPORT (\\w+) at=(\\d+) used=(\\d+) of=(\\d+) left=(\\d+)" + " untracked=(\\d+) tracked=(\\d+) site=(.*)");

    private record Told(
            Level level,
            long atMillis,
            long used,
            long limit,
            double leftMillis,
            long untracked,
            long tracked,
            String site) {
        static Told of(MatchResult m) {
            return new Told(
                    Level.valueOf(m.group(1)),
                    Long.parseLong(m.group(2)),
                    Long.parseLong(m.group(3)),
                    Long.parseLong(m.group(4)),
                    Double.parseDouble(m.group(5)),
                    Long.parseLong(m.group(6)),
                    Long.parseLong(m.group(7)),
                    m.group(8));
        }
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
                    System.out.println("REPORT " + r.level()
                            + " at=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime())
                            + " used=" + r.used().orElse(0)
                            + " of=" + r.limit().orElse(0)
                            + " left=" + r.timeLeft().map(Duration::toMillis).orElse(999_999L)
                            + " untracked=" + r.untracked().orElse(-1)
                            + " tracked="
                            + r.opened().stream()
                                    .mapToLong(OpenResources.Group::count)
                                    .sum()
                            + " site="
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
                    while (watch.status().descriptorsUsed().orElse(0) < 150) {
                        connect(guard, server);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(25));
                    }
                    long next = System.nanoTime();
                    while (true) {
                        connect(guard, server);
                        long used = watch.status().descriptorsUsed().orElse(0);
                        waitFor(reports, used, 180, Level.WARNING);
                        waitFor(reports, used, 218, Level.HIGH);
                        waitFor(reports, used, 244, Level.CRITICAL);
                        next += TimeUnit.MILLISECONDS.toNanos(100);
                        LockSupport.parkNanos(next - System.nanoTime());
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

    @Test
    void a_limit_that_is_changed_at_run_time_is_seen_also_below_the_count() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit to change another process's limit");
        Path out = dir.resolve("out.txt");
        Process process = withDescriptors(600, Holder.class, out);
        try {
            await(() -> Files.readString(out).contains("READY"));
            prlimit(process, "150:600");
            await(() -> Files.readString(out).contains("LEVEL EXHAUSTED of 150"));
            prlimit(process, "600:600");
            await(() -> Files.readString(out).contains("LEVEL NORMAL of 600"));
        } finally {
            process.destroy();
        }
        assertThat(Files.readString(out)).doesNotContain("LeakGuard failed");
    }

    private static void prlimit(Process process, String limits) throws Exception {
        assertThat(new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), "--nofile=" + limits)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Holds 200 files. */
    static final class Holder {
        private static final List<Object> KEPT = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            LeakListener printer = new LeakListener() {
                @Override
                public void onLeak(LeakReport report) {}

                @Override
                public void onPressure(PressureReport r) {
                    System.out.println("LEVEL " + r.level() + " of " + r.limit().orElse(-1));
                }
            };
            try (LeakGuard guard = LeakGuard.builder().listener(printer).build();
                    ResourceWatch watch =
                            ResourceWatch.start(guard, WatchOptions.defaults().withInterval(Duration.ofMillis(20)))) {
                for (int i = 0; i < 200; i++) {
                    KEPT.add(new java.io.FileInputStream("/dev/null"));
                }
                System.out.println("READY " + watch.status().level());
                java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(60));
            }
        }
    }

    @Test
    void each_of_several_guards_is_told_by_its_own_watch_and_no_descriptor_or_thread_is_left() throws Exception {
        Path fd = Path.of("/proc/self/fd");
        try (LeakGuard first = LeakGuard.builder().name("several-0").log(false).build();
                ResourceWatch warm = ResourceWatch.start(first)) {
            assertThat(warm.status().descriptorsUsed()).isPresent();
        }
        long before = Files.size(fd);
        List<LeakGuard> guards = new ArrayList<>();
        List<ResourceWatch> watches = new ArrayList<>();
        List<Reports> reports = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            Reports r = new Reports();
            reports.add(r);
            LeakGuard guard = LeakGuard.builder()
                    .name("several-" + i)
                    .log(false)
                    .listener(r)
                    .build();
            guards.add(guard);
            watches.add(ResourceWatch.start(
                    guard,
                    WatchOptions.defaults().withInterval(Duration.ofMillis(20)).withThresholds(0.000_01, 0.98, 0.99)));
        }
        await(() -> reports.stream().allMatch(r -> r.has(Area.FILE_DESCRIPTORS, Level.WARNING)));
        for (int i = 0; i < 4; i++) {
            watches.get(i).close();
            watches.get(i).close();
            guards.get(i).close();
            assertThat(reports.get(i).all.stream()
                            .filter(r -> r.area() == Area.FILE_DESCRIPTORS)
                            .count())
                    .isEqualTo(1);
        }
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("leakguard-watch-several")));
        await(() -> Files.size(fd) <= before + 2);
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
                .contains("loaders OptionalLong.empty histogram Optional.empty")
                .contains("dump: heap dumps need the module jdk.management")
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
                System.out.println("loaders " + status.classLoaders() + " histogram " + ClassHistogram.take());
                try {
                    HeapDumps.write(Path.of("never.hprof"));
                } catch (UnsupportedOperationException e) {
                    System.out.println("dump: " + e.getMessage());
                } catch (IOException e) {
                    System.out.println("not refused: " + e);
                }
                System.out.println("errors " + guard.stats().internalErrors());
            }
        }
    }
}
