package io.leakguard.watch;

import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.Text;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Watches the accept queues of this process. The kernel counts refused connections for the whole network namespace, so
 * a rising count alone says nothing about this process. It is reported only if connections wait at one of its
 * listeners.
 */
final class AcceptQueues {

    private static final int TOP = 5;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final double FULL = 0.7;
    private static final int JAVA_BACKLOG = 50;
    /** A healthy server may also have a connection waiting for a moment. */
    private static final long CONFIRM_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Sockets sockets;
    private final WatchLink link;

    private Sockets.Overflows before;
    private long reportedAt;
    private boolean reported;
    private Map<Address, Long> waitingBefore = Map.of();

    AcceptQueues(Sockets sockets, WatchLink link) {
        this.sockets = sockets;
        this.link = link;
        this.before = sockets.overflows();
    }

    /** Whether connections were refused in the namespace since the last look. Takes some ten microseconds. */
    boolean overflowed() {
        Sockets.Overflows counts = sockets.overflows();
        return before.overflows() >= 0 && counts.overflows() > before.overflows();
    }

    void look(Sockets.Look look, Set<Long> own, long now) {
        Sockets.Overflows last = before;
        Sockets.Overflows counts = sockets.overflows();
        before = counts;
        long overflows = last.overflows() < 0 ? 0 : Math.max(0, counts.overflows() - last.overflows());
        long drops = last.drops() < 0 ? 0 : Math.max(0, counts.drops() - last.drops());
        Map<Address, Long> previous = waitingBefore;
        Map<Address, Long> waiting = waiting(look);
        waitingBefore = waiting;
        if (waiting.isEmpty() || (reported && now - reportedAt < AGAIN_NANOS)) {
            return;
        }
        boolean full = waiting.values().stream().anyMatch(this::isFull);
        boolean refused = (overflows > 0 || drops > 0) && (full || isStuck(waiting, previous, own));
        boolean lasting = waiting.entrySet().stream()
                .anyMatch(e -> isFull(e.getValue()) && isFull(previous.getOrDefault(e.getKey(), 0L)));
        if (refused || lasting) {
            reported = true;
            reportedAt = now;
            report(waiting, refused ? overflows : 0, refused ? drops : 0);
        }
    }

    private static Map<Address, Long> waiting(Sockets.Look look) {
        Map<Address, Long> waiting = new HashMap<>();
        for (TcpTable.Row row : look.listeners()) {
            if (row.receiveQueue() > 0) {
                waiting.merge(row.local(), row.receiveQueue(), Long::sum);
            }
        }
        return waiting;
    }

    /** Compares with Java's default backlog: the kernel doesn't say which backlog a program has asked for. */
    private boolean isFull(long queue) {
        return queue >= FULL * Math.min(JAVA_BACKLOG, sockets.somaxconn().orElse(JAVA_BACKLOG));
    }

    /** Whether as many wait at a listener as in the last look, or as a moment ago. A short queue may be full too. */
    private boolean isStuck(Map<Address, Long> waiting, Map<Address, Long> previous, Set<Long> own) {
        if (anyHasNotShrunk(previous, waiting)) {
            return true;
        }
        LockSupport.parkNanos(CONFIRM_NANOS);
        return anyHasNotShrunk(waiting, waiting(sockets.look(own, 1)));
    }

    private static boolean anyHasNotShrunk(Map<Address, Long> earlier, Map<Address, Long> later) {
        return earlier.entrySet().stream().anyMatch(e -> later.getOrDefault(e.getKey(), 0L) >= e.getValue());
    }

    private void report(Map<Address, Long> waiting, long overflows, long drops) {
        List<Map.Entry<String, Long>> queues = waiting.entrySet().stream()
                .sorted(Map.Entry.<Address, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(TOP)
                .map(e -> Map.entry("waiting at " + e.getKey().text(), e.getValue()))
                .toList();
        Set<Integer> ports = waiting.keySet().stream().map(Address::port).collect(Collectors.toSet());
        String first = queues.get(0).getValue() + " wait at this process's listener "
                + queues.get(0).getKey().substring("waiting at ".length());
        link.report(new Reports(Area.ACCEPT_QUEUE, overflows > 0 ? Level.HIGH : Level.WARNING, link.wallMillis())
                .section("accept queues of this process", queues)
                .opened(SocketWatch.bySite(
                        link.openBy(ports, SocketWatch::listeningPort).values()))
                .advice("accept faster, or ask for a longer queue in the program: Java's default backlog is "
                        + JAVA_BACKLOG + ", and the kernel takes the smaller of it and somaxconn ("
                        + (sockets.somaxconn().isPresent() ? sockets.somaxconn().getAsLong() : "unknown")
                        + "), so raising somaxconn alone does nothing")
                .of(
                        overflows > 0 || drops > 0
                                ? first + " · " + Text.count(overflows, "connection")
                                        + " refused because an accept queue was full, " + drops
                                        + " dropped, in this network namespace since the last look"
                                : first + ", at two looks running"));
    }
}
