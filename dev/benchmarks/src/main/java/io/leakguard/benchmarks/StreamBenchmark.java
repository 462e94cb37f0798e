package io.leakguard.benchmarks;

import io.leakguard.LeakGuard;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading 8 KiB at a time, from a file in the page cache and from memory, through a guarded stream and without. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamBenchmark {

    private static final int FILE_SIZE = 64 << 20;

    private final byte[] buffer = new byte[8 << 10];
    private final byte[] memory = new byte[8 << 10];

    private LeakGuard guard;
    private Path file;
    private FileInputStream raw;
    private FileInputStream under;
    private InputStream guarded;
    private InputStream rawMemory;
    private InputStream guardedMemory;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        guard = LeakGuard.builder().log(false).build();
        file = Files.createTempFile("leakguard-bench", ".bin");
        Files.write(file, new byte[FILE_SIZE]);
        raw = new FileInputStream(file.toFile());
        under = new FileInputStream(file.toFile());
        guarded = guard.wrap((InputStream) under);
        rawMemory = new ByteArrayInputStream(memory);
        guardedMemory = guard.wrap((InputStream) new ByteArrayInputStream(memory));
    }

    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        raw.close();
        guarded.close();
        guardedMemory.close();
        Files.delete(file);
        guard.close();
    }

    @Benchmark
    public int fileRaw() throws IOException {
        return read(raw, raw);
    }

    @Benchmark
    public int fileGuarded() throws IOException {
        return read(guarded, under);
    }

    @Benchmark
    public int memoryRaw() throws IOException {
        rawMemory.reset();
        return rawMemory.read(buffer);
    }

    @Benchmark
    public int memoryGuarded() throws IOException {
        guardedMemory.reset();
        return guardedMemory.read(buffer);
    }

    private int read(InputStream in, FileInputStream beneath) throws IOException {
        int n = in.read(buffer);
        if (n < 0) {
            beneath.getChannel().position(0); // once in 8,192 times
        }
        return n;
    }
}
