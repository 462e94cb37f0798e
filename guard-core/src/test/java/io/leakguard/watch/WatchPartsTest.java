package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.ScopeOptions;
import io.leakguard.internal.WatchLink;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class WatchPartsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    Path folder;

    private static final class Reported implements LeakListener {
        final List<PressureReport> all = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {}

        @Override
        public void onPressure(PressureReport report) {
            all.add(report);
        }
    }

    private static Levels levels() {
        return new Levels(new double[] {0.70, 0.85, 0.95});
    }

    @Test
    void each_threshold_is_told_once() {
        Levels levels = levels();
        assertThat(levels.update(0.69, 0)).isNull();
        assertThat(levels.update(0.70, 1)).isEqualTo(Level.WARNING);
        assertThat(levels.update(0.84, 2)).isNull();
        assertThat(levels.update(0.85, 3)).isEqualTo(Level.HIGH);
        assertThat(levels.update(0.95, 4)).isEqualTo(Level.CRITICAL);
        assertThat(levels.update(1.0, 5)).isEqualTo(Level.EXHAUSTED);
        assertThat(levels.update(1.0, 6)).isNull();
    }

    @Test
    void a_share_that_swings_around_a_threshold_is_told_once() {
        Levels levels = levels();
        int told = 0;
        for (int i = 0; i < 1_000; i++) {
            told += levels.update(i % 2 == 0 ? 0.71 : 0.66, i * SECOND) != null ? 1 : 0;
        }
        assertThat(told).isEqualTo(1);
        assertThat(levels.update(0.64, 1_001 * SECOND)).isEqualTo(Level.NORMAL);
    }

    @Test
    void a_share_that_swings_widely_is_told_twice_a_minute_at_most() {
        Levels levels = levels();
        int told = 0;
        for (int i = 0; i < 600; i++) {
            told += levels.update(i % 2 == 0 ? 0.75 : 0.30, i * SECOND) != null ? 1 : 0;
        }
        assertThat(told).isBetween(2, 20);
    }

    @Test
    void a_level_that_came_back_too_soon_to_be_told_is_told_later_if_it_lasts() {
        Levels levels = levels();
        assertThat(levels.update(0.75, 0)).isEqualTo(Level.WARNING);
        assertThat(levels.update(0.30, 10 * SECOND)).isEqualTo(Level.NORMAL);
        assertThat(levels.update(0.75, 20 * SECOND)).isNull();
        assertThat(levels.level()).isEqualTo(Level.WARNING);
        assertThat(levels.update(0.75, 59 * SECOND)).isNull();
        assertThat(levels.update(0.75, 61 * SECOND)).isEqualTo(Level.WARNING);
        assertThat(levels.update(0.75, 62 * SECOND)).isNull();
    }

    @Test
    void the_slope_is_of_the_last_minute_when_that_rises_and_of_the_last_hour_otherwise() {
        RecentSlope slope = new RecentSlope();
        for (int i = 0; i < 3_600; i++) {
            slope.add(i * SECOND, 100 + i / 100); // one each 100 s
        }
        assertThat(slope.perSecond().orElseThrow()).isCloseTo(0.01, within(0.002));
        for (int i = 3_600; i < 3_660; i++) {
            slope.add(i * SECOND, 136 + 5.0 * (i - 3_600));
        }
        assertThat(slope.perSecond().orElseThrow()).isCloseTo(5, within(0.01));
        assertThat(slope.timeLeftNanos(431, 531).orElseThrow() / SECOND).isBetween(19L, 21L);
    }

    @Test
    void a_flat_count_has_no_slope_and_no_time_left() {
        RecentSlope slope = new RecentSlope();
        for (int i = 0; i < 3_600; i++) {
            slope.add(i * SECOND, 100 + i % 3);
        }
        assertThat(slope.perSecond()).isEmpty();
        assertThat(slope.timeLeftNanos(100, 200)).isEmpty();
    }

    @Test
    void settings_that_make_no_sense_are_refused_with_the_fix() {
        WatchOptions options = WatchOptions.defaults();
        assertThatThrownBy(() -> options.withThresholds(0.9, 0.8, 0.95))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.70, 0.85, 0.95");
        assertThatThrownBy(() -> options.withInterval(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("interval");
        withProperty(
                "leakguard.watch.interval",
                "soon",
                () -> assertThatThrownBy(WatchOptions::defaults)
                        .hasMessageContaining("leakguard.watch.interval")
                        .hasMessageContaining("500ms"));
        withProperty(
                "leakguard.watch.intervall",
                "1s",
                () -> assertThatThrownBy(WatchOptions::defaults).hasMessageContaining("no such setting"));
        withProperty(
                "leakguard.watch.high",
                "85",
                () -> assertThatThrownBy(WatchOptions::defaults).hasMessageContaining("0.70"));
        withProperty(
                "leakguard.watch.warning",
                "0.5",
                () -> assertThat(WatchOptions.defaults().warning()).isEqualTo(0.5));
    }

    private static void withProperty(String key, String value, Runnable check) {
        System.setProperty(key, value);
        try {
            check.run();
        } finally {
            System.clearProperty(key);
        }
    }

    // ------------------------------------------------------------------------------------------- on this machine

    /** The lines of a command's output; the command must be there on a build server. */
    private static List<String> ss(String... args) throws Exception {
        boolean installed = Files.isExecutable(Path.of("/usr/bin/ss"))
                || Files.isExecutable(Path.of("/bin/ss"))
                || Files.isExecutable(Path.of("/usr/sbin/ss"));
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            Assumptions.assumeTrue(installed, "ss (iproute2) is not installed: nothing to compare with");
        }
        List<String> command = new ArrayList<>(List.of("ss"));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var lines = process.inputReader()) {
            List<String> all = lines.lines().toList();
            assertThat(process.waitFor()).as(String.join("\n", all)).isZero();
            return all;
        }
    }

    private static Sockets.@org.jspecify.annotations.Nullable RouteUse routeTo(Sockets sockets, int port) {
        return sockets.look(Set.of(), 10_000).routes().stream()
                .filter(use -> use.route().destination().port() == port)
                .findFirst()
                .orElse(null);
    }

    private static int makeTimeWait(int connections) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < connections; i++) {
                try (Socket accepted = connectAndClose(server)) {
                    assertThat(accepted.getInputStream().read()).isEqualTo(-1);
                }
            }
            return server.getLocalPort();
        }
    }

    /** The client closes first, so it is the client's port that waits. */
    private static Socket connectAndClose(ServerSocket server) throws IOException {
        try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
            assertThat(client.isConnected()).isTrue();
            return server.accept();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ports_in_time_wait_are_counted_by_destination_as_ss_does() throws Exception {
        int port = makeTimeWait(120);
        try (Sockets sockets = new Sockets(ProcFs.SELF)) {
            Sockets.RouteUse use = Objects.requireNonNull(routeTo(sockets, port));
            assertThat(use.route().destination().text()).isEqualTo("127.0.0.1:" + port);
            assertThat(use.timeWait()).isEqualTo(120);
            assertThat(use.live()).isZero();
            assertThat(sockets.pulse().timeWait()).isGreaterThanOrEqualTo(120);
            long bySs =
                    ss("-Htan", "state", "time-wait", "dport", "=", ":" + port).size();
            assertThat(bySs).isEqualTo(use.timeWait());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void listeners_are_those_of_ss() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Sockets sockets = new Sockets(ProcFs.SELF)) {
            Set<Long> own = new java.util.HashSet<>();
            FileDescriptors.ofThisProcess()
                    .visit(0, 1, 10_000, 10_000, (n, link) -> own.add(DescriptorTypes.socketInode(link)), n -> {});
            long bySs = ss("-Htlnp").stream()
                    .filter(line ->
                            line.contains("pid=" + ProcessHandle.current().pid() + ","))
                    .count();
            assertThat(sockets.look(own, 10).listeners()).hasSize((int) bySs);
            assertThat(server.isBound()).isTrue();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_destination_that_uses_up_the_ports_is_reported_with_what_is_sustainable() throws Exception {
        // The real rows of one destination, with all ports reserved except 200: so 160 of them are 80 %.
        PortRange range = Objects.requireNonNull(PortRange.read(ProcFs.SELF));
        int port = makeTimeWait(160);
        Path net = Files.createDirectories(folder.resolve("proc/self/net"));
        String hex = String.format(":%04X ", port);
        for (String table : new String[] {"tcp", "tcp6"}) {
            Files.write(
                    net.resolve(table),
                    Files.readAllLines(Path.of("/proc/self/net").resolve(table)).stream()
                            .filter(row -> row.contains(hex))
                            .toList());
        }
        Path ipv4 = Files.createDirectories(folder.resolve("proc/sys/net/ipv4"));
        Files.writeString(ipv4.resolve("ip_local_port_range"), range.low() + "\t" + range.high() + "\n");
        Files.writeString(ipv4.resolve("ip_local_reserved_ports"), range.low() + "-" + (range.high() - 200) + "\n");
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build();
                Sockets sockets = new Sockets(new ProcFs(folder, "self"))) {
            SocketWatch watch = new SocketWatch(
                    FileDescriptors.ofThisProcess(),
                    sockets,
                    Objects.requireNonNull(WatchLink.to(guard)),
                    new double[] {0.70, 0.85, 0.95},
                    Duration.ofSeconds(60));
            watch.look(0);
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            PressureReport report = reported.all.stream()
                    .filter(r -> r.area() == Area.EPHEMERAL_PORTS)
                    .findFirst()
                    .orElseThrow();
            assertThat(report.level()).isEqualTo(Level.WARNING);
            assertThat(report.used()).hasValue(160);
            assertThat(report.limit()).hasValue(200);
            assertThat(report.toText())
                    .contains("80 % used · 160 of 200 to 127.0.0.1:" + port + " · 0 live, 160 in TIME_WAIT")
                    .contains("so 3 new connections a second")
                    .contains("tcp_fin_timeout does not change that");
            assertThat(watch.portUtilization()).isCloseTo(0.8, within(0.001));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_full_accept_queue_is_reported_with_its_listener() throws IOException {
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build();
                Sockets sockets = new Sockets(ProcFs.SELF);
                ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress())) {
            SocketWatch watch = new SocketWatch(
                    FileDescriptors.ofThisProcess(),
                    sockets,
                    Objects.requireNonNull(WatchLink.to(guard)),
                    new double[] {0.70, 0.85, 0.95},
                    Duration.ofSeconds(60));
            List<Socket> waiting = new ArrayList<>();
            try {
                for (int i = 0; i < 40; i++) {
                    waiting.add(new Socket(server.getInetAddress(), server.getLocalPort()));
                }
                watch.look(0);
                watch.look(SECOND);
                assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
                assertThat(reported.all)
                        .filteredOn(r -> r.area() == Area.ACCEPT_QUEUE)
                        .singleElement()
                        .satisfies(r -> assertThat(r.toText())
                                .contains("40 waiting at 127.0.0.1:" + server.getLocalPort())
                                .contains("Java's default backlog is 50"));
            } finally {
                for (Socket socket : waiting) {
                    socket.close();
                }
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void an_hour_of_watching_costs_less_than_a_thousandth_of_a_core() {
        var threads = ManagementFactory.getThreadMXBean();
        Assumptions.assumeTrue(threads.isCurrentThreadCpuTimeSupported(), "this JVM doesn't tell a thread's CPU time");
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            ResourceWatch.Loop loop = new ResourceWatch.Loop(
                    guard,
                    Objects.requireNonNull(WatchLink.to(guard)),
                    WatchOptions.defaults(),
                    ProcFs.SELF,
                    FileDescriptors.ofThisProcess());
            long start = Objects.requireNonNull(WatchLink.to(guard)).nanos();
            long before = threads.getCurrentThreadCpuTime();
            for (int second = 0; second < 3_600; second++) {
                loop.tick(start + second * SECOND);
            }
            double share = (threads.getCurrentThreadCpuTime() - before) / (3_600.0 * SECOND);
            System.out.printf("watch cost: %.4f %% of one core with the default settings%n", share * 100);
            assertThat(share).isLessThan(0.001);
            loop.close();
        }
    }

    // ------------------------------------------------------------------------------------------- memory

    @Test
    void a_histogram_shows_what_grew() {
        ClassHistogram before = ClassHistogram.take().orElseThrow();
        Object[] kept = new Object[5_000];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = new Grown();
        }
        List<ClassHistogram.Growth> growth = ClassHistogram.take().orElseThrow().growthSince(before, 1_000);
        assertThat(growth)
                .filteredOn(g -> g.className().equals(Grown.class.getName()))
                .singleElement()
                .satisfies(g -> assertThat(g.instances()).isEqualTo(5_000));
        assertThat(kept).doesNotContainNull();
    }

    @Test
    void class_loaders_are_counted_by_type_from_the_jvms_table() {
        String table = """
                ClassLoader         Parent              CLD*               Classes   ChunkSz   BlockSz  Type
                0x00007fc50c04a928  0x0000000000000000  0x00007fc58041adb0       1       768       328  java.net.URLClassLoader
                0x00007fc50c04a928  0x0000000000000000  0x00007fc58041b090       1       768       328  java.net.URLClassLoader
                0x0000000000000000  0x0000000000000000  0x00007fc580078420    1713    581632    511457  <boot class loader>
                                                                        59     22784     14042   + hidden classes
                Total = 8                                                     3236   1613184   1528579
                """;
        ClassLoaders loaders = ClassLoaders.parse(table);
        assertThat(loaders.count()).isEqualTo(3);
        assertThat(loaders.byType())
                .containsExactlyInAnyOrderEntriesOf(Map.of("java.net.URLClassLoader", 2L, "<boot class loader>", 1L));
        assertThat(ClassLoaders.parse("Unknown diagnostic command").count()).isZero();
    }

    private static final List<Object> LOADED = new ArrayList<>();

    /** As a container's: one for each deployment. */
    private static final class Deployment extends ClassLoader {
        Deployment() {
            super(null);
        }

        static Class<?> deploy() throws IOException {
            try (InputStream in = Objects.requireNonNull(
                    WatchPartsTest.class.getResourceAsStream("Grown.class".replace("Grown", "WatchPartsTest$Grown")))) {
                byte[] bytes = in.readAllBytes();
                return new Deployment().defineClass(Grown.class.getName(), bytes, 0, bytes.length);
            }
        }
    }

    @Test
    void class_loaders_that_pile_up_are_reported_with_their_type() throws IOException {
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build();
                MemoryWatch memory = new MemoryWatch(
                        Objects.requireNonNull(WatchLink.to(guard)), guard, ProcFs.SELF, new double[] {0.7, 0.85, 0.95
                        })) {
            for (int i = 0; i < 1_201; i++) {
                if (i % 4 == 0) {
                    LOADED.add(Deployment.deploy());
                }
                memory.trend(i * TimeUnit.MINUTES.toNanos(5));
            }
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(memory.series(Area.CLASS_LOADERS).lastUsed.orElse(0)).isGreaterThan(300);
            assertThat(reported.all)
                    .filteredOn(r -> r.area() == Area.CLASS_LOADERS)
                    .singleElement()
                    .satisfies(r -> assertThat(r.toText())
                            .startsWith("PRESSURE class loaders · keeps growing")
                            .containsPattern(
                                    "class loaders by type: 300 io.leakguard.watch.WatchPartsTest\\$Deployment"));
        } finally {
            LOADED.clear();
        }
    }

    @SuppressWarnings("UnusedVariable") // it is kept, not read
    private static volatile byte @org.jspecify.annotations.Nullable [] @org.jspecify.annotations.Nullable [] big;

    private static void keep(int mebibytes) {
        big = null;
        byte[][] made = new byte[mebibytes][];
        for (int i = 0; i < mebibytes; i++) {
            made[i] = new byte[1 << 20];
        }
        big = made;
        System.gc();
    }

    @Test
    void of_several_collections_the_trend_takes_what_the_best_one_left() {
        try (LiveSet live = new LiveSet()) {
            assertThat(live.isNotified()).isTrue();
            keep(40);
            long full = live.latest().orElseThrow();
            live.lowest();
            keep(1);
            long least = live.latest().orElseThrow();
            assertThat(least).isLessThan(full - (30 << 20));
            keep(40);
            assertThat(live.latest().orElseThrow()).isGreaterThan(least + (30 << 20));
            assertThat(live.lowest()).hasValue(least);
            assertThat(live.lowest().orElseThrow()).isGreaterThan(least + (30 << 20));
        } finally {
            big = null;
        }
    }

    private static final class Grown {
        @SuppressWarnings("UnusedVariable")
        long field;
    }

    @Test
    void a_heap_dump_is_written_only_to_a_new_hprof_file() throws IOException {
        assertThatThrownBy(() -> HeapDumps.write(folder.resolve("dump.bin")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(".hprof");
        Path there = Files.createFile(folder.resolve("there.hprof"));
        assertThatThrownBy(() -> HeapDumps.write(there)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void on_a_real_heap_a_slow_leak_is_found_and_a_warming_cache_and_daily_loads_are_not() throws Exception {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RealHeap.class.getName(),
                        folder.resolve("dump.hprof").toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out);
        System.out.println(text);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text)
                .contains("leak: PRESSURE heap after GC · keeps growing")
                .containsPattern("leak: .* MiB more a(n hour| day|n minute) · [0-9d :]+ left")
                .containsPattern(
                        "leak: .*scopes that allocated most, in KiB \\(allocated is not retained\\): [1-9][0-9]*"
                                + " import-leak on main")
                .contains("cache: none")
                .contains("daily: none")
                .contains("dump: written");
    }

    /** A window is 120 samples, taken 5 minutes apart by a virtual clock, each after a real collection. */
    static final class RealHeap {
        private static final int KIB = 1_024;
        private static List<byte[]> kept = new ArrayList<>();

        private interface Load {
            /** How many KiB are to be alive. */
            int at(int sample);
        }

        public static void main(String[] args) throws IOException {
            watch("leak", 310, i -> 2_000 + 25 * i);
            watch("cache", 450, i -> (int) (1_000 + 5_000 * (1 - Math.exp(-i / 100.0))));
            watch("daily", 450, i -> (int) (4_000 - 2_000 * Math.cos(2 * Math.PI * i / 288)));
            HeapDumps.write(Path.of(args[0]));
            System.out.println("dump: " + (Files.size(Path.of(args[0])) > 0 ? "written" : "empty"));
        }

        private static void watch(String name, int samples, Load load) {
            kept = new ArrayList<>();
            Reported reported = new Reported();
            try (LeakGuard guard =
                    LeakGuard.builder().log(false).listener(reported).build()) {
                MemoryWatch memory = new MemoryWatch(
                        Objects.requireNonNull(WatchLink.to(guard)), guard, ProcFs.SELF, new double[] {0.7, 0.85, 0.95
                        });
                for (int i = 0; i < samples; i++) {
                    int wanted = load.at(i) / 16;
                    try (LeakScope scope = guard.openScope(
                            "import-" + name, ScopeOptions.create().measureAllocated())) {
                        while (kept.size() < wanted) {
                            kept.add(new byte[16 * KIB]);
                        }
                        scope.attribute("sample", "" + i);
                    }
                    while (kept.size() > wanted) {
                        kept.remove(kept.size() - 1);
                    }
                    System.gc();
                    memory.trend(i * TimeUnit.MINUTES.toNanos(5));
                }
                guard.flush(Duration.ofSeconds(20));
            }
            List<PressureReport> heap =
                    reported.all.stream().filter(r -> r.area() == Area.HEAP).toList();
            System.out.println(name + ": "
                    + (heap.isEmpty() ? "none" : heap.get(0).toText().replace("\n", " ")));
        }
    }

    @Test
    void what_no_bean_tells_is_unknown() {
        assertThat(Cgroup.memory(new ProcFs(folder, "self")).max()).isEqualTo(OptionalLong.empty());
        assertThat(Map.copyOf(ClassHistogram.parse("no histogram"))).isEmpty();
    }

    @Test
    void threads_and_classes_are_those_of_the_jvm() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Math.abs(Beans.threads().orElse(-1)
                                - ManagementFactory.getThreadMXBean().getThreadCount())
                        <= 2);
        assertThat(Beans.loadedClasses().orElse(-1)).isGreaterThan(500);
        assertThat(Beans.maxDirectMemory().orElse(-1)).isPositive();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void on_an_old_kernel_the_count_is_right_also_when_no_descriptor_is_left() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/bin/sh")), "needs a shell that can lower the descriptor limit");
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 200; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OldKernel.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(out)).contains("before: true").contains("at the limit: 200 of 200");
    }

    /** As before Linux 6.2, where the folder's size is 0. */
    static final class OldKernel {
        public static void main(String[] args) {
            FileDescriptors descriptors = new FileDescriptors(
                    new ProcFs(Path.of("/"), "self", path -> 0L), Beans::openDescriptors, Beans::maxDescriptors);
            List<java.io.InputStream> open = new ArrayList<>();
            try {
                long exact = FileDescriptors.ofThisProcess().used().orElse(-1);
                System.out.println(
                        "before: " + (Math.abs(descriptors.used().orElse(-1) - exact) <= 1 && !descriptors.isCheap()));
                while (true) {
                    open.add(new java.io.FileInputStream("/dev/null"));
                }
            } catch (IOException e) {
                System.out.println("at the limit: " + descriptors.used().orElse(-1) + " of "
                        + descriptors.limit().orElse(-1) + ", opened here " + open.size());
            }
        }
    }
}
