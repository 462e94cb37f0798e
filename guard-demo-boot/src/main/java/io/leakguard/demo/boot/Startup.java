package io.leakguard.demo.boot;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures what the starter adds to the start of an application: the same one, in fresh JVMs, with the guard's jars and without
 * them, in turns. Printed are medians, with quartiles of the differences of each turn: of the time from the JVM's start until the
 * application is ready, of the processor time of all threads until then, which a busy machine disturbs less, and of the processor
 * time some seconds later, when also that is done which the starter leaves for later.
 */
public final class Startup {

    private static final Pattern STARTED = Pattern.compile("process running for ([0-9.]+)");
    private static final Pattern READY = Pattern.compile("processor time when ready (\\d+) ms");
    private static final Pattern SETTLED = Pattern.compile("processor time when settled (\\d+) ms");
    private static final int TURNS = Integer.getInteger("demo.turns", 10);
    /** The guard loads the classes of a report thirty seconds after it was made: 40 shows all. */
    private static final int SETTLE = Integer.getInteger("demo.settle", 0);

    private record Start(double millis, double ready, double settled) {}

    private Startup() {}

    /**
     * Measures.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        List<String> with = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        List<String> without = with.stream().filter(entry -> !isOurs(entry)).toList();
        List<Start> on = new ArrayList<>();
        List<Start> off = new ArrayList<>();
        start(with);
        start(without);
        for (int i = 0; i < TURNS; i++) {
            on.add(start(with));
            off.add(start(without));
        }
        System.out.printf(
                "Java %s, %d processors, load %.1f, %d turns%n",
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                TURNS);
        print("ready after", on, off, Start::millis);
        print("processor time when ready", on, off, Start::ready);
        if (SETTLE > 0) {
            print("processor time " + SETTLE + " s later", on, off, Start::settled);
        }
    }

    private static void print(String what, List<Start> on, List<Start> off, ToDoubleFunction<Start> value) {
        double[] differences = new double[on.size()];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = value.applyAsDouble(on.get(i)) - value.applyAsDouble(off.get(i));
        }
        Arrays.sort(differences);
        System.out.printf(
                "%s %.0f ms with the starter, %.0f ms without: %.0f ms more (quartiles %.0f to %.0f)%n",
                what,
                median(on, value),
                median(off, value),
                median(differences),
                differences[differences.length / 4],
                differences[differences.length - 1 - differences.length / 4]);
    }

    private static boolean isOurs(String entry) {
        return entry.contains("guard-") && !entry.contains("guard-demo-boot");
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> value) {
        return median(starts.stream().mapToDouble(value).sorted().toArray());
    }

    private static double median(double[] sorted) {
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static Start start(List<String> classPath) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-Ddemo.settle=" + SETTLE,
                            "-classpath",
                            String.join(File.pathSeparator, classPath),
                            BareShop.class.getName(),
                            "--logging.level.root=INFO")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return new Start(
                    read(STARTED, output) * 1_000, read(READY, output), SETTLE > 0 ? read(SETTLED, output) : 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double read(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("the application did not start:\n" + output);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
