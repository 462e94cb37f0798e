package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel counts for a whole network namespace is told only where it is this process's. */
@EnabledOnOs(OS.LINUX)
class SocketWatchTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    Path folder;

    private final List<PressureReport> reported = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new ArrayList<>();
    private LeakGuard guard = LeakGuard.disabled();
    private Path net = Path.of("/");

    @BeforeEach
    void start() throws IOException {
        net = Files.createDirectories(folder.resolve("proc/self/net"));
        guard = LeakGuard.builder()
                .log(false)
                .listener(new LeakListener() {
                    @Override
                    public void onLeak(LeakReport report) {}

                    @Override
                    public void onPressure(PressureReport report) {
                        reported.add(report);
                    }
                })
                .build();
    }

    @AfterEach
    void end() throws IOException {
        guard.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private List<PressureReport> reports(Area area) {
        assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
        return reported.stream().filter(r -> r.area() == area).toList();
    }

    private SocketWatch watch(Sockets sockets) {
        return new SocketWatch(
                FileDescriptors.ofThisProcess(),
                sockets,
                Objects.requireNonNull(WatchLink.to(guard)),
                new double[] {0.70, 0.85, 0.95},
                Duration.ofSeconds(60));
    }

    /** The real tables of sockets, and counters of refused connections that a test sets. */
    private ProcFs realSockets() throws IOException {
        for (String table : List.of("tcp", "tcp6")) {
            Files.createSymbolicLink(
                    net.resolve(table), Path.of("/proc/self/net").resolve(table));
        }
        overflows(17, 23);
        return new ProcFs(folder, "self");
    }

    private void overflows(int overflows, int drops) throws IOException {
        Files.writeString(
                net.resolve("netstat"),
                "TcpExt: ListenOverflows ListenDrops\nTcpExt: " + overflows + " " + drops + "\n");
    }

    private static ServerSocket server(int backlog) throws IOException {
        return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    }

    private Socket connect(ServerSocket server) throws IOException {
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
        open.add(socket);
        return socket;
    }

    // ------------------------------------------------------------------------------------------------- accept queues

    @Test
    void connections_that_were_refused_while_nothing_waits_here_are_somebody_elses() throws IOException {
        try (ServerSocket server = server(50);
                Sockets sockets = new Sockets(realSockets())) {
            SocketWatch watch = watch(sockets);
            watch.look(0);
            overflows(618, 640);
            assertThat(watch.isUrgent()).isTrue();
            watch.look(30 * SECOND);
            assertThat(reports(Area.ACCEPT_QUEUE)).isEmpty();
            assertThat(watch.isUrgent()).isFalse();
            assertThat(server.isBound()).isTrue();
        }
    }

    @Test
    void connections_that_were_refused_while_a_queue_of_this_process_is_full_are_told_with_the_listener()
            throws IOException {
        try (ServerSocket server = server(1);
                Sockets sockets = new Sockets(realSockets())) {
            SocketWatch watch = watch(sockets);
            watch.look(0);
            connect(server);
            connect(server); // a backlog of one lets two wait
            overflows(20, 28);
            watch.look(30 * SECOND);
            assertThat(reports(Area.ACCEPT_QUEUE)).singleElement().satisfies(r -> {
                assertThat(r.level()).isEqualTo(Level.HIGH);
                assertThat(r.toText())
                        .contains("2 wait at this process's listener 127.0.0.1:" + server.getLocalPort()
                                + " · 3 connections refused because an accept queue was full, 5 dropped")
                        .contains("in this network namespace");
            });
        }
    }

    @Test
    void a_connection_that_waits_for_a_moment_is_not_blamed_for_what_others_refuse() throws Exception {
        try (ServerSocket server = server(50);
                Sockets sockets = new Sockets(realSockets())) {
            SocketWatch watch = watch(sockets);
            watch.look(0);
            connect(server);
            overflows(618, 640);
            Thread accepting = new Thread(() -> {
                try {
                    Thread.sleep(20); // while the watch looks
                    open.add(server.accept());
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            accepting.start();
            watch.look(30 * SECOND);
            accepting.join();
            // On a slow machine it may have been accepted before the look; then too, nothing is told.
            assertThat(reports(Area.ACCEPT_QUEUE)).isEmpty();
        }
    }

    // ------------------------------------------------------------------------------------------------- ports

    /** Rows as the kernel writes them, of one destination with all ports reserved except 200. */
    private ProcFs rows(int timeWait, String... more) throws IOException {
        List<String> lines = new ArrayList<>(List.of("  sl  local_address rem_address   st tx_queue rx_queue"));
        for (int i = 0; i < timeWait; i++) {
            lines.add(row(40_000 + i, "06", 0));
        }
        lines.addAll(List.of(more));
        Files.write(net.resolve("tcp"), lines);
        Path ipv4 = Files.createDirectories(folder.resolve("proc/sys/net/ipv4"));
        Files.writeString(ipv4.resolve("ip_local_port_range"), "40000\t60000\n");
        Files.writeString(ipv4.resolve("ip_local_reserved_ports"), "40200-60000\n");
        return new ProcFs(folder, "self");
    }

    private static String row(int localPort, String state, long inode) {
        return String.format(
                "   1: 0100007F:%04X 0700000A:1538 %s 00000000:00000000 00:00000000 00000000  1000        0 %d 1 0",
                localPort, state, inode);
    }

    private static long ownInode() {
        long[] found = {0};
        FileDescriptors.ofThisProcess()
                .visit(
                        0,
                        1,
                        10_000,
                        10_000,
                        (n, link) -> found[0] = Math.max(found[0], DescriptorTypes.socketInode(link)),
                        n -> {});
        return found[0];
    }

    @Test
    void ports_that_other_processes_use_up_on_a_route_of_theirs_are_not_told() throws IOException {
        try (Sockets sockets = new Sockets(rows(180, row(40_190, "01", Integer.MAX_VALUE)))) {
            SocketWatch watch = watch(sockets);
            watch.look(0);
            assertThat(reports(Area.EPHEMERAL_PORTS)).isEmpty();
            assertThat(watch.portUtilization()).isCloseTo(0, within(0.001));
        }
    }

    @Test
    void ports_of_a_route_that_this_process_uses_too_are_told() throws IOException {
        try (ServerSocket any = server(1);
                Sockets sockets =
                        new Sockets(rows(180, row(40_190, "01", Integer.MAX_VALUE), row(40_191, "01", ownInode())))) {
            SocketWatch watch = watch(sockets);
            watch.look(0);
            assertThat(reports(Area.EPHEMERAL_PORTS))
                    .singleElement()
                    .satisfies(r -> assertThat(r.toText())
                            .contains("182 of 200 to 10.0.0.7:5432 · 2 live, 180 in TIME_WAIT, of all processes of this"
                                    + " network namespace"));
            rows(180, row(40_190, "01", Integer.MAX_VALUE)); // a moment later it has no connection
            watch.look(60 * SECOND);
            assertThat(watch.portUtilization()).isGreaterThan(0.9);
            assertThat(any.isBound()).isTrue();
        }
    }

    // ------------------------------------------------------------------------------------------------- CLOSE_WAIT

    @Test
    void connections_in_close_wait_that_were_accepted_name_the_listeners_port_and_others_the_peers() throws Exception {
        List<Integer> clientPorts = new ArrayList<>();
        try (ServerSocket server = server(50);
                ServerSocket other = server(50);
                Sockets sockets = new Sockets(ProcFs.SELF)) {
            for (int i = 0; i < 3; i++) {
                try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                    open.add(server.accept());
                    clientPorts.add(client.getLocalPort());
                }
            }
            connect(other);
            other.accept().close();
            SocketWatch watch = watch(sockets);
            Awaitility.await().until(() -> {
                watch.look(0);
                return watch.nextDue(0) < Long.MAX_VALUE;
            });
            watch.look(61 * SECOND);
            PressureReport report = reports(Area.CLOSE_WAIT).get(0);
            assertThat(report.toText())
                    .contains("4 connections closed by the peer and never by this process")
                    .contains("accepted at: 3 127.0.0.1:" + server.getLocalPort())
                    .contains("from clients: 3 127.0.0.1\n")
                    .contains("connected to: 1 127.0.0.1:" + other.getLocalPort());
            for (int port : clientPorts) {
                assertThat(report.toText()).doesNotContain(":" + port);
            }
        }
    }

    @Test
    void a_look_of_120_ms_comes_each_40_s_and_costs_a_third_of_a_percent_of_a_core() {
        Duration interval = Duration.ofSeconds(30);
        assertThat(ResourceWatch.Loop.untilNextSockets(interval, TimeUnit.MILLISECONDS.toNanos(120)))
                .isBetween(39 * SECOND, 41 * SECOND);
        assertThat(ResourceWatch.Loop.untilNextSockets(interval, TimeUnit.MILLISECONDS.toNanos(5)))
                .isEqualTo(30 * SECOND);
        assertThat(ResourceWatch.Loop.untilNextSockets(interval, 20 * SECOND)).isEqualTo(300 * SECOND);
    }

    @Test
    void among_10_000_sockets_one_in_close_wait_is_told_within_two_minutes() throws Exception {
        try (ServerSocket server = server(50)) {
            try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                open.add(server.accept());
                assertThat(client.isConnected()).isTrue();
            }
            String[] others = new String[10_000];
            for (int i = 0; i < others.length; i++) {
                others[i] = row(1_024 + i, "01", 1_000_000_000 + i);
            }
            WatchLink link = Objects.requireNonNull(WatchLink.to(guard));
            ProcFs proc = rows(0, others);
            ResourceWatch.Loop loop = new ResourceWatch.Loop(
                    guard, link, WatchOptions.defaults(), proc, FileDescriptors.watching(ProcFs.SELF));
            String hex = String.format(":%04X ", server.getLocalPort());
            List<String> mine = new ArrayList<>();
            for (String table : List.of("tcp", "tcp6")) {
                Files.readAllLines(Path.of("/proc/self/net").resolve(table)).stream()
                        .filter(line -> line.contains(hex) && line.contains(" 08 "))
                        .forEach(mine::add);
            }
            assertThat(mine).hasSize(1);
            Files.write(net.resolve("tcp"), mine, java.nio.file.StandardOpenOption.APPEND);
            long begin = link.nanos();
            long told = -1;
            for (int second = 1; second <= 120 && told < 0; second++) {
                loop.tick(begin + second * SECOND);
                told = reports(Area.CLOSE_WAIT).isEmpty() ? -1 : second;
            }
            loop.close();
            assertThat(told).isBetween(60L, 120L);
        }
    }
}
