package io.leakguard.demo;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.SiteLeaks;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.OpenChannel;
import io.leakguard.report.HtmlReport;
import io.leakguard.watch.ResourceWatch;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Starts the daemon, replays the events from several threads, and checks the guard's findings. Ends with 0 if the guard
 * found every leak at its line and nothing else, with 1 if not, and with 2 after a wrong start.
 */
public final class Demo {

    private static final int LOAD_THREADS = 4;
    private static final Path PAGE = Path.of("target", "leakguard-report.html");

    /** Makes the daemon's work. Tests make one that misbehaves. */
    interface JobsFactory {
        OrderJobs create(LeakGuard guard, Bugs bugs, Path spool, Peer peer);
    }

    private final PrintStream out;
    private final Bugs bugs;
    private final JobsFactory jobs;
    private final Duration patience;

    private Demo(PrintStream out, Bugs bugs, JobsFactory jobs, Duration patience) {
        this.out = out;
        this.bugs = bugs;
        this.jobs = jobs;
        this.patience = patience;
    }

    /**
     * Runs the demo and exits.
     *
     * @param args none
     * @throws Exception if the demo itself is broken
     */
    public static void main(String[] args) throws Exception {
        System.exit(run(OrderJobs::new, Duration.ofSeconds(20)));
    }

    /** Runs the demo. Waits at most this long for leaks that were not collected yet. */
    static int run(JobsFactory jobs, Duration patience) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        boolean on;
        try {
            on = leaks(System.getProperty("demo.leaks", "all"));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        return new Demo(out, Bugs.in(on, OrderJobs.class, OrderDaemon.class), jobs, patience).run();
    }

    private static boolean leaks(String value) {
        return switch (value) {
            case "all" -> true;
            case "none" -> false;
            default ->
                throw new IllegalArgumentException("demo.leaks: '" + value
                        + "' is not a value: give all, for a daemon with its bugs, or none, for one without");
        };
    }

    private int run() throws Exception {
        List<String> events = Event.load();
        long start = System.nanoTime();
        print(
                "A daemon with %s is sent %,d events by %d threads.",
                bugs.areOn() ? bugs.places().size() + " bugs" : "its bugs fixed", events.size(), LOAD_THREADS);
        Verdict.Reports reports = new Verdict.Reports();
        LeakGuardBuilder builder = LeakGuard.builder()
                .name("demo")
                .capture(CaptureBudget.unlimited()) // so that every report has its line
                .overdueAfter(OrderJobs.CONNECTION, OrderJobs.CONNECTION_LIMIT)
                .listener(reports);
        Path spool = Files.createTempDirectory("leakguard-demo");
        ConcurrentMap<Integer, AtomicInteger> answers;
        int nightly;
        List<OpenChannel> idle;
        List<SiteLeaks> leaks;
        GuardStats stats;
        ResourceWatch.Status watched;
        try (LeakGuard guard = builder.build();
                HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard, Duration.ofMillis(200));
                ResourceWatch watch = ResourceWatch.start(guard)) {
            try (NettyGuard netty = NettyGuard.install(guard); // before anything else uses Netty
                    Peer peer = new Peer(guard);
                    OrderJobs work = jobs.create(guard, bugs, spool, peer);
                    OrderDaemon daemon = new OrderDaemon(guard, netty, bugs, work);
                    Balancer balancer = new Balancer(daemon.address("/health"))) {
                answers = replay(events, daemon.address("/event"), guard);
                idle = idle(netty);
                for (int held = balancer.held(); held > 0; held--) {
                    bugs.strikes("idle-connection");
                }
                collect(guard, proven());
                print("%nGET /health%n%s", get(daemon.address("/health")));
                nightly = work.nightlyRuns();
                watched = watch.status();
            }
            collect(guard, proven());
            awaitEnds(guard);
            leaks = guard.leaks();
            stats = guard.stats();
            HtmlReport.builder(guard)
                    .title("LeakGuard demo")
                    .recorder(recorder)
                    .build()
                    .writeTo(PAGE);
        } finally {
            delete(spool);
        }
        Verdict verdict = Verdict.of(bugs, leaks, idle, stats, reports);
        int done = count(answers, OrderDaemon.DONE);
        int rejected = count(answers, OrderDaemon.REJECTED);
        int timedOut = count(answers, OrderDaemon.TIMED_OUT);
        if (done + rejected + timedOut != events.size()) {
            verdict.complaints().add("the daemon failed; its answers by status: " + answers);
        }
        print("%n%,d events done, %,d rejected, %,d timed out", done, rejected, timedOut);
        print(
                "%d nightly batches held a connection for %d s where others may for %d s, since their scope allows it",
                nightly, OrderJobs.LONG_TIME.toSeconds(), OrderJobs.CONNECTION_LIMIT.toSeconds());
        print(
                "%,d resources opened = %,d closed + %,d collected + %,d open; %.1f s",
                stats.opened(), stats.closed(), stats.collected(), stats.open(), (System.nanoTime() - start) / 1e9);
        print("%s%n", wall(watched));
        out.print(verdict.toText());
        print("%nA page to look at: %s", PAGE.toAbsolutePath().toUri());
        return verdict.isGood() ? 0 : 1;
    }

    /** The used shares of the limits while the daemon ran. */
    private static String wall(ResourceWatch.Status s) {
        return "watch: " + s.level().name().toLowerCase(Locale.ROOT) + " · descriptors " + known(s.descriptorsUsed(), 1)
                + " of " + known(s.descriptorsLimit(), 1) + " · heap after GC " + known(s.heapUsed(), 1 << 20) + " of "
                + known(s.heapLimit(), 1 << 20) + " MiB · direct memory " + known(s.directUsed(), 1 << 20) + " MiB · "
                + known(s.threads(), 1) + " threads · " + known(s.classLoaders(), 1) + " class loaders";
    }

    private static String known(OptionalLong n, long unit) {
        return n.isPresent() ? n.getAsLong() / unit + "" : "unknown";
    }

    private void print(String format, Object... args) {
        out.printf(Locale.ROOT, format + "%n", args);
    }

    private ConcurrentMap<Integer, AtomicInteger> replay(List<String> events, URI daemon, LeakGuard guard)
            throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        ConcurrentMap<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < LOAD_THREADS; i++) {
            Thread thread = new Thread(
                    () -> {
                        for (int e = next.getAndIncrement(); e < events.size(); e = next.getAndIncrement()) {
                            answers.computeIfAbsent(post(client, daemon, events.get(e)), s -> new AtomicInteger())
                                    .incrementAndGet();
                        }
                    },
                    "load-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(1_000);
            while (thread.isAlive()) {
                progress(next.get(), events.size(), guard.stats());
                thread.join(1_000);
            }
        }
        return answers;
    }

    private void progress(int sent, int all, GuardStats stats) {
        print(
                "… %,d of %,d events · %,d resources opened, %,d open · %,d leaked, %,d found so far",
                Math.min(sent, all),
                all,
                stats.opened(),
                stats.open(),
                proven() + bugs.forgotten(Bugs.Sort.HELD),
                stats.leaked());
    }

    private static int post(HttpClient client, URI daemon, String event) {
        try {
            HttpRequest request = HttpRequest.newBuilder(daemon)
                    .timeout(Duration.ofSeconds(30))
                    .POST(HttpRequest.BodyPublishers.ofString(event))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException("event " + event + " got no answer", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The connections that have been idle for longer than they should. */
    private List<OpenChannel> idle(NettyGuard netty) {
        List<OpenChannel> all = netty.channels(OrderDaemon.IDLE_LIMIT.plusSeconds(3));
        List<OpenChannel> idle = all.stream()
                .filter(c -> c.state() == OpenChannel.State.IDLE_KEEP_ALIVE)
                .toList();
        print("%n%d of %d channels are idle and kept alive", idle.size(), all.size());
        for (OpenChannel c : idle) {
            print(
                    "  from %s · idle for %.1f s · %,d B in, %,d B out · %s",
                    c.remote(), c.idle().toMillis() / 1e3, c.bytesIn(), c.bytesOut(), c.site());
        }
        return idle;
    }

    private static String get(URI address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /**
     * Collects until the expected number of leaks is found, and then a little longer to catch false reports. Gives up
     * when patience ends.
     */
    private void collect(LeakGuard guard, long expected) {
        long deadline = System.nanoTime() + patience.toNanos();
        int further = 5;
        while (further > 0 && System.nanoTime() - deadline < 0) {
            if (found(guard) >= expected) {
                further--;
            }
            WeakReference<Object> garbage = new WeakReference<>(new Object());
            while (garbage.get() != null && System.nanoTime() - deadline < 0) {
                System.gc();
            }
            LockSupport.parkNanos(50_000_000); // the JDK passes collected references to the guard's thread
            guard.flush(Duration.ofSeconds(5));
        }
    }

    /** Waits for resources that Netty's threads and the collector are ending now. */
    private void awaitEnds(LeakGuard guard) {
        long deadline = System.nanoTime() + patience.toNanos();
        long toStay = bugs.forgotten(Bugs.Sort.ESCAPED, Bugs.Sort.HELD);
        while (guard.stats().open() > toStay && System.nanoTime() - deadline < 0) {
            guard.awaitCollection(Duration.ofSeconds(1));
        }
    }

    private static long found(LeakGuard guard) {
        return guard.leaks().stream()
                .filter(l -> l.cause().confidence() == LeakCause.Confidence.PROVEN)
                .mapToLong(SiteLeaks::occurrences)
                .sum();
    }

    private long proven() {
        return bugs.forgotten(Bugs.Sort.COLLECTED, Bugs.Sort.ESCAPED, Bugs.Sort.LOST);
    }

    private static int count(ConcurrentMap<Integer, AtomicInteger> answers, int status) {
        AtomicInteger n = answers.get(status);
        return n == null ? 0 : n.get();
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
