package io.leakguard.watch;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The limits of the host for this process: each limit and kernel setting that a daemon meets, with its value, its
 * meaning for this process, and the line that changes it. Immutable. Reading takes some milliseconds.
 *
 * <p>From a shell: {@code java -jar guard-core.jar preflight}. An unreadable setting is {@link Risk#UNKNOWN}, with the
 * value {@code unknown}.
 *
 * {@snippet :
 * HostLimits limits = HostLimits.read();
 * if (limits.worst().compareTo(HostLimits.Risk.WARNING) >= 0) {
 *     System.err.println(limits.toText());
 * }
 * }
 *
 * @param settings each setting, in the order in which they are shown
 */
public record HostLimits(List<Setting> settings) {

    private static final String SYSCTL = "/etc/sysctl.d/90-daemon.conf, then: sysctl --system";
    private static final String LIMITS_CONF = "/etc/security/limits.conf (logins only: systemd services ignore it)";
    private static final long FEW_DESCRIPTORS = 4_096;
    private static final int JAVA_BACKLOG = 50;
    private static final double TIGHT = 0.8;
    private static final int WIDTH = 100;

    /** The risk of a setting. */
    public enum Risk {
        /** Nothing to do. */
        OK,
        /** The value can't be read here. */
        UNKNOWN,
        /** It will limit a busy daemon, or it is close to its limit. */
        WARNING
    }

    /**
     * A line to add to a file, or a command.
     *
     * @param where the file or command
     * @param line the line
     */
    public record Fix(String where, String line) {}

    /**
     * One limit or kernel setting.
     *
     * @param name its name, such as {@code nofile} or {@code net.core.somaxconn}
     * @param source the file that it was read from
     * @param value the value as text, {@code unknown} if it can't be read
     * @param number the value as a number if it is one; {@link Long#MAX_VALUE} for unlimited
     * @param risk the risk of this value
     * @param meaning its meaning for this process
     * @param fixes the lines that set it, with the present value if that is enough, else with the recommended one;
     *     empty if the value is unknown
     */
    public record Setting(
            String name, String source, String value, OptionalLong number, Risk risk, String meaning, List<Fix> fixes) {
        /** Copies the list. */
        public Setting {
            fixes = List.copyOf(fixes);
        }
    }

    /** Copies the list. */
    public HostLimits {
        settings = List.copyOf(settings);
    }

    /**
     * Reads the limits of this process and of the machine that it runs on.
     *
     * @return the limits
     */
    public static HostLimits read() {
        return new Reader(ProcFs.SELF).read();
    }

    /**
     * Reads the limits from another root folder, such as a recorded copy of {@code /proc} and {@code /sys}.
     *
     * @param root the folder that contains {@code proc} and {@code sys}
     * @return the limits; all unknown if the folder contains none of the files
     */
    public static HostLimits read(Path root) {
        return new Reader(new ProcFs(Objects.requireNonNull(root, "root"), "self")).read();
    }

    static HostLimits read(ProcFs proc) {
        return new Reader(proc).read();
    }

    /**
     * Returns a setting by its name.
     *
     * @param name the name
     * @return the setting, if one has that name
     */
    public Optional<Setting> setting(String name) {
        return settings.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /**
     * Returns the highest risk of all settings.
     *
     * @return the risk
     */
    public Risk worst() {
        return settings.stream().map(Setting::risk).max(Risk::compareTo).orElse(Risk.UNKNOWN);
    }

    /**
     * Returns all settings as text for a terminal.
     *
     * @return several lines of text
     */
    public String toText() {
        StringBuilder out = new StringBuilder(8_192);
        long warnings = settings.stream().filter(s -> s.risk() == Risk.WARNING).count();
        long unknown = settings.stream().filter(s -> s.risk() == Risk.UNKNOWN).count();
        out.append("host limits: ")
                .append(settings.size())
                .append(" looked at, ")
                .append(warnings)
                .append(warnings == 1 ? " warning" : " warnings")
                .append(unknown == 0 ? "" : ", " + unknown + " unknown here");
        for (Setting s : settings) {
            out.append(String.format(
                    Locale.ROOT,
                    "%n%n%-7s %s = %s",
                    s.risk() == Risk.WARNING ? "WARNING" : s.risk() == Risk.UNKNOWN ? "unknown" : "ok",
                    s.name(),
                    s.value()));
            wrap(out, s.meaning());
            for (Fix fix : s.fixes()) {
                out.append(String.format(
                        "%n          %s %s: %s",
                        s.risk() == Risk.WARNING ? "change it in" : "set it in", fix.where(), fix.line()));
            }
        }
        return out.toString();
    }

    private static void wrap(StringBuilder out, String text) {
        int column = WIDTH;
        for (String word : text.split(" ", -1)) {
            if (column + 1 + word.length() > WIDTH) {
                out.append(String.format("%n          %s", word));
                column = 10 + word.length();
            } else {
                out.append(' ').append(word);
                column += 1 + word.length();
            }
        }
    }

    /** Collects the settings. */
    private static final class Reader {
        private final ProcFs proc;
        private final SettingRows rows = new SettingRows();

        Reader(ProcFs proc) {
            this.proc = proc;
        }

        HostLimits read() {
            descriptors();
            threads();
            memory();
            new MemorySettings(proc, rows).add();
            new JvmSettings(proc, rows).add();
            files();
            backlog();
            ports();
            return new HostLimits(rows.settings());
        }

        private static boolean below(OptionalLong n, long limit) {
            return n.isPresent() && n.getAsLong() < limit;
        }

        private static List<Fix> sysctl(String line) {
            return List.of(new Fix(SYSCTL, line));
        }

        private String limitsFile() {
            return "/proc/" + proc.pid + "/limits";
        }

        private void descriptors() {
            Limits limits = Limits.parse(proc.read(proc.ofProcess("limits")), "Max open files");
            OptionalLong hard = limits.hard();
            OptionalLong soft = limits.soft();
            if (hard.isEmpty() && proc.isSelf()) {
                hard = Beans.maxDescriptors();
                soft = hard;
            }
            FileDescriptors descriptors = FileDescriptors.of(proc);
            OptionalLong used = descriptors.used();
            boolean tight = used.isPresent() && hard.isPresent() && used.getAsLong() > TIGHT * hard.getAsLong();
            boolean few = below(hard, FEW_DESCRIPTORS);
            rows.add(
                    "nofile",
                    limitsFile(),
                    hard,
                    few || tight ? Risk.WARNING : Risk.OK,
                    (isThisJvm() ? "This process" : "The process") + " can have " + SettingRows.text(hard)
                            + " descriptors open (soft limit " + SettingRows.text(soft) + "), "
                            + SettingRows.text(used)
                            + " are open now. A connection needs one, a selector two, a child process"
                            + " three. HotSpot raises the soft limit to the hard one when it starts, so the hard limit"
                            + " counts: 'ulimit -n' shows the soft one.",
                    List.of(
                            new Fix(SettingRows.SYSTEMD, "LimitNOFILE=" + atLeast(hard, 65_536, tight)),
                            new Fix(LIMITS_CONF, "* hard nofile " + atLeast(hard, 65_536, tight, "unlimited")),
                            new Fix(
                                    SettingRows.DOCKER,
                                    "--ulimit nofile=" + atLeast(hard, 65_536, tight, "-1") + ":"
                                            + atLeast(hard, 65_536, tight, "-1"))));
        }

        private void threads() {
            Limits limits = Limits.parse(proc.read(proc.ofProcess("limits")), "Max processes");
            rows.add(
                    "nproc",
                    limitsFile(),
                    limits.soft(),
                    below(limits.soft(), 1_024) ? Risk.WARNING : Risk.OK,
                    "Threads and processes of this user together, all daemons of the user counted. Beyond it:"
                            + " OutOfMemoryError \"unable to create native thread\".",
                    List.of(
                            new Fix(SettingRows.SYSTEMD, "LimitNPROC=" + atLeast(limits.soft(), 16_384, false)),
                            new Fix(LIMITS_CONF, "* - nproc " + atLeast(limits.soft(), 16_384, false, "unlimited"))));
            Cgroup.Limit pids = Cgroup.pids(proc);
            boolean tight = tight(pids.current(), pids.max());
            rows.add(
                    "cgroup pids.max",
                    "/sys/fs/cgroup",
                    pids.max(),
                    tight || below(pids.max(), 256) ? Risk.WARNING : Risk.OK,
                    "Threads and processes of this service or container; each Java thread is one. "
                            + (pids.max().isPresent() && pids.max().getAsLong() != Long.MAX_VALUE
                                    ? SettingRows.text(pids.current()) + " of " + SettingRows.text(pids.max())
                                            + " are used. "
                                    : "")
                            + "Beyond it: OutOfMemoryError \"unable to create native thread\".",
                    List.of(
                            new Fix(SettingRows.SYSTEMD, "TasksMax=" + atLeast(pids.max(), 4_096, tight)),
                            new Fix(SettingRows.DOCKER, "--pids-limit " + atLeast(pids.max(), 4_096, tight, "-1"))));
        }

        /** The present value if it is enough, else the recommended one. Twice as much if it is nearly used up. */
        private static String atLeast(OptionalLong now, long recommended, boolean tight) {
            return atLeast(now, recommended, tight, "infinity");
        }

        private static String atLeast(OptionalLong now, long recommended, boolean tight, String unlimited) {
            long n = now.orElse(0);
            return n == Long.MAX_VALUE ? unlimited : Math.max(recommended, tight ? n * 2 : n) + "";
        }

        private static boolean tight(OptionalLong used, OptionalLong max) {
            return used.isPresent()
                    && max.isPresent()
                    && max.getAsLong() > 0
                    && used.getAsLong() > TIGHT * max.getAsLong();
        }

        private void memory() {
            Cgroup.Limit memory = Cgroup.memory(proc);
            OptionalLong max = memory.max();
            // The heap's limit of another process is unknown.
            long heap = isThisJvm() ? Runtime.getRuntime().maxMemory() : 0;
            boolean over = max.isPresent() && heap > TIGHT * max.getAsLong();
            // The limit that is set, else one that fits the heap.
            long mebibytes = max.isPresent() && max.getAsLong() != Long.MAX_VALUE && !over
                    ? max.getAsLong() >> 20
                    : heap > 0 ? (long) ((heap >> 20) / 0.7) : 2_048;
            rows.add(
                    "cgroup memory.max",
                    "/sys/fs/cgroup",
                    SettingRows.mebibytes(max),
                    max,
                    over ? Risk.WARNING : Risk.OK,
                    "Heap"
                            + (heap > 0 ? " (up to " + (heap >> 20) + " MiB in this process)" : "")
                            + ", direct buffers, thread stacks, metaspace and"
                            + " code must fit together. Beyond it the kernel kills the process without a Java error"
                            + " and without a heap dump.",
                    List.of(
                            new Fix("java", "-XX:MaxRAMPercentage=70"),
                            new Fix(SettingRows.SYSTEMD, "MemoryMax=" + mebibytes + "M"),
                            new Fix(SettingRows.DOCKER, "--memory " + mebibytes + "m")));
        }

        private boolean isThisJvm() {
            return proc.pid.equals("self");
        }

        private void files() {
            String nr = proc.read("proc/sys/fs/file-nr");
            OptionalLong max = proc.number("proc/sys/fs/file-max");
            OptionalLong allocated = nr == null ? OptionalLong.empty() : ProcFs.parseLong(nr.split("\\s+", -1)[0]);
            boolean tight = tight(allocated, max);
            rows.add(
                    "fs.file-nr",
                    "/proc/sys/fs/file-nr",
                    allocated,
                    tight ? Risk.WARNING : Risk.OK,
                    "Open files of the whole machine, of " + SettingRows.text(max)
                            + " allowed. Beyond it every process fails with"
                            + " ENFILE, \"Too many open files in system\".",
                    sysctl("fs.file-max = " + atLeast(max, 1_048_576, tight, Long.MAX_VALUE + "")));
            rows.add(
                    "fs.file-max",
                    "/proc/sys/fs/file-max",
                    max,
                    tight ? Risk.WARNING : Risk.OK,
                    "The most open files of the whole machine; root may go beyond it.",
                    sysctl("fs.file-max = " + atLeast(max, 1_048_576, tight, Long.MAX_VALUE + "")));
            OptionalLong nrOpen = proc.number("proc/sys/fs/nr_open");
            rows.add(
                    "fs.nr_open",
                    "/proc/sys/fs/nr_open",
                    nrOpen,
                    below(nrOpen, 65_536) ? Risk.WARNING : Risk.OK,
                    "The highest nofile that can be set at all: a greater LimitNOFILE= makes the service fail to start.",
                    sysctl("fs.nr_open = " + atLeast(nrOpen, 1_048_576, false)));
        }

        private void backlog() {
            OptionalLong somaxconn = proc.number("proc/sys/net/core/somaxconn");
            boolean low = below(somaxconn, 1_024);
            rows.add(
                    "net.core.somaxconn",
                    "/proc/sys/net/core/somaxconn",
                    somaxconn,
                    low ? Risk.WARNING : Risk.OK,
                    "The accept queue's length is the smaller of this and the backlog that the program asks for."
                            + " Java's default backlog is " + JAVA_BACKLOG + ", so with it the queue is "
                            + (somaxconn.isPresent() ? Math.min(JAVA_BACKLOG, somaxconn.getAsLong()) : "unknown")
                            + " and raising somaxconn alone does nothing: ask for more in the program too.",
                    List.of(
                            new Fix("the program", "new ServerSocket(port, 1024) or channel.bind(address, 1024)"),
                            new Fix(SYSCTL, "net.core.somaxconn = " + atLeast(somaxconn, 4_096, false))));
            OptionalLong syn = proc.number("proc/sys/net/ipv4/tcp_max_syn_backlog");
            rows.add(
                    "net.ipv4.tcp_max_syn_backlog",
                    "/proc/sys/net/ipv4/tcp_max_syn_backlog",
                    syn,
                    below(syn, 1_024) ? Risk.WARNING : Risk.OK,
                    "Connections that are half open, waiting for the handshake's last packet. It matters in a burst of"
                            + " new connections and only together with somaxconn and the program's backlog.",
                    sysctl("net.ipv4.tcp_max_syn_backlog = " + atLeast(syn, 4_096, false)));
            OptionalLong abort = proc.number("proc/sys/net/ipv4/tcp_abort_on_overflow");
            boolean aborts = abort.isPresent() && abort.getAsLong() != 0;
            rows.add(
                    "net.ipv4.tcp_abort_on_overflow",
                    "/proc/sys/net/ipv4/tcp_abort_on_overflow",
                    abort,
                    aborts ? Risk.WARNING : Risk.OK,
                    aborts
                            ? "When the accept queue is full the client gets \"connection reset\" at once, instead of"
                                    + " trying again and getting through a moment later."
                            : "When the accept queue is full the client tries again: it sees a delay of 1 s and more, not"
                                    + " an error.",
                    sysctl("net.ipv4.tcp_abort_on_overflow = 0"));
        }

        private void ports() {
            PortRange range = PortRange.read(proc);
            boolean few = range != null && range.ports() < 20_000;
            rows.add(
                    "net.ipv4.ip_local_port_range",
                    "/proc/sys/net/ipv4/ip_local_port_range",
                    range == null ? "unknown" : range.low() + " " + range.high(),
                    range == null ? OptionalLong.empty() : OptionalLong.of(range.ports()),
                    few ? Risk.WARNING : Risk.OK,
                    range == null
                            ? "The ports for outgoing connections."
                            : range.ports() + " ports for outgoing connections from one address to one destination. A"
                                    + " connection that this side closes keeps its port for "
                                    + PortRange.TIME_WAIT_SECONDS + " s, so " + range.sustainablePerSecond()
                                    + " new ones a second to one destination can go on for ever. Pool connections or"
                                    + " keep them alive before widening it.",
                    sysctl("net.ipv4.ip_local_port_range = 10240 65535"));
            String reserved = proc.read("proc/sys/net/ipv4/ip_local_reserved_ports");
            rows.add(
                    "net.ipv4.ip_local_reserved_ports",
                    "/proc/sys/net/ipv4/ip_local_reserved_ports",
                    reserved == null ? "unknown" : reserved.isEmpty() ? "none" : reserved,
                    range == null ? OptionalLong.empty() : OptionalLong.of(range.reserved()),
                    Risk.OK,
                    "Ports that are never given to outgoing connections: put the ports here that daemons listen on, if"
                            + " they lie in the range above, or a restart can find its port taken.",
                    sysctl("net.ipv4.ip_local_reserved_ports = "
                            + (reserved == null || reserved.isEmpty() ? "40000,50000-50010" : reserved)));
            OptionalLong finTimeout = proc.number("proc/sys/net/ipv4/tcp_fin_timeout");
            boolean tuned = below(finTimeout, 60);
            rows.add(
                    "net.ipv4.tcp_fin_timeout",
                    "/proc/sys/net/ipv4/tcp_fin_timeout",
                    finTimeout,
                    Risk.OK,
                    "How long a closed socket waits for the peer's end (FIN_WAIT_2). It does not shorten TIME_WAIT, which"
                            + " is a kernel constant of " + PortRange.TIME_WAIT_SECONDS + " s, whatever is often said"
                            + (tuned ? ": if that is why it was lowered here, it does nothing." : "."),
                    sysctl("net.ipv4.tcp_fin_timeout = 60"));
            OptionalLong reuse = proc.number("proc/sys/net/ipv4/tcp_tw_reuse");
            rows.add(
                    "net.ipv4.tcp_tw_reuse",
                    "/proc/sys/net/ipv4/tcp_tw_reuse",
                    reuse,
                    Risk.OK,
                    "Lets an outgoing connection take a port that has been in TIME_WAIT for over a second: "
                            + reuse(reuse) + ". It helps the side that connects, never a server's accepted connections,"
                            + " and needs TCP timestamps. (tcp_tw_recycle was removed in Linux 4.12.)",
                    sysctl("net.ipv4.tcp_tw_reuse = " + (few || reuse.orElse(2) == 1 ? 1 : 2)));
            OptionalLong buckets = proc.number("proc/sys/net/ipv4/tcp_max_tw_buckets");
            rows.add(
                    "net.ipv4.tcp_max_tw_buckets",
                    "/proc/sys/net/ipv4/tcp_max_tw_buckets",
                    buckets,
                    below(buckets, 16_384) ? Risk.WARNING : Risk.OK,
                    "Beyond this many sockets in TIME_WAIT the kernel drops them at once, and a late packet can reach a"
                            + " new connection. Lowering it to fight TIME_WAIT is wrong.",
                    sysctl("net.ipv4.tcp_max_tw_buckets = " + atLeast(buckets, 131_072, false)));
            OptionalLong keepalive = proc.number("proc/sys/net/ipv4/tcp_keepalive_time");
            rows.add(
                    "net.ipv4.tcp_keepalive_time",
                    "/proc/sys/net/ipv4/tcp_keepalive_time",
                    keepalive.isPresent() ? keepalive.getAsLong() + " s" : "unknown",
                    keepalive,
                    Risk.OK,
                    "A peer that vanished is noticed after this long, and only on sockets with SO_KEEPALIVE, which Java"
                            + " leaves off: an idle connection to a dead peer stays open for ever without it or a"
                            + " timeout of the program's.",
                    List.of(
                            new Fix(
                                    "the program",
                                    "socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true) and"
                                            + " ExtendedSocketOptions.TCP_KEEPIDLE, 60"),
                            new Fix(SYSCTL, "net.ipv4.tcp_keepalive_time = 600")));
        }

        private static String reuse(OptionalLong value) {
            return value.isEmpty()
                    ? "unknown"
                    : switch ((int) value.getAsLong()) {
                        case 0 -> "off";
                        case 1 -> "on";
                        case 2 -> "on for loopback only";
                        default -> "value " + value.getAsLong();
                    };
        }
    }
}
