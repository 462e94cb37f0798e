package io.leakguard.watch;

import io.leakguard.OpenResources;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.Text;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Watches this process's sockets: lasting CLOSE_WAIT, exhausted ports, overflowing accept queues. */
final class SocketWatch {

    private static final int TOP = 5;
    private static final int ALL_ROUTES = 200;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int MAX_OWN_ROUTES = 1_024;
    private static final long ROUTE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final FileDescriptors descriptors;
    private final Sockets sockets;
    private final WatchLink link;
    private final long closeWaitNanos;
    private final Levels portLevels;

    /** Inode by descriptor number. If there are many descriptors, each look renews a part. */
    private final TreeMap<Integer, Long> own = new TreeMap<>();

    private int nextNumber;

    /** The time at which a socket was first seen in CLOSE_WAIT. */
    private Map<Long, Long> closeWaitSince = new HashMap<>();

    private final Set<Long> reportedInodes = new HashSet<>();
    private long closeWaitReportedAt;
    private boolean closeWaitReported;

    private final AcceptQueues acceptQueues;

    /** The time at which this process last had a connection on a route, oldest first. */
    private final Map<Sockets.Route, Long> ownRoutes = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Sockets.Route, Long> eldest) {
            return size() > MAX_OWN_ROUTES;
        }
    };

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
        this.acceptQueues = new AcceptQueues(sockets, link);
    }

    /** Takes milliseconds: the kernel walks its table of all sockets. */
    void look(long now) {
        Sockets.Pulse pulse = sockets.pulse();
        timeWait = pulse.timeWait();
        ownSockets();
        Set<Long> inodes = new HashSet<>(own.values());
        Sockets.Look look = sockets.look(inodes, ALL_ROUTES);
        if (look.known()) {
            timeWait = look.timeWait();
            closeWait(look, now);
            ports(look, now);
        }
        acceptQueues.look(look, inodes, now);
    }

    /** Whether connections were refused since the last look, so that another look is due. */
    boolean isUrgent() {
        return acceptQueues.overflowed();
    }

    /** The time at which a socket will have been in CLOSE_WAIT for long enough; {@link Long#MAX_VALUE} if none is. */
    long nextDue(long now) {
        long due = Long.MAX_VALUE;
        for (Map.Entry<Long, Long> e : closeWaitSince.entrySet()) {
            long left = e.getValue() + closeWaitNanos - now;
            if (left > 0 && !reportedInodes.contains(e.getKey())) {
                due = Math.min(due, left);
            }
        }
        return due;
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
            reportCloseWait(persistent, look, oldest);
        } else if (persistent.isEmpty() && closeWaitReported && since.isEmpty()) {
            closeWaitReported = false;
            link.report(new Reports(Area.CLOSE_WAIT, Level.NORMAL, link.wallMillis())
                    .use(OptionalLong.of(0), OptionalLong.empty())
                    .of("none is left"));
        }
    }

    private void reportCloseWait(List<TcpTable.Row> persistent, Sockets.Look look, long oldestNanos) {
        Map<Ends, OpenResources.Group> openers = link.openBy(
                persistent.stream()
                        .map(row -> new Ends(row.local(), row.remote()))
                        .collect(Collectors.toSet()),
                SocketWatch::ends);
        Set<Integer> listening =
                look.listeners().stream().map(row -> row.local().port()).collect(Collectors.toSet());
        Map<String, Long> accepted = new HashMap<>();
        Map<String, Long> clients = new HashMap<>();
        Map<String, Long> connected = new HashMap<>();
        for (TcpTable.Row row : persistent) {
            if (isAccepted(row, listening)) {
                accepted.merge(row.local().text(), 1L, Long::sum);
                clients.merge(row.remote().host(), 1L, Long::sum);
            } else {
                connected.merge(row.remote().text(), 1L, Long::sum);
            }
        }
        link.report(new Reports(Area.CLOSE_WAIT, Level.WARNING, link.wallMillis())
                .use(OptionalLong.of(persistent.size()), OptionalLong.empty())
                .section("accepted at", DescriptorTypes.top(accepted, TOP))
                .section("from clients", DescriptorTypes.top(clients, TOP))
                .section("connected to", DescriptorTypes.top(connected, TOP))
                .opened(bySite(openers.values()))
                .untracked(persistent.size() - openers.size())
                .advice("the peer has closed these connections and this process has not: each is a socket that was"
                        + " forgotten, and no kernel setting ends it. Read to the end of the stream, then close it")
                .of(Text.count(persistent.size(), "connection") + " closed by the peer and never by this process, for "
                        + Text.duration(Duration.ofNanos(oldestNanos)) + " or less"));
    }

    /**
     * A port names the listener if a listener has it, or if the kernel never gives it to a client. A client's port says
     * nothing.
     */
    private boolean isAccepted(TcpTable.Row row, Set<Integer> listening) {
        int port = row.local().port();
        PortRange range = sockets.ports();
        return listening.contains(port) || (range != null && !range.contains(port));
    }

    static List<OpenResources.Group> bySite(Iterable<OpenResources.Group> single) {
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
            if (resource instanceof ResourceProbe probe) {
                ResourceProbe.Ends ends = probe.ends();
                return ends == null ? null : ends(ends.local(), ends.remote());
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

    /** The port of a listener; null for any other resource. */
    static @Nullable Integer listeningPort(Object resource) {
        try {
            if (resource instanceof ServerSocket socket) {
                return socket.isBound() ? socket.getLocalPort() : null;
            }
            SocketAddress local = null;
            if (resource instanceof ResourceProbe probe) {
                ResourceProbe.Ends ends = probe.ends();
                local = ends != null && ends.remote() == null ? ends.local() : null;
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
        look.ownRoutes().forEach(route -> ownRoutes.put(route, now));
        Sockets.RouteUse busiest = look.routes().stream()
                .filter(use -> concernsThisProcess(use.route(), look, now))
                .findFirst()
                .orElse(null);
        long most = busiest == null ? 0 : busiest.total();
        portUtilization = (double) most / range.ports();
        Level level = portLevels.update(portUtilization, now);
        if (level == null) {
            return;
        }
        Reports report = new Reports(Area.EPHEMERAL_PORTS, level, link.wallMillis())
                .use(OptionalLong.of(most), OptionalLong.of(range.ports()));
        if (level == Level.NORMAL || busiest == null) {
            link.report(report.of(false));
            return;
        }
        link.report(report.section(
                        "destinations",
                        look.routes().stream()
                                .filter(use -> concernsThisProcess(use.route(), look, now))
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
                        + busiest.timeWait() + " in TIME_WAIT"
                        + (look.others() ? ", of all processes of this network namespace" : "")));
    }

    /**
     * Ports are counted for the namespace. A route concerns this process if the process uses it, or did in the last
     * minutes, or is alone in the namespace. Sockets in TIME_WAIT belong to no process.
     */
    private boolean concernsThisProcess(Sockets.Route route, Sockets.Look look, long now) {
        Long used = ownRoutes.get(route);
        return !look.others() || (used != null && now - used < ROUTE_NANOS);
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
