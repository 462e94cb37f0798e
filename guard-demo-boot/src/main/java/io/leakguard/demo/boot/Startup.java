package io.leakguard.demo.boot;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures what the starter adds to the start of an application: the same one, in fresh JVMs, with the guard's jars and without
 * them, in turns. The median of each is printed, in milliseconds from the JVM's start until the application is ready.
 */
public final class Startup {

    private static final Pattern STARTED = Pattern.compile("process running for ([0-9.]+)");
    private static final int TURNS = Integer.getInteger("demo.turns", 10);

    private Startup() {}

    /**
     * Measures.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        List<String> with = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        List<String> without =
                with.stream().filter(entry -> !isOurs(entry)).toList();
        double[] on = new double[TURNS];
        double[] off = new double[TURNS];
        start(with);
        start(without);
        for (int i = 0; i < TURNS; i++) {
            on[i] = start(with);
            off[i] = start(without);
        }
        System.out.printf(
                "ready after %.0f ms with the starter and %.0f ms without: %.0f ms more (median of %d)%n",
                median(on),
                median(off),
                median(on) - median(off),
                TURNS);
        System.out.printf("with: %s%nwithout: %s%n", Arrays.toString(on), Arrays.toString(off));
    }

    private static boolean isOurs(String entry) {
        return entry.contains("guard-") && !entry.contains("guard-demo-boot");
    }

    private static double median(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double start(List<String> classPath) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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
            if (!ready.find()) {
                throw new IllegalStateException("the application did not start:\n" + output);
            }
            return Double.parseDouble(ready.group(1)) * 1_000;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
