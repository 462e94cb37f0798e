package io.leakguard.agent.it;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/** A JVM of its own, whose output and log come in one. */
final class JavaProcess implements AutoCloseable {

    static final String GUARD = "-javaagent:"
            + Path.of("..", "..", "..", "guard-agent", "target", "guard-agent.jar")
                    .toAbsolutePath()
                    .normalize();

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private JavaProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reader = new Thread(this::read, "reader");
        reader.start();
    }

    /** A program of this module's, with these options of the JVM, on a class path without LeakGuard. */
    static JavaProcess of(List<String> options, String... program) throws IOException {
        List<String> command = command();
        command.addAll(options);
        command.add("-cp");
        command.add(Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("guard-"))
                .collect(Collectors.joining(File.pathSeparator)));
        command.addAll(List.of(program));
        return new JavaProcess(command);
    }

    /** The agent's command line; what it has written. */
    static List<String> command(String... words) throws IOException, InterruptedException {
        List<String> command = command();
        command.addAll(List.of("-jar", GUARD.substring(GUARD.indexOf(':') + 1)));
        command.addAll(List.of(words));
        try (JavaProcess process = new JavaProcess(command)) {
            process.end();
            return process.lines;
        }
    }

    static String otherAgent(String name) {
        return "-javaagent:" + Path.of("target", "agents", name).toAbsolutePath();
    }

    private static List<String> command() {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC"));
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            in.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add(e.toString());
        }
    }

    List<String> lines() {
        return lines;
    }

    String all() {
        return String.join("\n", lines);
    }

    long pid() {
        return process.pid();
    }

    /** Waits for a line; each 200 ms the process is sent one, at which it has garbage collected. */
    String awaitLine(Predicate<String> wanted) {
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        send();
                        return lines.stream().anyMatch(wanted) || !process.isAlive();
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not in two minutes:\n" + all(), e);
        }
        return lines.stream().filter(wanted).findFirst().orElseThrow(() -> new AssertionError("it ended:\n" + all()));
    }

    private void send() {
        try {
            Writer to = process.outputWriter(StandardCharsets.UTF_8);
            to.write("collect\n");
            to.flush();
        } catch (IOException e) {
            lines.add(e.toString()); // it has ended
        }
    }

    /** Closes its input and waits for its end. */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            throw new AssertionError("it did not end:\n" + all());
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
