package io.leakguard.netty.it;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.it.HttpDaemon.Bug;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One detector, one bug, one JVM: what is found of it, and after how many leaks. {@code docs/netty.md} has the table; the
 * whole of it is made by {@link #main}.
 */
final class Comparison {

    private static final int ROUNDS = 40;
    private static final int LEAKS_PER_ROUND = 10;

    private final @Nullable Bug bug;
    private final Leaks leaks = new Leaks();
    private final ListAppender<ILoggingEvent> nettys = new ListAppender<>();
    private final @Nullable LeakGuard guard;
    private final @Nullable NettyGuard netty;

    private Comparison(boolean guarded, @Nullable Bug bug) {
        this.bug = bug;
        // The guard's defaults, but for one report of each leak instead of one a minute.
        this.guard = guarded
                ? LeakGuard.builder()
                        .log(false)
                        .reportInterval(Duration.ZERO)
                        .listener(leaks)
                        .build()
                : null;
        this.netty = guard == null ? null : NettyGuard.install(guard);
        nettys.start();
        ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(nettys);
    }

    /** Prints one row. {@code -Dbug=} is empty for a server without one, which is sent {@code -Drequests=} requests. */
    static void run() throws Exception {
        String bug = System.getProperty("bug", "");
        Comparison comparison = new Comparison(Boolean.getBoolean("guarded"), bug.isEmpty() ? null : Bug.valueOf(bug));
        System.out.println(bug.isEmpty() ? comparison.silence() : comparison.row());
        System.exit(0); // event loops and all
    }

    private List<String> reports() {
        if (guard != null) {
            guard.flush(Leaks.BOUND);
            return leaks.reports.stream().map(r -> r.toText()).toList();
        }
        return List.copyOf(nettys.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Has what is unreachable collected and handed to reference queues, and waits a little. */
    static void collect() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            java.lang.ref.ReferenceQueue<Object> queue = new java.lang.ref.ReferenceQueue<>();
            var sentinel = new java.lang.ref.WeakReference<>(new Object(), queue);
            System.gc();
            if (queue.remove(10_000) != sentinel) {
                throw new IllegalStateException("nothing is collected");
            }
        }
    }

    private String row() throws Exception {
        Bug leaking = bug;
        if (leaking == null) {
            throw new IllegalStateException("no bug");
        }
        String line = HttpTest.lineOf(leaking).replaceAll(".*\\$", "").replaceAll("\\(.*", "");
        int leaked = 0;
        int firstAt = 0;
        int lineAt = 0;
        boolean whenIdle;
        try (HttpDaemon daemon = new HttpDaemon(netty, leaking, false)) {
            daemon.request(200, "/echo"); // warm: what Netty allocates once is there
            leak(daemon, 1);
            leaked++;
            collect();
            Supplier<Boolean> found = () -> !reports().isEmpty();
            long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (!found.get() && System.nanoTime() - until < 0) {
                collect();
            }
            whenIdle = found.get();
            for (int round = 0; round <= ROUNDS && lineAt == 0; round++) {
                List<String> reports = reports();
                if (firstAt == 0 && !reports.isEmpty()) {
                    firstAt = leaked;
                }
                if (reports.stream().anyMatch(r -> r.contains(line + "("))) {
                    lineAt = leaked;
                }
                leak(daemon, LEAKS_PER_ROUND);
                leaked += LEAKS_PER_ROUND;
                collect();
            }
        }
        collect();
        return String.format(
                Locale.ROOT,
                "%-32s found when idle: %-3s first report after: %-5s line after: %-5s reports: %d of %d",
                leaking,
                whenIdle ? "yes" : "no",
                firstAt == 0 ? "never" : firstAt,
                lineAt == 0 ? "never" : lineAt,
                reports().size(),
                leaked);
    }

    private static void leak(HttpDaemon daemon, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            if (daemon.closesUponLeak()) {
                daemon.requestWithoutAnswer("/leak");
            } else {
                daemon.request(1, "/leak");
            }
        }
    }

    private String silence() throws Exception {
        int requests = Integer.getInteger("requests", 2_000);
        for (boolean tls : new boolean[] {false, true}) {
            try (HttpDaemon daemon = new HttpDaemon(netty, null, tls)) {
                daemon.request(requests / 2, "/echo", "/slice", "/composite", "/fails", "/leak");
                collect();
                daemon.request(100, "/echo"); // Netty's detector says nothing before something is allocated
                collect();
                daemon.request(100, "/echo");
            }
        }
        return "requests: " + requests + ", level " + ResourceLeakDetector.getLevel() + ", reports: " + reports();
    }

    /** Makes the whole table. */
    public static void main(String[] args) throws Exception {
        for (String detector : List.of("simple", "advanced", "paranoid", "guard")) {
            for (Bug bug : Bug.values()) {
                of(detector, bug)
                        .lines()
                        .filter(l -> l.startsWith(bug.name()))
                        .forEach(l -> System.out.println(detector + " " + l));
            }
        }
    }

    static String of(String detector, @Nullable Bug bug) throws Exception {
        return Child.run(
                "compare",
                detector.equals("guard") ? "-Dguarded=true" : "-Dio.netty.leakDetection.level=" + detector,
                "-Dbug=" + (bug == null ? "" : bug));
    }

    /** As many requests to servers that work right; a half of them with TLS. */
    static String silence(String detector, int requests) throws Exception {
        return Child.run(
                "compare",
                detector.equals("guard") ? "-Dguarded=true" : "-Dio.netty.leakDetection.level=" + detector,
                "-Dbug=",
                "-Drequests=" + requests);
    }
}
