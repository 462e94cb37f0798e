package io.leakguard.demo;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts a daemon without LeakGuard under {@code -javaagent}, and checks the agent's reports. Ends with 0 if the agent
 * found every leak at its line and nothing else, else with 1.
 */
public final class AgentDemo {

    private static final Path AGENT = Path.of("..", "guard-agent", "target", "guard-agent.jar");
    private static final String DAEMON = "io.leakguard.demo.plain.PlainDaemon";
    private static final String SOURCE = "/io/leakguard/demo/plain/PlainDaemon.java";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final Pattern MARK = Pattern.compile(".*// BUG ([a-z.]+)");
    private static final Pattern REPORT =
            Pattern.compile("\\[leakguard] WARN io\\.leakguard\\.leak - (?:SUSPECTED )?LEAK (\\S+) .*opened at"
                    + " \\S+\\((\\w+\\.java):(\\d+)\\).*");
    private static final Pattern ANY_REPORT =
            Pattern.compile("\\[leakguard] WARN io\\.leakguard\\.leak - (?:SUSPECTED )?LEAK .*");

    private final PrintStream out;
    private final Map<String, Integer> lines;
    private final Map<String, Integer> met = new ConcurrentHashMap<>();
    private final Map<String, Integer> found = new ConcurrentHashMap<>();
    private final List<String> others = new ArrayList<>();
    private final List<String> firstLines = new ArrayList<>();
    private volatile boolean ready;

    private AgentDemo(PrintStream out, Map<String, Integer> lines) {
        this.out = out;
        this.lines = lines;
    }

    /**
     * Runs the demo and exits.
     *
     * @param args none
     * @throws Exception if the demo itself is broken
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.exit(run(out, !"none".equals(System.getProperty("demo.leaks"))));
    }

    static int run(PrintStream out, boolean bugs) throws IOException, InterruptedException {
        if (!Files.isRegularFile(AGENT)) {
            out.println("The agent's jar is missing: build it by mvn -q -Pdemo, from the project's folder");
            return 2;
        }
        return new AgentDemo(out, marks()).run(bugs);
    }

    /** The daemon's lines that open forgotten resources, by kind. */
    private static Map<String, Integer> marks() throws IOException {
        Map<String, Integer> result = new LinkedHashMap<>();
        try (InputStream in = AgentDemo.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IOException("the daemon's source is missing: " + SOURCE);
            }
            List<String> source = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            for (int i = 0; i < source.size(); i++) {
                Matcher mark = MARK.matcher(source.get(i));
                if (mark.matches()) {
                    result.put(mark.group(1), i + 1);
                }
            }
        }
        return result;
    }

    private int run(boolean bugs) throws IOException, InterruptedException {
        long start = System.nanoTime();
        out.printf(
                Locale.ROOT,
                "%nThe same kind of daemon, without a line of LeakGuard: java -javaagent:guard-agent.jar (%s).%n",
                bugs ? lines.size() + " bugs" : "its bugs fixed");
        Process daemon = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-javaagent:" + AGENT + "=capture=unlimited,report.interval=0,overdue=process=1s",
                        "-Dplain.bugs=" + bugs,
                        "-cp",
                        System.getProperty("java.class.path"),
                        DAEMON)
                .start();
        Thread output = reading(daemon.getInputStream(), this::said);
        Thread log = reading(daemon.getErrorStream(), this::logged);
        try {
            await(daemon);
        } finally {
            daemon.descendants().forEach(ProcessHandle::destroy);
            daemon.getOutputStream().close();
            if (!daemon.waitFor(30, TimeUnit.SECONDS)) {
                daemon.destroyForcibly();
            }
            output.join();
            log.join();
        }
        return verdict(bugs, System.nanoTime() - start);
    }

    private static Thread reading(InputStream from, Consumer<String> each) {
        Thread thread = new Thread(() -> {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                in.lines().forEach(each);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
        return thread;
    }

    private void said(String line) {
        String[] words = line.split(" ", -1);
        if (line.equals("ready")) {
            ready = true;
        } else if (words[0].equals("bug") && words.length == 3) {
            met.put(words[1], Integer.valueOf(words[2]));
        } else {
            others.add("the daemon says: " + line);
        }
    }

    private void logged(String line) {
        Matcher report = REPORT.matcher(line);
        if (report.matches()
                && lines.containsKey(report.group(1))
                && report.group(2).equals("PlainDaemon.java")
                && lines.getOrDefault(report.group(1), 0) == Integer.parseInt(report.group(3))) {
            found.merge(report.group(1), 1, Integer::sum);
        } else if (ANY_REPORT.matcher(line).matches()) {
            others.add(line);
        } else if (line.contains(" ERROR ")) {
            others.add(line);
        } else if (line.contains("io.leakguard.agent")) {
            firstLines.add(line);
        }
    }

    /** Lets the daemon collect until all leaks are found, and a little longer to catch false reports. */
    private void await(Process daemon) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!ready && daemon.isAlive() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        int more = 8;
        Writer to = daemon.outputWriter(StandardCharsets.UTF_8);
        while (daemon.isAlive() && more > 0 && System.nanoTime() < end) {
            to.write("collect\n");
            to.flush();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
            if (met.entrySet().stream().allMatch(bug -> found.getOrDefault(bug.getKey(), 0) >= bug.getValue())) {
                more--;
            }
        }
    }

    private int verdict(boolean bugs, long nanos) {
        boolean right = ready && others.isEmpty() && (bugs ? met.keySet().equals(lines.keySet()) : met.isEmpty());
        firstLines.stream().limit(1).forEach(line -> out.println(line.replace(" · ", System.lineSeparator() + "  ")));
        out.printf(Locale.ROOT, "%n  %-18s %-24s %9s %9s%n", "kind", "opened at", "forgotten", "found");
        for (Map.Entry<String, Integer> bug : lines.entrySet()) {
            int forgotten = met.getOrDefault(bug.getKey(), 0);
            int told = found.getOrDefault(bug.getKey(), 0);
            right &= forgotten == told;
            out.printf(
                    Locale.ROOT,
                    "  %-18s %-24s %9d %9d  %s%n",
                    bug.getKey(),
                    "PlainDaemon.java:" + bug.getValue(),
                    forgotten,
                    told,
                    forgotten == told ? "right" : "WRONG");
        }
        others.forEach(line -> out.println("  NOT EXPECTED: " + line));
        out.printf(
                Locale.ROOT,
                "%n%s (%.0f s)%n",
                right
                        ? bugs
                                ? "The agent found every leak at its line, and nothing else."
                                : "The agent reported nothing, and nothing leaked."
                        : "The agent was wrong.",
                nanos / 1e9);
        return right ? 0 : 1;
    }
}
