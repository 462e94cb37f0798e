package io.leakguard.heap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of the tests in JVMs with small heaps, so that their dumps are small. */
final class Jvm {

    private Jvm() {}

    static ProcessBuilder of(List<String> options, String main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** Runs a program to its end; throws what it said unless it ends well. */
    static String run(String main, String... args) throws IOException, InterruptedException {
        return run(List.of(), main, args);
    }

    static String run(List<String> options, String main, String... args) throws IOException, InterruptedException {
        Process process = of(options, main, args).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new AssertionError(main + " failed: " + said);
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
