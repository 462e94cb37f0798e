package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dump of a large heap is read within 1 GB. With {@code -Plarge-heap} the heap has 2 GB; else it has 64 MB, and the
 * process that reads gets 64 MB.
 */
class LargeHeapTest {

    private static final int MB = Integer.getInteger("large.heap.mb", 64);
    private static final String READER = System.getProperty("large.heap.reader", "64m");

    @TempDir
    Path folder;

    @Test
    void the_dump_is_read_within_a_bounded_heap() throws IOException, InterruptedException {
        Path dump = folder.resolve("large.hprof");
        String said = Jvm.run(List.of("-Xmx" + 2L * MB + "m"), "com.acme.Fills", Integer.toString(MB), dump.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        long begin = System.nanoTime();

        int code = HeldByCommand.run(
                List.of(dump.toString(), "--heap", READER, "--folder", folder.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));

        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("      50  io.input")
                .contains("held by static Fills.REGISTRY → [\"t0\"] → ArrayList[0] → GuardedInputStream");
        System.out.println("[large heap] " + said.strip() + "; " + (Files.size(dump) >> 20) + " MB read in "
                + (System.nanoTime() - begin) / 1_000_000 + " ms within " + READER);
    }
}
