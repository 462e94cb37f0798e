package io.leakguard.heap;

import io.leakguard.adapter.HeapReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads a dump for a guard, in a process of its own. For the {@link java.util.ServiceLoader}. Thread-safe. */
public final class SeparateHeapReader implements HeapReader {

    /** For the service loader. */
    public SeparateHeapReader() {}

    @Override
    public Map<Integer, String> read(Path dump, Path folder, long heapBytes, Duration timeout)
            throws IOException, InterruptedException {
        try (Temporary temporary = new Temporary()) {
            temporary.add(dump); // the process may end meanwhile
            // To a file, since a full pipe would stop the process, and a thread that empties it is one more.
            Path answer = temporary.add(Files.createTempFile(folder, "leakguard-", ".held-by"));
            List<String> command = new ArrayList<>(ReadingProcess.command(folder, (heapBytes >> 10) + "k", temporary));
            command.add(Main.MARKED);
            command.add(dump.toString());
            run(command, answer, timeout, temporary);
            return parse(answer);
        }
    }

    private static void run(List<String> command, Path answer, Duration timeout, Temporary temporary)
            throws IOException, InterruptedException {
        Process process = ReadingProcess.builder(command)
                .redirectErrorStream(true)
                .redirectOutput(answer.toFile())
                .start();
        temporary.started(process);
        try {
            process.getOutputStream().close();
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("reading the heap dump took longer than " + timeout.toSeconds() + " s");
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != Main.OK) {
            List<String> said = Files.readAllLines(answer, StandardCharsets.UTF_8);
            throw new IOException("the heap dump could not be read: "
                    + (said.isEmpty() ? "the process ended with " + process.exitValue() : said.get(said.size() - 1)));
        }
    }

    private static Map<Integer, String> parse(Path answer) throws IOException {
        Map<Integer, String> result = new HashMap<>();
        try (BufferedReader in = Files.newBufferedReader(answer, StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] parts = line.split("\t", 3);
                if (parts.length < 3) {
                    continue; // what a JVM says at its start
                }
                for (String index : parts[0].split(",", -1)) {
                    result.put(Integer.valueOf(index), parts[2]);
                }
            }
        }
        return result;
    }
}
