package io.leakguard.watch;

import io.leakguard.fuzz.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;

/** Files below {@code /proc} and {@code /sys}: numbers or "unknown", never an exception. */
public final class ProcFuzz {
    private ProcFuzz() {}

    private static final String[] FRAGMENTS = {
        " ",
        "\n",
        ":",
        "  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 9001 1 0 100 0\n",
        "0100007F:1F90",
        "00000000000000000000000001000000:0016",
        "0A",
        "TCP:",
        "inuse",
        "orphan",
        "tw",
        "TCP6:",
        "TcpExt:",
        "ListenOverflows",
        "ListenDrops",
        "Max open files            1024                 524288               files\n",
        "Max processes",
        "unlimited",
        "0::/",
        "/",
        "..",
        "4:memory:/user",
        "pids",
        "memory",
        "max",
        "32768\t60999",
        "-",
        "8080,9000-9100",
        ",",
        "18446744073709551615",
        "9223372036854775807",
        "-1",
        "0",
        "1",
        "6.18.0",
        "VmRSS:\t    1668 kB\n",
        "\nRssAnon:",
        " kB",
        "f0000000-ffe00000 rw-p 00000000 00:00 0 \n",
        "7f00-7f10 ---p 00000000 fe:00 4711    /a (deleted)\n",
        "Rss:               39300 kB\n",
        "ffffffffff600000-ffffffffff601000 --xp",
        "MemTotal:       24684212 kB\n",
        "some avg10=0.00 avg60=7.25 avg300=0.00 total=0\n",
        "inactive_file 104857600\n",
        "oom_kill 2\n",
        "java\0-Xmx512m\0-XX:+DisableExplicitGC\0@args",
        "-XX:MaxDirectMemorySize=",
        "99999999999999t",
        "\0"
    };

    private static final String[] FILES = {
        "proc/self/net/tcp",
        "proc/self/net/tcp6",
        "proc/self/net/sockstat",
        "proc/self/net/sockstat6",
        "proc/self/net/netstat",
        "proc/self/limits",
        "proc/self/cgroup",
        "proc/sys/kernel/osrelease",
        "proc/sys/fs/file-nr",
        "proc/sys/fs/file-max",
        "proc/sys/fs/nr_open",
        "proc/sys/net/core/somaxconn",
        "proc/sys/net/ipv4/ip_local_port_range",
        "proc/sys/net/ipv4/ip_local_reserved_ports",
        "proc/sys/net/ipv4/tcp_tw_reuse",
        "sys/fs/cgroup/memory.max",
        "sys/fs/cgroup/pids.max",
        "sys/fs/cgroup/pids.current",
        "proc/self/status",
        "proc/self/smaps",
        "proc/self/cmdline",
        "proc/meminfo",
        "proc/pressure/memory",
        "sys/fs/cgroup/memory.stat",
        "sys/fs/cgroup/memory.events",
        "sys/fs/cgroup/memory.swap.max"
    };

    private static final class Tree {
        static final Path ROOT = make();

        private static Path make() {
            try {
                Path shm = Path.of("/dev/shm");
                Path root = Files.isWritable(shm)
                        ? Files.createTempDirectory(shm, "leakguard-fuzz")
                        : Files.createTempDirectory("leakguard-fuzz");
                for (String file : FILES) {
                    Files.createDirectories(root.resolve(file).getParent());
                }
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
                return root;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path root) {
            try (var all = Files.walk(root)) {
                all.sorted(java.util.Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            } catch (IOException e) {
                // a folder in memory stays behind
            }
        }
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Bytes in = new Bytes(data);
        int which = in.below(FILES.length + 11);
        if (which >= FILES.length) {
            pure(in, which - FILES.length);
            return;
        }
        Path file = Tree.ROOT.resolve(FILES[which]);
        byte[] content = in.yes() ? in.text(40, FRAGMENTS).getBytes(StandardCharsets.UTF_8) : in.rest();
        Files.write(file, content);
        try {
            ProcFs proc = new ProcFs(Tree.ROOT, "self");
            switch (which) {
                case 0, 1, 2, 3, 4 -> sockets(proc);
                case 5, 6, 7 -> {
                    new FileDescriptors(proc, OptionalLong::empty, OptionalLong::empty).utilization();
                    Cgroup.memory(proc);
                    Cgroup.pids(proc);
                }
                default -> {
                    Cgroup.pids(proc);
                    PortRange.read(proc);
                    ProcessMemory.read(proc).utilization();
                    new StallReader(proc).read();
                    JvmFlags.of(proc).maxHeap();
                }
            }
            if (in.below(8) == 0 && HostLimits.read(proc).toText().isEmpty()) {
                throw new AssertionError("no limits are shown");
            }
        } finally {
            Files.delete(file);
        }
    }

    private static void sockets(ProcFs proc) {
        try (Sockets sockets = new Sockets(proc)) {
            sockets.look(Set.of(9001L), 5);
            sockets.pulse();
            sockets.overflows();
        }
    }

    private static void pure(Bytes in, int which) {
        String text = in.text(20, FRAGMENTS);
        switch (which) {
            case 0 -> PortRange.parse(text, in.text(10, FRAGMENTS));
            case 1 -> DescriptorTypes.type(text);
            case 2 -> DescriptorTypes.socketInode("socket:[" + text);
            case 3 -> Limits.parse(text, "Max open files");
            case 4 ->
                ClassHistogram.parse(in.text(20, "   1:", " 99 ", " 1024 ", "[B", "java.lang.String", "\n", "Total"));
            case 5 -> MemoryGroup.field(text, "oom_kill");
            case 6 ->
                HeapRange.parse(
                        in.text(20, "[0x00000000e0000000, ", "0x0000000100000000)", "[0x", ", ", ")", "Metaspace"));
            case 7 ->
                NativeTracking.parse(
                        in.text(20, "-   GC (reserved=", "1KB, committed=", "99999999999999999999KB)", "\n"));
            case 8 -> JvmFlags.parse(text, in.text(10, "JAVA_TOOL_OPTIONS=", "-Xmx", "\0", " ", "1g"));
            case 9 -> TemporaryFiles.pattern(text);
            default -> ProcFs.parseLong(text);
        }
    }
}
