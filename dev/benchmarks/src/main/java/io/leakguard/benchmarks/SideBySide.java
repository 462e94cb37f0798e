package io.leakguard.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Ratios of a few percent, which runs one after the other can't show: a busy machine drifts by more. Each party has its
 * own JVM. They take turns of half a second while the others wait, and the processor time of an operation is compared
 * within a round. Several sets of JVMs, since two JVMs of the same program differ too.
 */
@SuppressWarnings("SystemOut") // a program
final class SideBySide {

    private static final int SETS = Integer.getInteger("bench.sets", 6);
    private static final int WARM_UPS = Integer.getInteger("bench.warmups", 4);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 24);
    /**
     * How long each party works alone before the rounds. In a server's first ten seconds the compiler takes a fifth of
     * the processor time, and a warm-up in turns is too short for that.
     */
    private static final long ALONE_SECONDS = Long.getLong("bench.alone", 20);

    private static final long TURN_MILLIS = Long.getLong("bench.turn", 500);
    /** Before each turn, not measured. */
    private static final long START_MILLIS = TURN_MILLIS / 3;

    private static final String READY = "ready";

    /** Classes of another build, such as the one before a change, by folders and jars. They are a separate party. */
    private static final @Nullable String OTHER = System.getProperty("bench.other");

    /** The method that JMH generates from the annotation. */
    private static final String OWN_METHOD =
            "-XX:CompileCommand=dontinline,io.leakguard.benchmarks.JdbcBenchmark::program";

    /** By its name, since it is absent for Netty 4.1. */
    private static final String BARE_DETECTOR = "io.leakguard.benchmarks.BareDetector";

    private static final String BARE = "-Dio.netty.customResourceLeakDetector=" + BARE_DETECTOR;

    /** Two-sided 95 % of Student's t for 1 to 9 degrees of freedom. */
    private static final double[] T = {12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26};

    private static volatile int sink;

    private SideBySide() {}

    private interface Work {
        /** Returns the number of operations. */
        int some() throws Exception;
    }

    /** {@code against} is the number of the party that it is compared with. */
    private record Party(String name, String work, int against, List<String> options) {}

    // ------------------------------------------------------------------------------------------------- the parties

    static void http() throws Exception {
        measure(
                "an HTTP request and its answer, keep-alive, client and server",
                List.of(
                        http("DISABLED", NettyGuarding.NONE, NettyGuarding.DISABLED),
                        http("SIMPLE", NettyGuarding.NONE, NettyGuarding.SIMPLE),
                        http("guard, no stack", NettyGuarding.NO_STACK),
                        http("guard", NettyGuarding.DEFAULT),
                        http("guard+scopes", NettyGuarding.DEFAULT, "-Dbench.channels=true")));
    }

    static void httpServer(int answer) throws Exception {
        measure(
                "an HTTP request of 8 bytes and an answer of " + answer + ", keep-alive, the server alone",
                server("http-server", "-Dbench.answer=" + answer));
    }

    static void httpServerGet() throws Exception {
        measure(
                "an HTTP request without a body and an answer of 8, keep-alive, the server alone",
                server("http-server", "-Dbench.answer=8", "-Dbench.get=true"));
    }

    static void httpServerPage() throws Exception {
        measure(
                "an HTTP request without a body and a page of " + HttpLoad.ROWS + " rows, keep-alive, the server alone",
                server("http-server", "-Dbench.get=true", "-Dbench.page=true"));
    }

    static void httpPipeline() throws Exception {
        measure(
                "an HTTP request of 8 bytes and an answer of 8 through the server's handlers, no sockets",
                server("http-pipeline", "-Dbench.answer=8"));
    }

    static void pooledBuffer() throws Exception {
        measure("a pooled direct buffer, allocated and released by an event loop's thread", server("pooled-buffer"));
    }

    private static List<Party> server(String work, String... options) {
        List<Party> parties = new ArrayList<>();
        parties.add(server("DISABLED", work, options, NettyGuarding.NONE, NettyGuarding.DISABLED));
        // The same program again: shows how much two JVMs of it differ.
        parties.add(server("DISABLED again", work, options, NettyGuarding.NONE, NettyGuarding.DISABLED));
        parties.add(server("SIMPLE", work, options, NettyGuarding.NONE, NettyGuarding.SIMPLE));
        if (hasBareDetector()) {
            parties.add(server("nothing", work, options, NettyGuarding.NONE, BARE, "-Dbench.wrap=false"));
            parties.add(server("wrapper", work, options, NettyGuarding.NONE, BARE));
            parties.add(server("Cleaner", work, options, NettyGuarding.NONE, BARE, "-Dbench.cleaner=true"));
        }
        parties.add(server("guard", work, options, NettyGuarding.DEFAULT));
        parties.add(server("no stack", work, options, NettyGuarding.NO_STACK));
        if (OTHER != null) {
            parties.add(server("other build", work, options, NettyGuarding.DEFAULT, Processes.BEFORE + OTHER));
        }
        return parties;
    }

    /** If Netty did not find it, it would use its own and say so only in a log that is off. */
    private static boolean hasBareDetector() {
        try {
            Class.forName(BARE_DETECTOR);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // Netty 4.1
        }
    }

    private static Party server(String name, String work, String[] options, String... more) {
        List<String> all = withHeap("512m", options);
        all.addAll(List.of(more));
        return new Party(name, work, 0, all);
    }

    private static Party http(String name, String... options) {
        return new Party(name, "http", 0, withHeap("512m", options));
    }

    static void jdbc(String work) throws Exception {
        List<Party> parties = new ArrayList<>();
        for (JdbcBenchmark.Party party :
                List.of(JdbcBenchmark.Party.RAW, JdbcBenchmark.Party.GUARD, JdbcBenchmark.Party.DATASOURCE_PROXY)) {
            parties.add(jdbc(party.name(), work, party));
        }
        if (work.equals("jdbc-row")) {
            parties.add(jdbc("bare delegate", work, JdbcBenchmark.Party.RAW, "-Dbench.delegate=true"));
        }
        measure(work, parties);
    }

    private static Party jdbc(String name, String work, JdbcBenchmark.Party party, String... more) {
        List<String> options = withHeap("512m", more);
        options.addAll(List.of("-Dbench.party=" + party, OWN_METHOD));
        return new Party(name, work, 0, options);
    }

    /** At a depth of the stack, with so many other resources open. */
    static void track(int depth, int open) throws Exception {
        List<String> options = opening(depth, open);
        measure(
                "open and close, depth " + depth + ", " + open + " others open",
                List.of(
                        new Party("bare Cleaner", "track-bare", 0, options),
                        new Party("guard, no stack", "track-nothing", 0, options),
                        new Party("Netty SIMPLE", "track-simple", 2, options),
                        new Party("guard, default", "track-default", 2, options)));
    }

    /** Every stack captured, at a depth, with so many other resources open. */
    static void stack(int depth, int open) throws Exception {
        List<String> options = opening(depth, open);
        measure(
                "open and close with the stack, depth " + depth + ", " + open + " others open",
                List.of(
                        new Party("bare+Throwable", "track-throwable", 0, options),
                        new Party("guard, every stack", "track-all", 0, options),
                        new Party("Netty PARANOID", "track-paranoid", 2, options),
                        new Party("guard, every stack", "track-all", 2, options)));
    }

    private static List<String> opening(int depth, int open) {
        return withHeap("1g", "-Dbench.depth=" + depth, "-Dbench.open=" + open);
    }

    private static List<String> withHeap(String size, String... more) {
        List<String> all = new ArrayList<>(List.of("-Xms" + size, "-Xmx" + size));
        all.addAll(List.of(more));
        return all;
    }

    private static Work work(String name) throws Exception {
        if (name.equals("http")) {
            NettyHttpBenchmark http = new NettyHttpBenchmark();
            http.setUp();
            return () -> {
                http.exchange();
                return NettyHttpBenchmark.OPERATIONS;
            };
        }
        if (name.equals("http-server")) {
            HttpLoad load = new HttpLoad();
            return () -> {
                load.exchange();
                return NettyHttpBenchmark.OPERATIONS;
            };
        }
        if (name.equals("http-pipeline")) {
            HttpPipeline pipeline = new HttpPipeline();
            return pipeline::exchange;
        }
        if (name.equals("pooled-buffer")) {
            BufferLoad load = new BufferLoad();
            return load::allocateAndRelease;
        }
        if (name.startsWith("track-")) {
            return tracking(name);
        }
        JdbcBenchmark jdbc = new JdbcBenchmark();
        jdbc.party = JdbcBenchmark.Party.valueOf(System.getProperty("bench.party"));
        jdbc.depth = 20;
        jdbc.setUp();
        return switch (name) {
            case "jdbc-row" -> () -> rows(jdbc);
            case "jdbc-twenty" ->
                () -> {
                    int sum = 0;
                    for (int i = 0; i < 500; i++) {
                        sum += jdbc.queryTwentyRows();
                    }
                    sink = sum;
                    return 500;
                };
            case "jdbc-thousand" ->
                () -> {
                    sink = jdbc.queryThousandRows();
                    return JdbcBenchmark.ROWS;
                };
            default -> throw new IllegalArgumentException("unknown work " + name);
        };
    }

    private static Work tracking(String name) {
        TrackBenchmark track = new TrackBenchmark();
        TrackBenchmark.Setting setting = new TrackBenchmark.Setting();
        setting.depth = Integer.getInteger("bench.depth");
        setting.open = Integer.getInteger("bench.open");
        Supplier<Object> one = switch (name) {
            case "track-bare" -> {
                var its = new TrackBenchmark.Own();
                its.setUp(setting);
                yield () -> track.bareCleaner(setting, its);
            }
            case "track-throwable" -> {
                var its = new TrackBenchmark.Own();
                its.setUp(setting);
                yield () -> track.bareCleanerAndThrowable(setting, its);
            }
            case "track-nothing" -> {
                var its = new TrackBenchmark.NothingCaptured();
                its.setUp(setting);
                yield () -> track.guardNothingCaptured(setting, its);
            }
            case "track-all" -> {
                var its = new TrackBenchmark.AllCaptured();
                its.setUp(setting);
                yield () -> track.guardAllCaptured(setting, its);
            }
            case "track-default" -> {
                var its = new TrackBenchmark.ByDefault();
                its.setUp(setting);
                yield () -> track.guardByDefault(setting, its);
            }
            case "track-simple" -> {
                var its = new TrackBenchmark.Simple();
                its.setUp(setting);
                yield () -> track.nettySimple(setting, its);
            }
            case "track-paranoid" -> {
                var its = new TrackBenchmark.Paranoid();
                its.setUp(setting);
                yield () -> track.nettyParanoid(setting, its);
            }
            default -> throw new IllegalArgumentException("unknown work " + name);
        };
        return () -> {
            Object[] handles = new Object[64]; // an object that is dropped at once would not be allocated at all
            for (int i = 0; i < 10_000; i++) {
                handles[i & 63] = one.get();
            }
            sink = handles.length;
            return 10_000;
        };
    }

    private static int rows(JdbcBenchmark jdbc) throws SQLException {
        int sum = 0;
        for (int i = 0; i < 50_000; i++) {
            sum += jdbc.row();
        }
        sink = sum;
        return 50_000;
    }

    // ------------------------------------------------------------------------------------------------- a party's JVM

    /**
     * For each line on standard input, works for a turn and prints the nanoseconds for an operation: of processor, and of wall
     * clock the median of the turn's parts, since a shared machine is slow for some tenths of a second now and then.
     */
    static void child(String name) throws Exception {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Work work = work(name);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println(READY);
        while (in.readLine() != null) {
            // A real load never stops. So work that the guard saved up while it waited, such as stacks, is not
            // measured.
            long begin = System.nanoTime();
            do {
                work.some();
            } while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(START_MILLIS));
            long operations = 0;
            List<Double> walls = new ArrayList<>();
            long cpu = system.getProcessCpuTime();
            long start = System.nanoTime();
            long before = start;
            long now;
            do {
                int some = work.some();
                operations += some;
                now = System.nanoTime();
                walls.add((double) (now - before) / some);
                before = now;
            } while (now - start < TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS));
            cpu = system.getProcessCpuTime() - cpu;
            Collections.sort(walls);
            System.out.println((double) cpu / operations + " " + walls.get(walls.size() / 2));
        }
        System.exit(0);
    }

    private static final class Running implements AutoCloseable {
        private final Process process;
        private final BufferedWriter to;
        private final BufferedReader from;

        Running(Party party) throws IOException {
            List<String> options = new ArrayList<>(party.options);
            options.add("-Dbench.turn=" + TURN_MILLIS);
            process = new ProcessBuilder(Processes.command(options, "side-by-side-" + party.work))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            to = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
            from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        /** Waits until it has started: a party that began during the others' start would be measured with them. */
        void started() throws IOException {
            line(READY);
        }

        /** The next line of this form. Libraries print lines too. */
        private String line(String pattern) throws IOException {
            String line = from.readLine();
            while (line != null && !line.matches(pattern)) {
                line = from.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("a measured JVM ended");
            }
            return line;
        }

        /** Processor and wall clock, in nanoseconds for an operation. */
        double[] turn() throws IOException {
            to.write('\n');
            to.flush();
            String line = line("[0-9.E]+ [0-9.E]+");
            return Arrays.stream(line.split(" ", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }

        /** Warms up. */
        void alone() throws IOException {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(ALONE_SECONDS)) {
                turn();
            }
        }

        @Override
        public void close() throws IOException {
            to.close();
            from.close();
            process.destroyForcibly();
        }
    }

    // ------------------------------------------------------------------------------------------------- comparing

    /** The parties that {@code -Dbench.parties=} names, by commas. The first always takes part. */
    private static List<Party> chosen(List<Party> all) {
        String names = System.getProperty("bench.parties", "");
        if (names.isEmpty()) {
            return all;
        }
        List<String> wanted = List.of(names.split(",", -1));
        List<String> known = all.stream().map(party -> party.name).toList();
        if (!known.containsAll(wanted)) {
            throw new IllegalArgumentException("-Dbench.parties=" + names + ": the parties here are " + known);
        }
        List<Party> chosen = new ArrayList<>(List.of(all.get(0)));
        for (Party party : all.subList(1, all.size())) {
            if (wanted.contains(party.name)) {
                chosen.add(new Party(party.name, party.work, 0, party.options));
            }
        }
        return chosen;
    }

    private static void measure(String what, List<Party> all) throws Exception {
        List<Party> parties = chosen(all);
        System.out.printf(
                Locale.ROOT,
                "%n%s: %d sets of JVMs, %d rounds of %d ms after %d s alone and %d to warm up%n",
                what,
                SETS,
                ROUNDS,
                TURN_MILLIS,
                ALONE_SECONDS,
                WARM_UPS);
        double[][] cpus = new double[parties.size()][SETS];
        double[][] ratios = new double[parties.size()][SETS];
        double[][] walls = new double[parties.size()][SETS];
        for (int set = 0; set < SETS; set++) {
            double[][][] rounds = rounds(parties);
            for (int p = 0; p < parties.size(); p++) {
                cpus[p][set] = middle(rounds[p], rounds[p], 0, false);
                double[][] against = rounds[parties.get(p).against];
                ratios[p][set] = middle(rounds[p], against, 0, true);
                walls[p][set] = middle(rounds[p], against, 1, true);
            }
        }
        System.out.printf(Locale.ROOT, "  %-18s %22s %26s %26s%n", "", "ns of processor", "ratio", "by wall clock");
        for (int p = 0; p < parties.size(); p++) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-18s %22s %26s %26s  against %s, sets %s%n",
                    parties.get(p).name,
                    text(cpus[p], "%.1f"),
                    text(ratios[p], "%.3f"),
                    text(walls[p], "%.3f"),
                    parties.get(parties.get(p).against).name,
                    Arrays.stream(ratios[p])
                            .mapToObj(r -> String.format(Locale.ROOT, "%.3f", r))
                            .toList());
        }
    }

    private static double[][][] rounds(List<Party> parties) throws IOException {
        List<Running> running = new ArrayList<>();
        try {
            for (Party party : parties) {
                running.add(new Running(party));
            }
            for (Running r : running) {
                r.started();
            }
            for (Running r : running) {
                r.alone();
            }
            double[][][] all = new double[parties.size()][ROUNDS][];
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, parties.size()).boxed().toList());
            for (int round = -WARM_UPS; round < ROUNDS; round++) {
                Collections.shuffle(order); // a fixed order would give a party the same caches each time
                for (int p : order) {
                    double[] took = running.get(p).turn();
                    if (round >= 0) {
                        all[p][round] = took;
                    }
                }
            }
            return all;
        } finally {
            for (Running r : running) {
                r.close();
            }
        }
    }

    /** The mean of the middle half: a median would be as coarse as the system's clock of processor time. */
    private static double middle(double[][] of, double[][] by, int column, boolean ratio) {
        double[] values = new double[of.length];
        for (int i = 0; i < of.length; i++) {
            values[i] = ratio ? of[i][column] / by[i][column] : of[i][column];
        }
        Arrays.sort(values);
        int quarter = values.length / 4;
        return Arrays.stream(values, quarter, values.length - quarter).average().orElseThrow();
    }

    private static String text(double[] sets, String format) {
        double mean = Arrays.stream(sets).average().orElse(0);
        double variance = Arrays.stream(sets).map(d -> (d - mean) * (d - mean)).sum() / Math.max(1, sets.length - 1);
        double error = sets.length < 2
                ? Double.NaN
                : T[Math.min(T.length, sets.length - 1) - 1] * Math.sqrt(variance / sets.length);
        return String.format(Locale.ROOT, format + " ± " + format, mean, error);
    }
}
