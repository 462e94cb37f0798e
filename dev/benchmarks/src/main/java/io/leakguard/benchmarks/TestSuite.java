package io.leakguard.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * The cost of the JUnit extension for a suite of 1,000 tests in ten classes. Each run is a fresh JVM with JUnit's own
 * launcher, as a build tool starts it. A suite of one test shows the fixed cost of a run.
 */
@SuppressWarnings({"SystemOut", "ReachabilityFenceUsage"}) // a program; and what is measured must not be in a try
final class TestSuite {

    private static final ResourceKind KIND = ResourceKind.of("bench.resource");
    private static final int TESTS = 1_000;
    private static final int ROUNDS = Integer.getInteger("rounds", 9);
    private static final String ENABLED = "-Dleakguard.junit.enabled=true";
    private static final Pattern RESULT = Pattern.compile("RESULT (\\d+) ([0-9.]+) ([0-9.]+) ([0-9.]+)");
    private static final Pattern COLLECTOR = Pattern.compile("\\[leakguard] .*? · (.*?) · ");

    private static final Map<String, List<String>> WAYS = new LinkedHashMap<>();

    static {
        WAYS.put("empty, off", List.of());
        WAYS.put("empty, on", List.of(ENABLED, "-Dleakguard.junit.descriptors=off", "-Dleakguard.junit.threads=off"));
        WAYS.put(
                "empty, on, descriptors and threads by class",
                List.of(ENABLED, "-Dleakguard.junit.descriptors.level=class", "-Dleakguard.junit.threads.level=class"));
        WAYS.put("3 resources a test, off", List.of());
        WAYS.put("3 resources a test, on", List.of(ENABLED));
        WAYS.put("3 resources a test and one that stays open, on", List.of(ENABLED));
    }

    private TestSuite() {}

    // ----------------------------------------------------------------------------------------------- the suite

    /** A hundred tests. */
    abstract static class Hundred {
        private static @Nullable Object kept;

        @BeforeAll
        static void keep() {
            if (Boolean.getBoolean("bench.keep") && kept == null) {
                Object handle = new Object();
                kept = handle;
                LeakGuard.global().track(handle, KIND);
            }
        }

        private static void test() {
            for (int i = 0; i < Integer.getInteger("bench.resources", 0); i++) {
                Object handle = new Object();
                LeakTracker tracker = LeakGuard.global().track(handle, KIND);
                tracker.close();
                Reference.reachabilityFence(handle);
            }
        }

        @Test
        void t0() {
            test();
        }

        @Test
        void t1() {
            test();
        }

        @Test
        void t2() {
            test();
        }

        @Test
        void t3() {
            test();
        }

        @Test
        void t4() {
            test();
        }

        @Test
        void t5() {
            test();
        }

        @Test
        void t6() {
            test();
        }

        @Test
        void t7() {
            test();
        }

        @Test
        void t8() {
            test();
        }

        @Test
        void t9() {
            test();
        }

        @RepeatedTest(90)
        void more() {
            test();
        }
    }

    static final class A extends Hundred {}

    static final class B extends Hundred {}

    static final class C extends Hundred {}

    static final class D extends Hundred {}

    static final class E extends Hundred {}

    static final class F extends Hundred {}

    static final class G extends Hundred {}

    static final class H extends Hundred {}

    static final class I extends Hundred {}

    static final class J extends Hundred {}

    static final class One {
        @Test
        void one() {
            Hundred.test();
        }
    }

    static void child(String what) {
        List<Class<?>> classes = what.equals("one")
                ? List.of(One.class)
                : List.of(A.class, B.class, C.class, D.class, E.class, F.class, G.class, H.class, I.class, J.class);
        System.setErr(System.out); // the extension's summary, for the process that started this one
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpu = process.getProcessCpuTime();
        long ofThread = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        try (LauncherSession session = LauncherFactory.openSession()) {
            session.getLauncher()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(classes.stream()
                                            .map(DiscoverySelectors::selectClass)
                                            .toList())
                                    .build(),
                            summary);
        }
        double wall = (System.nanoTime() - start) / 1e6;
        double threadMillis = (threads.getCurrentThreadCpuTime() - ofThread) / 1e6;
        double cpuMillis = (process.getProcessCpuTime() - cpu) / 1e6;
        System.out.printf(
                Locale.ROOT,
                "RESULT %d %.3f %.3f %.3f%n",
                summary.getSummary().getTestsSucceededCount(),
                wall,
                threadMillis,
                cpuMillis);
    }

    // ----------------------------------------------------------------------------------------------- measuring

    /**
     * One run of one JVM, in ms.
     *
     * @param wall by the clock
     * @param thread processor time of the thread that runs the tests: the wall clock of an idle machine
     * @param cpu processor time of the whole JVM, its compiler and collector included
     */
    private record Sample(double wall, double thread, double cpu, String collector) {}

    static void measure() throws Exception {
        Map<String, List<Sample>> one = new LinkedHashMap<>();
        Map<String, List<Sample>> all = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, List<String>> way : WAYS.entrySet()) {
                one.computeIfAbsent(way.getKey(), k -> new ArrayList<>()).add(sample(way, "one", 1));
                all.computeIfAbsent(way.getKey(), k -> new ArrayList<>()).add(sample(way, "all", TESTS));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%n%,d tests in 10 classes, JUnit's launcher, %d fresh JVMs each in turn; median (least to greatest), ms%n",
                TESTS,
                ROUNDS);
        Map<String, ToDoubleFunction<Sample>> times = new LinkedHashMap<>();
        times.put("clock", Sample::wall);
        times.put("the tests' thread", Sample::thread);
        times.put("all of the JVM", Sample::cpu);
        times.forEach((name, time) -> {
            System.out.println("by " + name);
            for (String way : WAYS.keySet()) {
                List<Sample> few = one.getOrDefault(way, List.of());
                List<Sample> many = all.getOrDefault(way, List.of());
                String off = way.startsWith("empty") ? "empty, off" : "3 resources a test, off";
                System.out.printf(
                        Locale.ROOT,
                        "  %-48s %s; one test alone %s%s   %s%n",
                        way,
                        spread(many.stream().map(time::applyAsDouble).toList()),
                        spread(few.stream().map(time::applyAsDouble).toList()),
                        way.equals(off) ? "" : "; a test more than off " + spread(perTest(one, all, way, off, time)),
                        many.get(many.size() / 2).collector());
            }
        });
    }

    /** The cost of one test beyond the same test without the extension, less the fixed cost of a run; by rounds. */
    private static List<Double> perTest(
            Map<String, List<Sample>> one,
            Map<String, List<Sample>> all,
            String way,
            String off,
            ToDoubleFunction<Sample> time) {
        List<Double> result = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            double on = time(all, way, i, time) - time(one, way, i, time);
            double without = time(all, off, i, time) - time(one, off, i, time);
            result.add((on - without) / (TESTS - 1));
        }
        return result;
    }

    private static double time(
            Map<String, List<Sample>> samples, String way, int round, ToDoubleFunction<Sample> time) {
        return time.applyAsDouble(samples.getOrDefault(way, List.of()).get(round));
    }

    private static Sample sample(Map.Entry<String, List<String>> way, String which, int tests)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("leakguard-suite");
        List<String> options = new ArrayList<>(way.getValue());
        options.add("-Dleakguard.junit.output=" + folder);
        options.add("-Dbench.resources=" + (way.getKey().startsWith("3") ? 3 : 0));
        options.add("-Dbench.keep=" + way.getKey().contains("stays open"));
        try {
            String out = Processes.run(options, "test-suite-" + which);
            Matcher result = RESULT.matcher(out);
            if (!result.find() || Integer.parseInt(result.group(1)) != tests) {
                throw new IllegalStateException(way.getKey() + ": " + out);
            }
            Matcher collector = COLLECTOR.matcher(out);
            return new Sample(
                    Double.parseDouble(result.group(2)),
                    Double.parseDouble(result.group(3)),
                    Double.parseDouble(result.group(4)),
                    collector.find() ? collector.group(1) : "");
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            files.forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.delete(folder);
    }

    private static String spread(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
        return Arrays.stream(new double[] {sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]})
                .mapToObj(d -> String.format(Locale.ROOT, Math.abs(d) < 10 ? "%.2f" : "%.0f", d))
                .reduce((a, b) -> a.contains("(") ? a + " to " + b + ")" : a + " (" + b)
                .orElse("");
    }
}
