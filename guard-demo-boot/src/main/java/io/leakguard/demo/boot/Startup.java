package io.leakguard.demo.boot;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the cost of the starter at the start of an application: the same application in fresh JVMs, with and without
 * the guard's jars, in turns. Prints the medians of the time from the JVM's start until the application is ready, and
 * of the processor time until then, on which a busy machine has less influence.
 */
public final class Startup {

    private static final Pattern STARTED = Pattern.compile("process running for ([0-9.]+)");
    private static final Pattern PROCESSOR = Pattern.compile("processor time (\\d+) ms");
    private static final int TURNS = Integer.getInteger("demo.turns", 10);

    private record Start(double millis, double processor) {}

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
        print("ready after", on, off, Start::millis);
        print("processor time", on, off, Start::processor);
    }

    private static void print(String what, List<Start> on, List<Start> off, ToDoubleFunction<Start> value) {
        double with = median(on, value);
        double without = median(off, value);
        System.out.printf(
                "%s %.0f ms with the starter, %.0f ms without: %.0f ms more (medians of %d)%n",
                what, with, without, with - without, TURNS);
    }

    private static boolean isOurs(String entry) {
        return entry.contains("guard-") && !entry.contains("guard-demo-boot");
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> value) {
        double[] sorted = starts.stream().mapToDouble(value).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static Start start(List<String> classPath) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-classpath",
                            String.join(File.pathSeparator, classPath),
                            BareShop.class.getName(),
                            "--logging.level.root=INFO")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            Matcher ready = STARTED.matcher(output);
            Matcher processor = PROCESSOR.matcher(output);
            if (!ready.find() || !processor.find()) {
                throw new IllegalStateException("the application did not start:\n" + output);
            }
            return new Start(Double.parseDouble(ready.group(1)) * 1_000, Double.parseDouble(processor.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
