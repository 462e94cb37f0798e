package io.leakguard.benchmarks;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.watch.WatchCost;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Measurements for which a benchmark inside one process is not enough: each figure comes from fresh JVMs. Without
 * arguments all of them; or one of {@code first-use}, {@code gc-to-report}, {@code footprint}, {@code gc-pause}, {@code
 * test-suite}, {@code watch}, {@code http}, {@code http-server}, {@code http-server-4096} (bytes of the answer), {@code
 * http-server-get}, {@code http-server-page}, {@code http-pipeline}, {@code pooled-buffer}, {@code jdbc-row}, {@code
 * jdbc-twenty}, {@code jdbc-thousand}, {@code track-20-1000000}, {@code stack-20-0} (depth and others open).
 */
@SuppressWarnings({"SystemOut", "ReachabilityFenceUsage"}) // a program; and what is measured must not be in a try
public final class Processes {

    private static final List<String> NAMED = List.of(
            "first-use",
            "gc-to-report",
            "footprint",
            "gc-pause",
            "test-suite",
            "watch",
            "http",
            "http-server",
            "agent",
            "http-server-4096",
            "http-server-get",
            "http-server-page",
            "http-pipeline",
            "pooled-buffer",
            "jdbc-row",
            "jdbc-twenty",
            "jdbc-thousand");

    /** Marks text that goes before the class path and is not an option of the JVM. */
    static final String BEFORE = "before the class path: ";

    private static final ResourceKind KIND = ResourceKind.of("bench.resource");
    private static final int MILLION = 1_000_000;
    private static final int FOOTPRINT = 200_000;

    private static final Pattern DEPTH_AND_OPEN = Pattern.compile("(track|stack)-(\\d{1,4})-(\\d{1,8})");

    private Processes() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 1 && args[0].equals("child")) {
            child(args[1]);
            return;
        }
        List<String> what = args.length == 0 ? NAMED : List.of(args);
        System.out.println("JDK " + Runtime.version());
        for (String w : what) {
            switch (w) {
                case "first-use" -> firstUse();
                case "gc-to-report" -> gcToReport();
                case "footprint" -> footprint();
                case "gc-pause" -> gcPause();
                case "test-suite" -> TestSuite.measure();
                case "watch" -> watch();
                case "agent" -> AgentCost.measure();
                case "http" -> SideBySide.http();
                case "http-server" -> SideBySide.httpServer(8);
                case "http-server-4096" -> SideBySide.httpServer(4_096);
                case "http-server-get" -> SideBySide.httpServerGet();
                case "http-server-page" -> SideBySide.httpServerPage();
                case "http-pipeline" -> SideBySide.httpPipeline();
                case "pooled-buffer" -> SideBySide.pooledBuffer();
                case "jdbc-row", "jdbc-twenty", "jdbc-thousand" -> SideBySide.jdbc(w);
                default -> {
                    Matcher depthAndOpen = DEPTH_AND_OPEN.matcher(w);
                    if (depthAndOpen.matches()) {
                        int depth = Integer.parseInt(depthAndOpen.group(2));
                        int open = Integer.parseInt(depthAndOpen.group(3));
                        if (depthAndOpen.group(1).equals("track")) {
                            SideBySide.track(depth, open);
                        } else {
                            SideBySide.stack(depth, open);
                        }
                        continue;
                    }
                    throw new IllegalArgumentException(
                            "unknown measurement '" + w + "': use " + String.join(", ", NAMED)
                                    + ", track-<depth>-<others open> or stack-<depth>-<others open>");
                }
            }
        }
    }

    private static void child(String what) throws Exception {
        switch (what) {
            case "first-use" -> childFirstUse();
            case "gc-to-report" -> childGcToReport();
            default -> {
                if (what.startsWith("http-client-")) {
                    HttpLoad.client(Integer.parseInt(what.substring("http-client-".length())));
                } else if (what.startsWith("test-suite-")) {
                    TestSuite.child(what.substring("test-suite-".length()));
                } else if (what.startsWith("side-by-side-")) {
                    SideBySide.child(what.substring("side-by-side-".length()));
                } else if (what.startsWith("watch-")) {
                    WatchCost.measure(Integer.parseInt(what.substring("watch-".length())), 3);
                } else if (what.startsWith("footprint-")) {
                    childFootprint(what.substring("footprint-".length()));
                } else {
                    childGcPause(what.substring("gc-pause-".length()));
                }
            }
        }
    }

    // --------------------------------------------------------------------------------------------- first use

    private static void firstUse() throws Exception {
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            all.add(Double.parseDouble(run(List.of(), "first-use")));
        }
        print("first use: create a guard, track and close (ms), 15 fresh processes", all);
    }

    private static void childFirstUse() {
        LoggerFactory.getLogger(Processes.class); // a daemon's logging is set up already
        long start = System.nanoTime();
        LeakGuard guard = LeakGuard.builder().build();
        Object handle = new Object();
        guard.track(handle, KIND).close();
        long took = System.nanoTime() - start;
        Reference.reachabilityFence(handle);
        System.out.println(took / 1e6);
        guard.close();
    }

    // --------------------------------------------------------------------------------------------- GC to report

    private static void gcToReport() throws Exception {
        List<Double> all = new ArrayList<>();
        for (String line : run(List.of(), "gc-to-report").split("\n", -1)) {
            all.add(Double.parseDouble(line));
        }
        print("from the end of System.gc() to the listener (ms), an idle process, 40 leaks half a second apart", all);
    }

    private static void childGcToReport() throws InterruptedException {
        SynchronousQueue<LeakReport> reports = new SynchronousQueue<>();
        LeakGuard guard = LeakGuard.builder()
                .reportInterval(Duration.ZERO)
                .log(false)
                .listener(report -> {
                    try {
                        reports.put(report);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build();
        for (int i = 0; i < 40; i++) {
            leak(guard);
            TimeUnit.MILLISECONDS.sleep(500);
            System.gc();
            long end = System.nanoTime();
            LeakReport report = reports.poll(10, TimeUnit.SECONDS);
            long took = System.nanoTime() - end;
            System.out.println(report == null ? 10_000 : took / 1e6);
        }
        guard.close();
    }

    private static void leak(LeakGuard guard) {
        Object handle = new Object();
        guard.track(handle, KIND);
        Reference.reachabilityFence(handle);
    }

    // --------------------------------------------------------------------------------------------- watch

    private static void watch() throws Exception {
        System.out.printf("%nshare of one core (%%) and KiB allocated a second, of three hours by a virtual clock%n");
        for (int descriptors : new int[] {100, 1_000, 10_000}) {
            for (int i = 0; i < 3; i++) {
                System.out.printf(
                        Locale.ROOT,
                        "  %,6d descriptors  %s%n",
                        descriptors,
                        String.join(
                                " | ", run(List.of(), "watch-" + descriptors).split("\n", -1)));
            }
        }
    }

    // --------------------------------------------------------------------------------------------- footprint

    private static void footprint() throws Exception {
        System.out.printf(
                Locale.ROOT, "%nbytes of heap for each of %,d open resources, without the handle%n", FOOTPRINT);
        for (String what : List.of("bare-cleaner", "guard-none", "netty-paranoid", "guard-stack", "guard-compacted")) {
            System.out.printf(
                    Locale.ROOT, "  %-18s %6.0f%n", what, Double.parseDouble(run(List.of(), "footprint-" + what)));
        }
    }

    private static void childFootprint(String what) throws InterruptedException {
        LeakGuard guard = LeakGuard.builder()
                .capture(what.equals("guard-none") ? CaptureBudget.none() : CaptureBudget.unlimited())
                .escalation(Duration.ZERO)
                .log(false)
                .build();
        Cleaner cleaner = Cleaner.create();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetector<Object> netty = new ResourceLeakDetector<>(Object.class, 1);
        UnaryOperator<Object> opening = switch (what) {
            case "bare-cleaner" -> handle -> cleaner.register(handle, () -> {});
            case "netty-paranoid" -> netty::track;
            default -> handle -> guard.track(handle, KIND);
        };
        Object[] handles = new Object[FOOTPRINT];
        Object[] trackers = new Object[FOOTPRINT];
        for (int i = 0; i < FOOTPRINT; i++) {
            handles[i] = new Object();
        }
        Object first = new Object();
        Object itsTracker = Depth.at(25, () -> opening.apply(first)); // exists only once
        long before = used();
        for (int i = 0; i < FOOTPRINT; i++) {
            Object handle = handles[i];
            trackers[i] = Depth.at(25, () -> opening.apply(handle));
        }
        if (what.equals("guard-compacted")) {
            TimeUnit.SECONDS.sleep(120); // half a minute, then what is left of a core's twentieth
        }
        long after = used();
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(itsTracker);
        Reference.reachabilityFence(handles);
        Reference.reachabilityFence(trackers);
        System.out.println((after - before) / (double) FOOTPRINT);
        Runtime.getRuntime().halt(0);
    }

    private static long used() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(100);
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    // --------------------------------------------------------------------------------------------- GC pauses

    private static final Pattern PAUSE = Pattern.compile("Pause Young.* ([0-9.]+)ms$");

    private static void gcPause() throws Exception {
        for (String gc : List.of("UseG1GC", "UseParallelGC")) {
            for (String what : List.of("nothing", "bare-cleaner", "guard-none", "guard-default")) {
                List<Double> pauses = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    Path log = Files.createTempFile("leakguard-gc", ".log");
                    String mark = run(
                            List.of("-XX:+" + gc, "-Xms4g", "-Xmx4g", "-Xmn256m", "-Xlog:gc:file=" + log + ":uptime"),
                            "gc-pause-" + what);
                    pauses.addAll(pausesAfter(log, Double.parseDouble(mark)));
                    Files.delete(log);
                }
                print("young pauses (ms), -XX:+" + gc + ", 1,000,000 open in: " + what, pauses);
            }
        }
    }

    private static List<Double> pausesAfter(Path log, double uptime) throws IOException {
        List<Double> pauses = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            Matcher m = PAUSE.matcher(line);
            if (m.find()
                    && Double.parseDouble(line.substring(1, line.indexOf('s')).replace(',', '.')) > uptime) {
                pauses.add(Double.parseDouble(m.group(1)));
            }
        }
        return pauses;
    }

    private static void childGcPause(String what) {
        LeakGuard guard = what.equals("guard-default")
                ? LeakGuard.builder().log(false).build()
                : LeakGuard.builder().capture(CaptureBudget.none()).log(false).build();
        Cleaner cleaner = Cleaner.create();
        Object[] held = new Object[2 * MILLION];
        for (int i = 0; i < MILLION; i++) {
            Object handle = new Object();
            held[2 * i] = handle;
            held[2 * i + 1] = switch (what) {
                case "nothing" -> handle;
                case "bare-cleaner" -> cleaner.register(handle, () -> {});
                default -> guard.track(handle, KIND);
            };
        }
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        double mark = java.lang.management.ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
        byte[][] some = new byte[1_000][];
        for (int i = 0; i < 16 * MILLION; i++) {
            some[i % some.length] = new byte[1_000]; // 16 GB: about 60 young collections
        }
        Reference.reachabilityFence(some);
        Reference.reachabilityFence(held);
        System.out.println(mark);
        Runtime.getRuntime().halt(0);
    }

    // --------------------------------------------------------------------------------------------- the rest

    /** The command of a JVM that makes one measurement and nothing else. */
    static List<String> command(List<String> options, String what) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String classPath = System.getProperty("java.class.path");
        for (String option : options) {
            if (option.startsWith(BEFORE)) {
                classPath = option.substring(BEFORE.length()) + java.io.File.pathSeparator + classPath;
            } else {
                command.add(option);
            }
        }
        command.addAll(List.of("-cp", classPath, Processes.class.getName(), "child", what));
        return command;
    }

    /** The child's output. */
    static String run(List<String> options, String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(options, what))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out;
        try (var in = process.getInputStream()) {
            out = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (process.waitFor() != 0 || out.isEmpty()) {
            throw new IllegalStateException(what + " failed: " + out);
        }
        return out;
    }

    private static void print(String title, List<Double> values) {
        double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%n%s%n  n %d  least %.2f  median %.2f  mean %.2f  90th percentile %.2f  greatest %.2f%n",
                title,
                sorted.length,
                sorted[0],
                sorted[sorted.length / 2],
                Arrays.stream(sorted).average().orElse(0),
                sorted[(int) (sorted.length * 0.9)],
                sorted[sorted.length - 1]);
    }
}
