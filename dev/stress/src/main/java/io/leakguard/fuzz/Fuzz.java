package io.leakguard.fuzz;

import io.leakguard.internal.ConfigFuzz;
import io.leakguard.internal.SuppressionFuzz;
import io.leakguard.jdbc.JdbcUrlFuzz;
import io.leakguard.junit.BaselineFuzz;
import io.leakguard.watch.ProcFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs each parser on very many inputs, guided by coverage. Fails at the first finding, whose input is kept. Arguments:
 * the number of inputs for each, a folder, and the names of targets (all if there are none).
 */
public final class Fuzz {
    private Fuzz() {}

    /** A parser. */
    public interface Target {
        void one(byte[] data) throws IOException;
    }

    /** A target with the class that the fuzzer calls. */
    public record Named(Class<?> type, Target target) {}

    public static final List<Named> TARGETS = List.of(
            new Named(SuppressionFuzz.class, SuppressionFuzz::fuzzerTestOneInput),
            new Named(BaselineFuzz.class, BaselineFuzz::fuzzerTestOneInput),
            new Named(ConfigFuzz.class, ConfigFuzz::fuzzerTestOneInput),
            new Named(JdbcUrlFuzz.class, JdbcUrlFuzz::fuzzerTestOneInput),
            new Named(ProcFuzz.class, ProcFuzz::fuzzerTestOneInput));

    /** Without coverage: inputs of a fixed seed, for the ordinary tests. */
    public static void random(Target target, int inputs, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < inputs; i++) {
            byte[] data = new byte[random.nextInt(random.nextInt(4) == 0 ? 400 : 60)];
            random.nextBytes(data);
            target.one(data);
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        String runs = args[0];
        Path folder = Path.of(args[1]).toAbsolutePath();
        List<String> failed = new ArrayList<>();
        for (Named named : TARGETS) {
            String name = named.type().getSimpleName();
            if (args.length > 2 && !List.of(args).subList(2, args.length).contains(name)) {
                continue;
            }
            Path own = folder.resolve(name);
            Path corpus = Files.createDirectories(own.resolve("corpus"));
            Path log = own.resolve("log.txt");
            long start = System.nanoTime();
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "com.code_intelligence.jazzer.Jazzer",
                            "--target_class=" + named.type().getName(),
                            "--instrumentation_includes=io.leakguard.**",
                            "--custom_hook_includes=io.leakguard.**",
                            "--disabled_hooks=*",
                            "--reproducer_path=" + own,
                            "-artifact_prefix=" + own + "/",
                            "-runs=" + runs,
                            "-max_len=512",
                            "-timeout=20",
                            "-print_final_stats=1",
                            corpus.toString())
                    .directory(own.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            int result = process.waitFor();
            String text = Files.readString(log);
            String executed = text.lines()
                    .filter(line -> line.startsWith("stat::number_of_executed_units"))
                    .map(line -> line.replaceAll("\\D+", ""))
                    .findFirst()
                    .orElse("unknown");
            System.out.printf(
                    "%-16s %s inputs in %.0f s: %s%n",
                    name,
                    executed,
                    (System.nanoTime() - start) / 1e9,
                    result == 0 ? "no finding" : "FINDING, see " + log);
            if (result != 0) {
                failed.add(name);
            }
        }
        if (!failed.isEmpty()) {
            System.exit(1);
        }
    }
}
