package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The readers on recorded trees of other machines, and on this one. */
class ReadersTest {

    @TempDir
    Path root;

    private static FileDescriptors descriptors(ProcFs proc) {
        return new FileDescriptors(proc, OptionalLong::empty, OptionalLong::empty);
    }

    private static DescriptorTypes types(FileDescriptors descriptors, int max) {
        DescriptorTypes types = new DescriptorTypes();
        descriptors.visit(0, 1, max, 100, (number, link) -> types.add(link), n -> types.looked = n);
        return types;
    }

    @Test
    void the_folders_size_is_the_count_where_the_kernel_tells_it() throws IOException {
        FileDescriptors descriptors = descriptors(RecordedProc.unpack("linux-6.18-cgroup-v1", root));
        assertThat(descriptors.isCheap()).isTrue();
        assertThat(descriptors.used()).hasValue(9);
        assertThat(descriptors.limit()).hasValue(20_000);
        assertThat(descriptors.utilization()).hasValue(9 / 20_000.0);
    }

    @Test
    void a_kernel_that_says_size_0_is_counted_otherwise_and_never_taken_for_0() throws IOException {
        ProcFs proc = RecordedProc.unpack("linux-5.10-container", root);
        assertThat(descriptors(proc).isCheap()).isFalse();
        assertThat(descriptors(proc).used()).hasValue(14);
        assertThat(new FileDescriptors(proc, () -> OptionalLong.of(77), OptionalLong::empty).used())
                .hasValue(77);
    }

    @Test
    void a_size_that_is_not_the_count_is_not_believed() throws IOException {
        RecordedProc.unpack("linux-5.10-container", root);
        ProcFs diskFolder = new ProcFs(root, "self", path -> 4_096);
        assertThat(descriptors(diskFolder).isCheap()).isFalse();
        assertThat(descriptors(diskFolder).used()).hasValue(14);
    }

    @Test
    void what_is_hidden_is_unknown() throws IOException {
        FileDescriptors descriptors = descriptors(RecordedProc.unpack("linux-4.4-restricted", root));
        assertThat(descriptors.used()).isEmpty();
        assertThat(descriptors.limit()).hasValue(Long.MAX_VALUE);
        assertThat(descriptors.utilization()).isEmpty();
    }

    @Test
    void without_proc_the_bean_answers_or_it_is_unknown() {
        ProcFs none = new ProcFs(root.resolve("missing"), "self");
        assertThat(descriptors(none).used()).isEmpty();
        assertThat(descriptors(none).limit()).isEmpty();
        assertThat(descriptors(none).utilization()).isEmpty();
        FileDescriptors byBean = new FileDescriptors(none, () -> OptionalLong.of(5), () -> OptionalLong.of(10));
        assertThat(byBean.utilization()).hasValue(0.5);
        try (Sockets sockets = new Sockets(none)) {
            assertThat(sockets.look(Set.of(), 5).known()).isFalse();
            assertThat(sockets.pulse()).isEqualTo(new Sockets.Pulse(-1, -1, -1));
            assertThat(sockets.overflows()).isEqualTo(new Sockets.Overflows(-1, -1));
            assertThat(sockets.ports()).isNull();
        }
    }

    /** Found by fuzzing. */
    @Test
    void a_control_group_whose_name_is_no_path_is_unknown() throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/cgroup"), "0::/a" + (char) 0 + "b");
        assertThat(Cgroup.memory(new ProcFs(root, "self")).max()).isEmpty();
        assertThat(Cgroup.pids(new ProcFs(root, "self")).max()).isEmpty();
    }

    /** Found by fuzzing. */
    @Test
    void a_histogram_with_a_number_that_no_long_holds_is_read_without_that_line() {
        String text = "   1:   18446744073709551616   10  com.acme.A\n   2:   3   72  com.acme.B\n";
        assertThat(ClassHistogram.parse(text)).containsOnlyKeys("com.acme.B");
    }

    @Test
    void descriptors_are_told_apart_by_their_links() throws IOException {
        DescriptorTypes types = types(descriptors(RecordedProc.unpack("linux-5.10-container", root)), 2_000);
        assertThat(types.types())
                .containsExactly(
                        Map.entry("socket", 5L),
                        Map.entry("file", 2L),
                        Map.entry("pipe", 2L),
                        Map.entry("deleted file", 1L),
                        Map.entry("device", 1L),
                        Map.entry("eventpoll", 1L),
                        Map.entry("inotify", 1L),
                        Map.entry("memfd", 1L));
        assertThat(types.topPaths(1)).containsExactly(Map.entry("/var/lib/orders/data.db", 2L));
        assertThat(types.socketInodes).containsExactly(9001L, 9002L, 9003L, 9004L, 9005L);
    }

    @Test
    void a_pass_looks_at_no_more_than_it_may_and_can_go_on() throws IOException {
        FileDescriptors descriptors = descriptors(RecordedProc.unpack("linux-5.10-container", root));
        List<Integer> seen = new ArrayList<>();
        int next = descriptors.visit(0, 1, 10, 14, (number, link) -> seen.add(number), n -> {});
        assertThat(seen).hasSize(10);
        assertThat(descriptors.visit(next, 1, 10, 14, (number, link) -> seen.add(number), n -> {}))
                .isEqualTo(-1);
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    }

    @Test
    void sockets_are_this_process_s_by_inode_and_the_rest_is_the_namespace_s() throws IOException {
        ProcFs proc = RecordedProc.unpack("linux-5.10-container", root);
        try (Sockets sockets = new Sockets(proc)) {
            Set<Long> own = new HashSet<>(types(descriptors(proc), 2_000).socketInodes);
            Sockets.Look look = sockets.look(own, 10);
            assertThat(look.known()).isTrue();
            assertThat(look.ownStates())
                    .isEqualTo(Map.of(TcpState.ESTABLISHED, 3L, TcpState.LISTEN, 1L, TcpState.CLOSE_WAIT, 1L));
            assertThat(look.timeWait()).isEqualTo(2);
            assertThat(look.rows()).isEqualTo(8);
            assertThat(look.closeWait()).singleElement().satisfies(row -> {
                assertThat(row.inode()).isEqualTo(9003);
                assertThat(row.remote().text()).isEqualTo("10.0.0.12:443");
            });
            assertThat(look.listeners())
                    .singleElement()
                    .satisfies(row -> assertThat(row.receiveQueue()).isEqualTo(26));
            assertThat(look.remotes())
                    .containsExactly(
                            Map.entry("10.0.0.11:5432", 2L),
                            Map.entry("10.0.0.12:443", 1L),
                            Map.entry("[2001:db8:0:0:0:0:0:2]:443", 1L));
        }
    }

    @Test
    void ports_are_counted_for_each_source_and_destination_over_both_families() throws IOException {
        try (Sockets sockets = new Sockets(RecordedProc.unpack("linux-5.10-container", root))) {
            Sockets.RouteUse busiest = sockets.look(Set.of(), 10).routes().get(0);
            assertThat(busiest.route().destination().text()).isEqualTo("10.0.0.11:5432");
            assertThat(busiest.live()).isEqualTo(2);
            assertThat(busiest.timeWait()).isEqualTo(2);
            PortRange ports = Objects.requireNonNull(sockets.ports());
            assertThat(ports.ports()).isEqualTo(1_000 - 11);
            assertThat(ports.sustainablePerSecond()).isEqualTo(16);
        }
    }

    @Test
    void garbage_and_missing_tables_are_left_out_and_never_thrown() throws IOException {
        ProcFs proc = RecordedProc.unpack("linux-5.15-hidepid-cgroup-v2", root);
        DescriptorTypes types = types(descriptors(proc), 2_000);
        assertThat(types.types()).contains(Map.entry("socket", 3L), Map.entry("device", 1L), Map.entry("other", 1L));
        assertThat(types.socketInodes).containsExactly(71001L, 71004L);
        assertThat(descriptors(proc).used()).hasValue(5);
        try (Sockets sockets = new Sockets(proc)) { // without tcp6
            Sockets.Look look = sockets.look(new HashSet<>(types.socketInodes), 10);
            assertThat(look.known()).isTrue();
            assertThat(look.ownStates()).isEqualTo(Map.of(TcpState.LISTEN, 1L, TcpState.ESTABLISHED, 1L));
            assertThat(look.listeners())
                    .singleElement()
                    .satisfies(row -> assertThat(row.receiveQueue()).isEqualTo(3));
            assertThat(sockets.pulse()).isEqualTo(new Sockets.Pulse(-1, -1, -1));
            assertThat(sockets.overflows()).isEqualTo(new Sockets.Overflows(-1, -1));
            assertThat(sockets.ports()).isNull();
        }
    }

    @Test
    void a_table_of_a_hundred_thousand_sockets_is_read_to_its_end_and_its_busiest_destination_is_found()
            throws IOException {
        Path net = Files.createDirectories(root.resolve("proc/self/net"));
        Path ipv4 = Files.createDirectories(root.resolve("proc/sys/net/ipv4"));
        Files.writeString(ipv4.resolve("ip_local_port_range"), "32768\t60999\n");
        StringBuilder table = new StringBuilder(16 << 20).append("  sl  local_address ...\n");
        for (int i = 0; i < 100_000; i++) {
            // 80,000 destinations with one connection each come first, then one with 20,000.
            table.append(i)
                    .append(": 0A00000A:")
                    .append(Integer.toHexString(0x9000 + i % 20_000))
                    .append(' ')
                    .append(i < 80_000 ? Integer.toHexString(0xA000_0000 + i) + ":01BB" : "0B00000A:1538")
                    .append(i % 100 == 0 ? " 08 " : " 01 ")
                    .append("00000000:00000000 00:00000000 00000000  0        0 ")
                    .append(1_000 + i)
                    .append(" 1 0 20 4 30 10 -1\n");
        }
        Files.writeString(net.resolve("tcp"), table);
        try (Sockets sockets = new Sockets(new ProcFs(root, "self"))) {
            Sockets.Look look = sockets.look(Set.of(1_000L, 100_900L), 3);
            assertThat(look.rows()).isEqualTo(100_000);
            assertThat(look.closeWait()).extracting(TcpTable.Row::inode).containsExactly(1_000L, 100_900L);
            assertThat(look.routes().get(0).route().destination().text()).isEqualTo("10.0.0.11:5432");
            assertThat(look.routes().get(0).total()).isEqualTo(20_000);
        }
    }

    @Test
    void pulse_and_overflows_are_read() throws IOException {
        try (Sockets sockets = new Sockets(RecordedProc.unpack("linux-5.10-container", root))) {
            assertThat(sockets.pulse()).isEqualTo(new Sockets.Pulse(42, 1, 640));
            assertThat(sockets.overflows()).isEqualTo(new Sockets.Overflows(17, 23));
        }
    }

    @Test
    void the_default_port_range_has_28232_ports() {
        assertThat(PortRange.parse("32768\t60999", "")).isEqualTo(new PortRange(32_768, 60_999, 0));
        assertThat(new PortRange(32_768, 60_999, 0).ports()).isEqualTo(28_232);
        assertThat(PortRange.parse("garbage", null)).isNull();
        assertThat(PortRange.parse(null, null)).isNull();
    }

    @Test
    void a_big_endian_machine_s_addresses_are_read_as_they_stand() throws IOException {
        Path table = root.resolve("tcp");
        Files.writeString(
                table,
                "   0: 7F000001:1F90 0A00000B:1538 01 00000000:00000002 00:00000000 00000000     0        0 5 1 0\n");
        List<TcpTable.Row> rows = new ArrayList<>();
        try (KeptFile file = KeptFile.open(table)) {
            assertThat(TcpTable.read(file, rows::add, ByteOrder.BIG_ENDIAN)).isTrue();
        }
        assertThat(rows)
                .containsExactly(new TcpTable.Row(
                        TcpState.ESTABLISHED,
                        Address.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 8080),
                        Address.of(InetAddress.getByAddress(new byte[] {10, 0, 0, 11}), 5432),
                        0,
                        2,
                        5));
    }

    // ------------------------------------------------------------------------------------------- on this machine

    private long ls() throws Exception {
        Path out = root.resolve("ls");
        Process ls = new ProcessBuilder("ls", "/proc/" + ProcessHandle.current().pid() + "/fd")
                .redirectOutput(out.toFile())
                .start();
        assertThat(ls.waitFor()).isZero();
        return Files.readAllLines(out).size();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_count_is_that_of_ls() throws Exception {
        FileDescriptors descriptors = FileDescriptors.ofThisProcess();
        List<InputStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                open.add(Files.newInputStream(Path.of("/dev/null")));
            }
            ls(); // once before, since the first process loads classes, whose files stay open
            long before = descriptors.used().orElseThrow();
            // While a process starts there are a few pipes to it, and other threads may open and close.
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                long now = descriptors.used().orElseThrow();
                assertThat(ls()).isBetween(now - 3, now + 6);
            });
            assertThat(before).isGreaterThanOrEqualTo(100);
        } finally {
            for (InputStream in : open) {
                in.close();
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_limit_is_that_of_the_shell() throws Exception {
        Process sh = new ProcessBuilder("sh", "-c", "grep 'Max open files' /proc/$PPID/limits").start();
        try (var lines = sh.inputReader()) {
            String[] fields = lines.readLine().strip().split("\\s+", -1);
            assertThat(FileDescriptors.ofThisProcess().limit()).hasValue(Long.parseLong(fields[3]));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_real_connection_is_found_with_its_addresses() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept();
                Sockets sockets = new Sockets(ProcFs.SELF)) {
            FileDescriptors descriptors = FileDescriptors.ofThisProcess();
            Set<Long> own = new HashSet<>();
            descriptors.visit(
                    0,
                    1,
                    10_000,
                    descriptors.used().orElseThrow(),
                    (number, link) -> own.add(DescriptorTypes.socketInode(link)),
                    n -> {});
            Sockets.Look look = sockets.look(own, 1_000);
            assertThat(look.listeners()).extracting(row -> row.local().port()).contains(server.getLocalPort());
            InetSocketAddress to = (InetSocketAddress) client.getRemoteSocketAddress();
            assertThat(look.remotes())
                    .extracting(Map.Entry::getKey)
                    .contains(Address.of(to.getAddress(), to.getPort()).text());
            assertThat(look.ownStates().get(TcpState.ESTABLISHED)).isGreaterThanOrEqualTo(2);
            assertThat(accepted.isConnected()).isTrue();
        }
    }
}
