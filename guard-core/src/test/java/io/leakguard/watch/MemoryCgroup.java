package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** A real control group with a memory limit, below the one that the tests run in. */
public final class MemoryCgroup implements AutoCloseable {

    private final Path folder;

    private MemoryCgroup(Path folder) {
        this.folder = folder;
    }

    /** Makes one; skips the test where none may be made. */
    public static MemoryCgroup create(long limit) throws IOException {
        Path parent = null;
        boolean v2 = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (List.of(parts[1].split(",", -1)).contains("memory")) {
                parent = Path.of("/sys/fs/cgroup/memory" + parts[2]);
                v2 = false;
                break;
            }
            if (parts[1].isEmpty() && Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
                parent = Path.of("/sys/fs/cgroup" + parts[2]);
                v2 = true;
            }
        }
        Assumptions.assumeTrue(
                parent != null && Files.isWritable(parent), "no control group of memory may be made here");
        Path folder = parent.resolve(
                "leakguard-test-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
        try {
            Files.createDirectory(folder);
            Files.writeString(folder.resolve(v2 ? "memory.max" : "memory.limit_in_bytes"), Long.toString(limit));
        } catch (IOException e) {
            Files.deleteIfExists(folder);
            Assumptions.abort("no control group of memory may be made here: " + e);
        }
        return new MemoryCgroup(folder);
    }

    /** A JVM in this group. */
    public Process java(Path out, Class<?> main, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "echo $$ > " + folder + "/cgroup.procs && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    @Override
    public void close() throws IOException {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Files.readString(folder.resolve("cgroup.procs")).isEmpty());
        Files.delete(folder);
        assertThat(folder).doesNotExist();
    }
}
