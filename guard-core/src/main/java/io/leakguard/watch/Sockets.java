package io.leakguard.watch;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the TCP sockets of this process and of its network namespace. The files stay open between looks, so that this
 * works when no descriptor is left. A look takes milliseconds.
 */
final class Sockets implements Closeable {

    private static final int MAX_DESTINATIONS = 8_192;
    private static final int MAX_KEPT_ROWS = 4_096;

    private final KeptFile tcp;
    private final KeptFile tcp6;
    private final KeptFile sockstat;
    private final KeptFile sockstat6;
    private final KeptFile netstat;
    private final @Nullable PortRange ports;
    private final OptionalLong somaxconn;

    /** Connections from one local address (its port is 0 here) to one destination. */
    record Route(Address source, Address destination) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Route r && destination.equals(r.destination) && source.equals(r.source);
        }

        @Override
        public int hashCode() {
            return source.hashCode() * 31 + destination.hashCode();
        }
    }

    /** The number of ports that a route uses. */
    record RouteUse(Route route, long live, long timeWait) {
        long total() {
            return live + timeWait;
        }
    }

    /**
     * The result of one look.
     *
     * @param known false if the tables could not be read
     * @param ownStates sockets of this process by state
     * @param timeWait sockets in TIME_WAIT of the whole namespace; they belong to no process
     * @param closeWait this process's sockets in CLOSE_WAIT, at most 4,096
     * @param listeners this process's listening sockets
     * @param remotes this process's connections by remote address
     * @param routes the routes that use most ports, of the whole namespace
     * @param ownRoutes the routes on which this process has a connection
     * @param others whether the namespace has sockets of other processes
     * @param rows the number of sockets in the tables
     */
    record Look(
            boolean known,
            Map<TcpState, Long> ownStates,
            long timeWait,
            List<TcpTable.Row> closeWait,
            List<TcpTable.Row> listeners,
            List<Map.Entry<String, Long>> remotes,
            List<RouteUse> routes,
            Set<Route> ownRoutes,
            boolean others,
            long rows) {}

    /** The cheap counts of the namespace in {@code sockstat}; -1 is unknown. */
    record Pulse(long inUse, long orphaned, long timeWait) {}

    /** Refused connections in {@code netstat} since the namespace began; -1 is unknown. */
    record Overflows(long overflows, long drops) {}

    Sockets(ProcFs proc) {
        tcp = KeptFile.open(proc.ofProcess("net/tcp"));
        tcp6 = KeptFile.open(proc.ofProcess("net/tcp6"));
        sockstat = KeptFile.open(proc.ofProcess("net/sockstat"));
        sockstat6 = KeptFile.open(proc.ofProcess("net/sockstat6"));
        netstat = KeptFile.open(proc.ofProcess("net/netstat"));
        ports = PortRange.read(proc);
        somaxconn = proc.number("proc/sys/net/core/somaxconn");
    }

    @Nullable
    PortRange ports() {
        return ports;
    }

    OptionalLong somaxconn() {
        return somaxconn;
    }

    Pulse pulse() {
        String v4 = sockstat.text();
        String v6 = sockstat6.text();
        long inUse4 = field(v4, "TCP:", "inuse");
        long inUse6 = field(v6, "TCP6:", "inuse");
        long inUse = inUse4 < 0 ? inUse6 : inUse4 + Math.max(0, inUse6);
        return new Pulse(inUse, field(v4, "TCP:", "orphan"), field(v4, "TCP:", "tw"));
    }

    /** The number after a name, on the line with this start; -1 if there is none. */
    private static long field(@Nullable String text, String lineStart, String name) {
        if (text == null) {
            return -1;
        }
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(lineStart)) {
                String[] fields = line.split("\\s+", -1);
                for (int i = 1; i + 1 < fields.length; i++) {
                    if (fields[i].equals(name)) {
                        return ProcFs.parseLong(fields[i + 1]).orElse(-1);
                    }
                }
            }
        }
        return -1;
    }

    /** {@code netstat} has a line of names and then a line of numbers for each group. */
    Overflows overflows() {
        String text = netstat.text();
        if (text == null) {
            return new Overflows(-1, -1);
        }
        String[] names = {};
        for (String line : text.split("\n", -1)) {
            if (!line.startsWith("TcpExt:")) {
                continue;
            }
            String[] fields = line.split("\\s+", -1);
            if (names.length == 0) {
                names = fields;
            } else {
                return new Overflows(value(names, fields, "ListenOverflows"), value(names, fields, "ListenDrops"));
            }
        }
        return new Overflows(-1, -1);
    }

    private static long value(String[] names, String[] values, String name) {
        for (int i = 0; i < Math.min(names.length, values.length); i++) {
            if (names[i].equals(name)) {
                return ProcFs.parseLong(values[i]).orElse(-1);
            }
        }
        return -1;
    }

    /** Reads the tables. {@code own} are the inodes of this process's sockets. */
    Look look(Set<Long> own, int top) {
        Map<TcpState, Long> states = new EnumMap<>(TcpState.class);
        Map<Address, long[]> remotes = new HashMap<>();
        Set<Route> ownRoutes = new HashSet<>();
        boolean[] others = new boolean[1];
        Map<Route, long[]> routes = new HashMap<>();
        List<TcpTable.Row> closeWait = new ArrayList<>();
        List<TcpTable.Row> listeners = new ArrayList<>();
        Set<Integer> listening = new HashSet<>();
        long[] timeWaitAndRows = new long[2];
        TcpTable.RowReader reader = row -> {
            timeWaitAndRows[1]++;
            if (row.state() == TcpState.TIME_WAIT) {
                timeWaitAndRows[0]++;
            }
            boolean isOwn = row.inode() != 0 && own.contains(row.inode());
            others[0] |= row.inode() != 0 && !isOwn;
            if (isOwn) {
                states.merge(row.state(), 1L, Long::sum);
                if (row.state() == TcpState.CLOSE_WAIT && closeWait.size() < MAX_KEPT_ROWS) {
                    closeWait.add(row);
                }
                if (row.state() == TcpState.LISTEN) {
                    listeners.add(row);
                } else if (remotes.size() < MAX_DESTINATIONS) {
                    remotes.computeIfAbsent(row.remote(), r -> new long[1])[0]++;
                }
            }
            if (row.state() == TcpState.LISTEN) {
                listening.add(row.local().port());
            } else if (ports != null
                    && ports.contains(row.local().port())
                    && !listening.contains(row.local().port())) {
                // A listener comes before the connections that it accepted. Those use no port of the range.
                Route route = count(routes, row);
                if (isOwn && ownRoutes.size() < MAX_DESTINATIONS) {
                    ownRoutes.add(route);
                }
            }
        };
        boolean known = TcpTable.read(tcp, reader);
        known |= TcpTable.read(tcp6, reader);
        return new Look(
                known,
                states,
                timeWaitAndRows[0],
                closeWait,
                listeners,
                remotes.entrySet().stream()
                        .sorted(Comparator.<Map.Entry<Address, long[]>>comparingLong(e -> -e.getValue()[0])
                                .thenComparing(e -> e.getKey().host())
                                .thenComparingInt(e -> e.getKey().port()))
                        .limit(top)
                        .map(e -> Map.entry(e.getKey().text(), e.getValue()[0]))
                        .toList(),
                routes.entrySet().stream()
                        .map(e -> new RouteUse(e.getKey(), e.getValue()[0], e.getValue()[1]))
                        .sorted(Comparator.comparingLong(RouteUse::total).reversed())
                        .limit(top)
                        .toList(),
                ownRoutes,
                others[0],
                timeWaitAndRows[1]);
    }

    private static Route count(Map<Route, long[]> routes, TcpTable.Row row) {
        Route route = new Route(new Address(row.local().high(), row.local().low(), 0), row.remote());
        long[] liveAndTimeWait = routes.get(route);
        if (liveAndTimeWait == null) {
            if (routes.size() >= MAX_DESTINATIONS) {
                routes.values().removeIf(n -> n[0] + n[1] == 1); // keep the routes with several connections
                if (routes.size() >= MAX_DESTINATIONS) {
                    return route;
                }
            }
            liveAndTimeWait = new long[2];
            routes.put(route, liveAndTimeWait);
        }
        liveAndTimeWait[row.state() == TcpState.TIME_WAIT ? 1 : 0]++;
        return route;
    }

    @Override
    public void close() {
        tcp.close();
        tcp6.close();
        sockstat.close();
        sockstat6.close();
        netstat.close();
    }
}
