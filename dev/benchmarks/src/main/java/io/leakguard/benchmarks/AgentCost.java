package io.leakguard.benchmarks;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * What the agent adds to a start, and to opening and closing a file, an accepted connection and a list of files: in turns, each
 * in fresh processes, by processor time, so that other processes of the machine count for little. Floors are beside it: hooks
 * that call a method which does nothing; the same with a {@code Throwable} for each opening; the same with a phantom reference
 * that a list holds until the close, without which nothing learns that an object was collected; and with both.
 */
final class AgentCost {

    private static final Path JAR = Path.of("..", "..", "guard-agent", "target", "guard-agent.jar");
    private static final int STARTS = 15;
    private static final int ROUNDS = Integer.getInteger("agent.cost.rounds", 7);
    private static final int DEPTH = 5;
    private static final int BLOCKS = 9;
    /** Blocks until the compiler has done its work. */
    private static final int WARM_UP = 20;

    private static final List<String> OPERATIONS = List.of("file", "accept", "list");

    /** The options of the JVM for each party. */
    private static final Map<String, List<String>> PARTIES = new LinkedHashMap<>();

    static {
        String agent = "-javaagent:" + JAR + "=agent.watch=false";
        PARTIES.put("plain", List.of());
        PARTIES.put("empty hook", List.of(agent));
        PARTIES.put("hook, PhantomReference", List.of(agent));
        PARTIES.put("hook, Throwable", List.of(agent));
        PARTIES.put("hook, both", List.of(agent));
        PARTIES.put("agent", List.of(agent));
        PARTIES.put("agent, every stack", List.of(agent + ",capture=unlimited"));
    }

    /** A walked stack, as the guard keeps it. */
    private static final class Stack extends Throwable {
        private static final long serialVersionUID = 1L;

        Stack() {
            super(null, null, false, true);
        }
    }

    /** The least that a tracker does: a reference that is in a list until its object is closed. */
    private static final class Held extends PhantomReference<Object> {
        private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();

        private Held before = this;
        private Held after = this;

        Held(Object handle) {
            super(handle, COLLECTED);
        }

        synchronized void add(Held other) {
            other.after = after;
            other.before = this;
            after.before = other;
            after = other;
        }

        synchronized void remove(Held other) {
            other.before.after = other.after;
            other.after.before = other.before;
        }
    }

    /** What a party does for one resource, beside its hooks. One for each thread, so that none waits. */
    private static final class Floor {
        private final boolean stacks;
        private final boolean references;
        private final Held open = new Held(this);

        Floor(String party) {
            stacks = party.endsWith("Throwable") || party.endsWith("both");
            references = party.endsWith("PhantomReference") || party.endsWith("both");
        }

        Held opened(Object handle) {
            if (stacks) {
                kept = new Stack();
            }
            if (!references) {
                return null;
            }
            Held held = new Held(handle);
            open.add(held);
            return held;
        }

        void closed(Held held) {
            if (held != null) {
                open.remove(held);
            }
        }
    }

    @SuppressWarnings({"UnusedVariable", "unused"}) // so that the compiler does not leave the object out
    private static volatile Object kept;

    private AgentCost() {}

    static void measure() throws IOException, InterruptedException {
        if (!Files.isRegularFile(JAR)) {
            throw new IOException("the agent's jar is missing: " + JAR.toAbsolutePath());
        }
        starts();
        for (String operation : OPERATIONS) {
            operations(operation, 1);
        }
        operations("file", 2);
    }

    private static void starts() throws IOException, InterruptedException {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (int i = 0; i < STARTS; i++) {
            all.computeIfAbsent("plain", k -> new ArrayList<>()).add(run(List.of(), "start", "-", "1"));
            all.computeIfAbsent("agent, watch and all", k -> new ArrayList<>())
                    .add(run(List.of("-javaagent:" + JAR), "start", "-", "1"));
        }
        print("start of a process, processor time in ms, " + STARTS + " in turns", all);
    }

    private static void operations(String operation, int threads) throws IOException, InterruptedException {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            for (Map.Entry<String, List<String>> party : PARTIES.entrySet()) {
                all.computeIfAbsent(party.getKey(), k -> new ArrayList<>())
                        .add(run(party.getValue(), operation, party.getKey(), Integer.toString(threads)));
            }
        }
        print(
                operation + " at depth " + DEPTH + ", " + threads + " thread(s), processor time in ns, " + ROUNDS
                        + " processes of each in turns",
                all);
    }

    private static void print(String what, Map<String, List<Double>> all) {
        System.out.println(what);
        double plain = 0;
        for (Map.Entry<String, List<Double>> party : all.entrySet()) {
            double[] sorted = party.getValue().stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            double median = sorted[sorted.length / 2];
            if (plain == 0) {
                plain = median;
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %-24s median %,9.0f  from %,9.0f to %,9.0f  %.2f × plain%n",
                    party.getKey(),
                    median,
                    sorted[0],
                    sorted[sorted.length - 1],
                    median / plain);
        }
    }

    private static double run(List<String> options, String operation, String party, String threads)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                classes(), // without guard-core, for whose guard the agent would keep what is opened early
                AgentCost.class.getName(),
                operation,
                party,
                threads));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = in.readLine();
            if (line == null || process.waitFor() != 0) {
                throw new IOException("the process failed: " + command);
            }
            return Double.parseDouble(line);
        }
    }

    private static String classes() {
        return Path.of(URI.create(AgentCost.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .toString();
    }

    /**
     * In a process of its own: prints one figure.
     *
     * @param args the operation, the party and the number of threads
     * @throws Exception if it can't be measured
     */
    public static void main(String[] args) throws Exception {
        String operation = args[0];
        String party = args[1];
        int threads = Integer.parseInt(args[2]);
        if (operation.equals("start")) {
            long nanos =
                    ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                            ? os.getProcessCpuTime()
                            : 0;
            System.out.println(nanos / 1e6);
            return;
        }
        if (party.contains("hook")) {
            Class<?> bridge = Class.forName("java.lang.LeakGuardBridge");
            bridge.getMethod("sink", bridge).invoke(null, new Object[] {null});
        }
        double[] medians = new double[threads];
        CountDownLatch begin = new CountDownLatch(threads);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int index = i;
            Thread thread = new Thread(() -> medians[index] = median(operation, new Floor(party), begin));
            thread.start();
            all.add(thread);
        }
        for (Thread thread : all) {
            thread.join();
        }
        System.out.println(Arrays.stream(medians).average().orElse(0));
        System.exit(0);
    }

    private static double median(String operation, Floor floor, CountDownLatch begin) {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        int each = operation.equals("accept") ? 4_000 : 20_000; // some 50 ms
        double[] blocks = new double[BLOCKS];
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < WARM_UP * each; i++) {
                deeper(DEPTH, operation, floor, server);
            }
            begin.countDown();
            begin.await();
            for (int block = 0; block < BLOCKS; block++) {
                long start = bean.getCurrentThreadCpuTime();
                for (int i = 0; i < each; i++) {
                    deeper(DEPTH, operation, floor, server);
                }
                blocks[block] = (double) (bean.getCurrentThreadCpuTime() - start) / each;
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Arrays.sort(blocks);
        return blocks[BLOCKS / 2];
    }

    private static int deeper(int frames, String operation, Floor floor, ServerSocket server) throws IOException {
        return frames > 1 ? deeper(frames - 1, operation, floor, server) : open(operation, floor, server);
    }

    private static int open(String operation, Floor floor, ServerSocket server) throws IOException {
        switch (operation) {
            case "file" -> {
                try (FileInputStream in = new FileInputStream("/etc/hosts")) {
                    Held held = floor.opened(in);
                    int read = in.read();
                    floor.closed(held);
                    return read;
                }
            }
            case "accept" -> {
                try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                        Socket accepted = server.accept()) {
                    Held one = floor.opened(client);
                    Held other = floor.opened(accepted);
                    int ports = accepted.getPort() + client.getPort();
                    floor.closed(other);
                    floor.closed(one);
                    return ports;
                }
            }
            default -> {
                try (Stream<Path> files = Files.list(Path.of("/etc/ssl"))) {
                    Held held = floor.opened(files);
                    int parallel = files.isParallel() ? 1 : 0;
                    floor.closed(held);
                    return parallel;
                }
            }
        }
    }
}
