package io.leakguard.agent;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.function.BooleanSupplier;
import org.awaitility.core.ConditionTimeoutException;

/** A JVM of its own that runs a program of the tests, with the agent or without it. */
final class AgentProcess implements AutoCloseable {

    static final Path JAR = Path.of("target", "guard-agent.jar").toAbsolutePath();

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private AgentProcess(List<String> command) throws IOException {
        this.process = new ProcessBuilder(command).start();
        read(process.getInputStream(), out);
        read(process.getErrorStream(), err);
    }

    /** With the agent's options, which may be empty, and a program with its arguments. */
    static AgentProcess withAgent(String options, String... program) throws IOException {
        return java(List.of("-javaagent:" + JAR + (options.isEmpty() ? "" : "=" + options)), program);
    }

    /** With these options of the JVM, which may bring a class path of their own. */
    static AgentProcess java(List<String> jvm, String... program) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(executable());
        command.addAll(jvm);
        if (!jvm.contains("-cp") && !jvm.contains("-jar")) {
            command.add("-cp");
            command.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        }
        command.addAll(List.of(program));
        return new AgentProcess(command);
    }

    static AgentProcess of(String... command) throws IOException {
        return new AgentProcess(List.of(command));
    }

    static String executable() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private void read(InputStream stream, List<String> into) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader in =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        in.lines().forEach(into::add);
                    } catch (IOException e) {
                        into.add(e.toString());
                    } catch (UncheckedIOException e) {
                        into.add(e.toString());
                    }
                },
                "reader");
        reader.start();
        readers.add(reader);
    }

    long pid() {
        return process.pid();
    }

    /** Zero if it has ended, or if the system does not tell. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    List<String> out() {
        return out;
    }

    List<String> err() {
        return err;
    }

    /** All that it wrote, for the message of a test that fails. */
    String all() {
        return String.join("\n", out) + "\n" + String.join("\n", err);
    }

    /** Waits until something holds; each 200 ms it sends a line. A test that waited in vain shows all that was written. */
    void sendUntil(String line, BooleanSupplier holds) {
        try {
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        if (!line.isEmpty()) {
                            send(line);
                        }
                        return holds.getAsBoolean();
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not in a minute:\n" + all(), e);
        }
    }

    void awaitOut(String line) {
        sendUntil("", () -> out.contains(line) || !isAlive());
        if (!out.contains(line)) {
            throw new AssertionError("it ended:\n" + all());
        }
    }

    /** As above, of what takes as long as it takes; the build has a limit. */
    void awaitLong(String line) {
        await().atMost(Duration.ofMinutes(30)).until(() -> out.contains(line) || !isAlive());
        if (!out.contains(line)) {
            throw new AssertionError("it ended:\n" + all());
        }
    }

    boolean endsWithin(long time, TimeUnit unit) throws InterruptedException {
        return process.waitFor(time, unit);
    }

    void send(String line) {
        try {
            Writer to = process.outputWriter(StandardCharsets.UTF_8);
            to.write(line + "\n");
            to.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(all(), e);
        }
    }

    /** Closes its input, and waits for its end. */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return awaitEnd();
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("it did not end:\n" + all());
        }
        for (Thread reader : readers) {
            reader.join();
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            for (Thread reader : readers) {
                reader.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
