package io.leakguard.it.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each logging backend prints a report's headline once. */
class LoggingBackendsTest {

    /** A program that leaks once, with a guard at its defaults. */
    static final class Program {
        public static void main(String[] args) {
            try (LeakGuard guard = LeakGuard.create()) {
                leak(guard);
                guard.awaitCollection(Duration.ofSeconds(60));
            }
        }

        private static void leak(LeakGuard guard) {
            guard.track(new Object(), ResourceKind.of("test.backend"), "only one");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"slf4j-simple", "slf4j-jdk14", "logback", "log4j"})
    void a_headline_is_printed_once(String backend) throws Exception {
        String without = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> !path.contains("slf4j-nop"))
                .collect(Collectors.joining(File.pathSeparator));
        String jars;
        try (Stream<Path> all = Files.list(Path.of("target", "backends"))) {
            jars = all.filter(jar -> jar.getFileName().toString().startsWith(backend))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", // a quick start
                        "-XX:+UseSerialGC",
                        "-Dlog4j2.level=INFO",
                        "-cp",
                        jars + File.pathSeparator + without,
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        List<String> lines =
                out.lines().filter(line -> line.contains("test.backend")).toList();
        assertThat(lines).as(out).hasSize(1);
        assertThat(lines.get(0)).containsOnlyOnce("LEAK test.backend collected without close() · opened at ");
        // Logback's layout for programs without a configuration shows an event's key-value pairs before its message.
        String message =
                backend.equals("logback") ? lines.get(0).replaceFirst("leakguard\\.[^-]*- ", "") : lines.get(0);
        assertThat(message).containsOnlyOnce("test.backend").containsOnlyOnce("LoggingBackendsTest$Program.leak");
    }
}
