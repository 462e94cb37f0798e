package io.leakguard.watch;

import io.leakguard.OpenResources;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.SocketEnds;
import io.leakguard.internal.Text;
import io.leakguard.internal.WatchLink;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Watches this process's sockets: CLOSE_WAIT that lasts, ports that run out, accept queues that overflow. */
final class SocketWatch {

    private static final int TOP = 5;
    private static final int ALL_ROUTES = 20;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final double FULL = 0.7;
    private static final int JAVA_BACKLOG = 50;

    private final FileDescriptors descriptors;
    private final Sockets sockets;
    private final WatchLink link;
    private final long closeWaitNanos;
    private final Levels portLevels;

    /** Inode by descriptor number. Of many descriptors each look renews a part. */
    private final TreeMap<Integer, Long> own = new TreeMap<>();

    private int nextNumber;

    /** Since when a socket has been seen in CLOSE_WAIT. */
    private Map<Long, Long> closeWaitSince = new HashMap<>();

    private final Set<Long> reportedInodes = new HashSet<>();
    private long closeWaitReportedAt;
    private boolean closeWaitReported;

    private Sockets.Overflows before;
    private long overflowReportedAt;
    private boolean overflowReported;
    private Set<Address> fullBefore = Set.of();

    private volatile long persistentCloseWait = -1;
    private volatile double portUtilization = Double.NaN;
    private volatile long timeWait = -1;

    /** The two ends of a connection. */
    private record Ends(Address local, Address remote) {}

    SocketWatch(
            FileDescriptors descriptors,
            Sockets sockets,
            WatchLink link,
            double[] thresholds,
            Duration closeWaitAfter) {
        this.descriptors = descriptors;
        this.sockets = sockets;
        this.link = link;
        this.closeWaitNanos = closeWaitAfter.toNanos();
        this.portLevels = new Levels(thresholds);
        this.before = sockets.overflows();
    }

    /** Milliseconds: the kernel walks its table of all sockets. */
    void look(long now) {
        Sockets.Pulse pulse = sockets.pulse();
        timeWait = pulse.timeWait();
        ownSockets();
        Sockets.Look look = sockets.look(new HashSet<>(own.values()), ALL_ROUTES);
        if (look.known()) {
            timeWait = look.timeWait();
            closeWait(look, now);
            ports(look, now);
        }
        acceptQueues(look, now);
    }

    private void ownSockets() {
        long count = descriptors.used().orElse(DescriptorWatch.MAX_LOOKED_AT);
        int first = nextNumber;
        Map<Integer, Long> seen = new HashMap<>();
        int next = descriptors.visit(
                first,
                1,
                DescriptorWatch.MAX_LOOKED_AT,
                count,
                (number, text) -> {
                    long inode = DescriptorTypes.socketInode(text);
                    if (inode >= 0) {
                        seen.put(number, inode);
                    }
                },
                looked -> {});
        if (next < 0) {
            own.tailMap(first, true).clear();
        } else {
            own.subMap(first, true, next, false).clear();
        }
        own.putAll(seen);
        nextNumber = Math.max(0, next);
    }

    // ------------------------------------------------------------------------------------------------- CLOSE_WAIT

    private void closeWait(Sockets.Look look, long now) {
        Map<Long, Long> since = new HashMap<>();
        List<TcpTable.Row> persistent = new ArrayList<>();
        boolean anyNew = false;
        for (TcpTable.Row row : look.closeWait()) {
            Long first = closeWaitSince.get(row.inode());
            since.put(row.inode(), first == null ? now : first);
            if (first != null && now - first >= closeWaitNanos) {
                persistent.add(row);
                anyNew |= !reportedInodes.contains(row.inode());
            }
        }
        closeWaitSince = since;
        persistentCloseWait = persistent.size();
        reportedInodes.retainAll(since.keySet());
        boolean due = !closeWaitReported || now - closeWaitReportedAt >= Math.min(closeWaitNanos, AGAIN_NANOS);
        if (anyNew && due) {
            closeWaitReported = true;
            closeWaitReportedAt = now;
            persistent.forEach(row -> reportedInodes.add(row.inode()));
            long oldest = persistent.stream()
                    .mapToLong(row -> now - since.getOrDefault(row.inode(), now))
                    .max()
                    .orElse(0);
            reportCloseWait(persistent, oldest);
        } else if (persistent.isEmpty() && closeWaitReported && since.isEmpty()) {
            closeWaitReported = false;
            link.report(new Reports(Area.CLOSE_WAIT, Level.NORMAL, link.wallMillis())
                    .use(OptionalLong.of(0), OptionalLong.empty())
                    .of("none is left"));
        }
    }

    private void reportCloseWait(List<TcpTable.Row> persistent, long oldestNanos) {
        Map<Ends, OpenResources.Group> openers = link.openBy(
                persistent.stream()
                        .map(row -> new Ends(row.local(), row.remote()))
                        .collect(Collectors.toSet()),
                SocketWatch::ends);
        Map<String, Long> remotes = new HashMap<>();
        persistent.forEach(row -> remotes.merge(row.remote().text(), 1L, Long::sum));
        link.report(new Reports(Area.CLOSE_WAIT, Level.WARNING, link.wallMillis())
                .use(OptionalLong.of(persistent.size()), OptionalLong.empty())
                .section("remote addresses", DescriptorTypes.top(remotes, TOP))
                .opened(bySite(openers.values()))
                .untracked(persistent.size() - openers.size())
                .advice("the peer has closed these connections and this process has not: each is a socket that was"
                        + " forgotten, and no kernel setting ends it. Read to the end of the stream, then close it")
                .of(Text.count(persistent.size(), "connection") + " closed by the peer and never by this process, for "
                        + Text.duration(Duration.ofNanos(oldestNanos)) + " or less"));
    }

    private static List<OpenResources.Group> bySite(Iterable<OpenResources.Group> single) {
        Map<List<Object>, OpenResources.Group> groups = new HashMap<>();
        for (OpenResources.Group g : single) {
            groups.merge(List.of(g.kind(), g.siteText(), g.stack()), g, (a, b) -> {
                OpenResources.Group older = a.oldestAge().compareTo(b.oldestAge()) >= 0 ? a : b;
                return new OpenResources.Group(
                        a.kind(),
                        a.siteText(),
                        a.pathText(),
                        a.count() + b.count(),
                        older.oldestAge(),
                        older.oldestDescription(),
                        older.keptReason(),
                        older.scopes(),
                        older.threads(),
                        a.stack());
            });
        }
        return groups.values().stream()
                .sorted(Comparator.comparingLong(OpenResources.Group::count).reversed())
                .toList();
    }

    private static @Nullable Ends ends(Object resource) {
        try {
            if (resource instanceof SocketEnds ends) {
                return ends(ends.localAddress(), ends.remoteAddress());
            }
            if (resource instanceof Socket socket) {
                return ends(socket.getLocalSocketAddress(), socket.getRemoteSocketAddress());
            }
            if (resource instanceof SocketChannel channel) {
                return ends(channel.getLocalAddress(), channel.getRemoteAddress());
            }
            if (resource instanceof AsynchronousSocketChannel channel) {
                return ends(channel.getLocalAddress(), channel.getRemoteAddress());
            }
        } catch (java.io.IOException e) {
            return null; // closed just now
        }
        return null;
    }

    private static @Nullable Ends ends(@Nullable SocketAddress local, @Nullable SocketAddress remote) {
        return local instanceof InetSocketAddress l
                        && remote instanceof InetSocketAddress r
                        && l.getAddress() != null
                        && r.getAddress() != null
                ? new Ends(Address.of(l.getAddress(), l.getPort()), Address.of(r.getAddress(), r.getPort()))
                : null;
    }

    /** The port that it listens at; null if it isn't a listener. */
    private static @Nullable Integer listeningPort(Object resource) {
        try {
            if (resource instanceof ServerSocket socket) {
                return socket.isBound() ? socket.getLocalPort() : null;
            }
            SocketAddress local = null;
            if (resource instanceof SocketEnds ends) {
                local = ends.remoteAddress() == null ? ends.localAddress() : null;
            } else if (resource instanceof ServerSocketChannel channel) {
                local = channel.getLocalAddress();
            } else if (resource instanceof AsynchronousServerSocketChannel channel) {
                local = channel.getLocalAddress();
            }
            return local instanceof InetSocketAddress inet ? inet.getPort() : null;
        } catch (java.io.IOException e) {
            return null; // closed just now
        }
    }

    // ------------------------------------------------------------------------------------------------- ports

    private void ports(Sockets.Look look, long now) {
        PortRange range = sockets.ports();
        if (range == null || range.ports() <= 0) {
            return;
        }
        long most = look.routes().isEmpty() ? 0 : look.routes().get(0).total();
        portUtilization = (double) most / range.ports();
        Level level = portLevels.update(portUtilization, now);
        if (level == null) {
            return;
        }
        Reports report = new Reports(Area.EPHEMERAL_PORTS, level, link.wallMillis())
                .use(OptionalLong.of(most), OptionalLong.of(range.ports()));
        if (level == Level.NORMAL) {
            link.report(report.of(false));
            return;
        }
        Sockets.RouteUse busiest = look.routes().get(0);
        link.report(report.section(
                        "destinations",
                        look.routes().stream()
                                .limit(TOP)
                                .map(r -> Map.entry(
                                        r.route().destination().text() + " (" + r.live() + " live, " + r.timeWait()
                                                + " in TIME_WAIT)",
                                        r.total()))
                                .toList())
                .advice("a port is free again " + PortRange.TIME_WAIT_SECONDS + " s after this side closed the"
                        + " connection (tcp_fin_timeout does not change that), so "
                        + range.sustainablePerSecond() + " new connections a second to one destination can go on for"
                        + " ever. Reuse connections: a pool, or keep-alive")
                .of(Reports.usage(
                                OptionalLong.of(most),
                                OptionalLong.of(range.ports()),
                                java.util.OptionalDouble.empty(),
                                OptionalLong.empty(),
                                false)
                        + " to " + busiest.route().destination().text() + " · " + busiest.live() + " live, "
                        + busiest.timeWait() + " in TIME_WAIT"));
    }

    // ------------------------------------------------------------------------------------------------- accept queues

    private void acceptQueues(Sockets.Look look, long now) {
        Sockets.Overflows last = before;
        Sockets.Overflows counts = sockets.overflows();
        before = counts;
        long overflows = last.overflows() < 0 ? 0 : Math.max(0, counts.overflows() - last.overflows());
        long drops = last.drops() < 0 ? 0 : Math.max(0, counts.drops() - last.drops());
        long backlog = Math.min(JAVA_BACKLOG, sockets.somaxconn().orElse(JAVA_BACKLOG));
        Set<Address> full = look.listeners().stream()
                .filter(row -> row.receiveQueue() >= FULL * backlog)
                .map(TcpTable.Row::local)
                .collect(Collectors.toSet());
        boolean lasting = full.stream().anyMatch(fullBefore::contains);
        fullBefore = full;
        boolean bad = overflows > 0 || drops > 0 || lasting;
        if (!bad || (overflowReported && now - overflowReportedAt < AGAIN_NANOS)) {
            return;
        }
        overflowReported = true;
        overflowReportedAt = now;
        List<Map.Entry<String, Long>> queues = look.listeners().stream()
                .filter(row -> row.receiveQueue() > 0)
                .sorted(Comparator.comparingLong(TcpTable.Row::receiveQueue).reversed())
                .limit(TOP)
                .map(row -> Map.entry("waiting at " + row.local().text(), row.receiveQueue()))
                .toList();
        Set<Integer> ports = look.listeners().stream()
                .filter(row -> row.receiveQueue() > 0)
                .map(row -> row.local().port())
                .collect(Collectors.toSet());
        link.report(new Reports(Area.ACCEPT_QUEUE, overflows > 0 ? Level.HIGH : Level.WARNING, link.wallMillis())
                .section("accept queues of this process", queues)
                .opened(bySite(link.openBy(ports, SocketWatch::listeningPort).values()))
                .advice("accept faster, or ask for a longer queue in the program: Java's default backlog is "
                        + JAVA_BACKLOG + ", and the kernel takes the smaller of it and somaxconn ("
                        + (sockets.somaxconn().isPresent() ? sockets.somaxconn().getAsLong() : "unknown")
                        + "), so raising somaxconn alone does nothing")
                .of(
                        overflows > 0 || drops > 0
                                ? Text.count(overflows, "connection") + " refused because an accept queue was full, "
                                        + drops + " dropped, since the last look, in this network namespace"
                                        + (queues.isEmpty() ? "; nothing waits at this process's listeners now" : "")
                                : "connections wait to be accepted, at two looks running"));
    }

    // ------------------------------------------------------------------------------------------------- state

    Level level() {
        Level ports = portLevels.level();
        return persistentCloseWait > 0 && ports.compareTo(Level.WARNING) < 0 ? Level.WARNING : ports;
    }

    /** -1 if unknown. */
    long persistentCloseWait() {
        return persistentCloseWait;
    }

    double portUtilization() {
        return portUtilization;
    }

    long timeWait() {
        return timeWait;
    }
}
