package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no sound dump, and processes that give none: one clear line, and nothing is left behind. */
class BadDumpsTest {

    @TempDir
    static Path folder;

    private static byte[] sound = {};

    @TempDir
    Path own;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void makeADump() throws IOException, InterruptedException {
        Path dump = folder.resolve("sound.hprof");
        Jvm.run("com.acme.Holds", dump.toString());
        sound = Files.readAllBytes(dump);
    }

    private int command(String... words) {
        PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
        return HeldByCommand.run(List.of(words), new PrintStream(OutputStream.nullOutputStream()), to);
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(own)) {
            return files.toList();
        }
    }

    @Test
    void a_dump_that_is_cut_off_anywhere_is_told_as_cut_off() throws IOException {
        Path dump = folder.resolve("cut.hprof");
        Random random = new Random(25);
        for (int i = 0; i < 40; i++) {
            int length = i == 0 ? sound.length - 1 : 40 + random.nextInt(sound.length - 40);
            try (OutputStream out = Files.newOutputStream(dump)) {
                out.write(sound, 0, length);
            }
            assertThatIOException()
                    .as("cut off after %d bytes", length)
                    .isThrownBy(() -> HeldBy.read(dump))
                    .withMessageStartingWith(dump + " is cut off at byte " + length
                            + ": the dump was not finished, or not copied whole");
        }
    }

    @Test
    void a_dump_with_wrong_bytes_is_read_as_it_is_or_refused() throws IOException {
        Path dump = folder.resolve("wrong.hprof");
        Random random = new Random(25);
        for (int i = 0; i < 25; i++) {
            byte[] bytes = sound.clone();
            for (int k = 0; k < 50; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(dump, bytes);
            try {
                assertThat(HeldBy.read(dump).open()).isNotNegative();
            } catch (IOException e) {
                assertThat(e).hasMessageStartingWith(dump + " is ");
            }
        }
    }

    @Test
    void what_is_no_dump_is_told_with_the_way_to_make_one() throws IOException {
        Path text = Files.writeString(own.resolve("notes.txt"), "no dump at all");
        Path empty = Files.createFile(own.resolve("empty.hprof"));
        Path packed = own.resolve("dump.hprof.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(sound, 0, 1_000);
        }

        assertThatIOException()
                .isThrownBy(() -> HeldBy.read(text))
                .withMessage(text + " is not a heap dump of a JVM: make one with 'jcmd <pid> GC.heap_dump <file>'");
        assertThatIOException()
                .isThrownBy(() -> HeldBy.read(empty))
                .withMessageStartingWith(empty + " is not a heap dump of a JVM: it is empty");
        assertThatIOException()
                .isThrownBy(() -> HeldBy.read(packed))
                .withMessage(packed + " is compressed: unpack it first, with gunzip");
        assertThatIOException()
                .isThrownBy(() -> HeldBy.read(own))
                .withMessage(own + " is a folder: give a heap dump, such as app.hprof");
        assertThatIOException()
                .isThrownBy(() -> HeldBy.read(own.resolve("none.hprof")))
                .withMessage(own.resolve("none.hprof") + " does not exist: give a heap dump, such as app.hprof");
    }

    @Test
    void a_process_without_a_guard_is_told_so() throws IOException, InterruptedException {
        Path dump = own.resolve("plain.hprof");
        Jvm.run("com.acme.Plain", dump.toString());

        assertThat(HeldBy.read(dump).isGuarded()).isFalse();
        assertThat(HeldBy.read(dump).toText()).startsWith("no guard was in this process: put guard-core into it");
    }

    @Test
    void a_dump_that_needs_more_heap_than_the_reader_may_have_is_told_with_the_option() throws IOException {
        Path dump = folder.resolve("large.hprof");
        Files.write(dump, sound);

        assertThat(command(dump.toString(), "--heap", "3m", "--folder", own.toString()))
                .isEqualTo(1);
        assertThat(said()).contains("of heap to read: give more, such as --heap 2g");
        assertThat(left()).isEmpty();
    }

    @Test
    void a_process_that_can_not_write_its_dump_whole_is_told_and_no_part_is_left()
            throws IOException, InterruptedException {
        // As on a full disk: the system refuses to make the file any longer.
        Process process = new ProcessBuilder(
                        withLimit(Jvm.of(List.of(), "com.acme.Plain").command()))
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(process.getInputStream().read()).isEqualTo('r');

            assertThat(command(Long.toString(process.pid()), "--folder", own.toString()))
                    .isEqualTo(1);
            assertThat(said()).startsWith("held-by: process " + process.pid() + " gave no dump to " + own);
            assertThat(left()).isEmpty();
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    private static List<String> withLimit(List<String> java) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 2000; exec \"$@\"", "sh"));
        command.addAll(java);
        return command;
    }

    @Test
    void a_process_without_descriptors_makes_no_dump_says_so_and_reports_all_the_same()
            throws IOException, InterruptedException {
        Path file = Files.createFile(own.resolve("file"));
        List<String> java = Jvm.of(List.of("-Djava.io.tmpdir=" + own), "com.acme.NoDescriptors", file.toString())
                .command();
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
        command.addAll(java);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(said)
                    .contains("no descriptor is left")
                    .contains("LeakGuard can't tell who holds what is open: no heap dump: no descriptor is left")
                    .contains("reported ESCAPED_SCOPE, held by ''");
            assertThat(left()).containsExactly(file);
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @Test
    void a_folder_that_is_not_there_is_told_before_the_process_is_asked() throws IOException {
        assertThat(command("1", "--folder", "/no/such/folder")).isEqualTo(1);
        assertThat(said())
                .isEqualTo(
                        "held-by: /no/such/folder is no folder that this user can write to: give another --folder\n");
    }

    @Test
    void wrong_words_are_told_with_the_right_ones() {
        for (String[] words : new String[][] {
            {},
            {"1", "2"},
            {"1", "--kind"},
            {"1", "--kind", ""},
            {"1", "--cause", "collected"},
            {"1", "--age", "5 minutes"},
            {"1", "--number", "0"},
            {"1", "--heap", "lots"},
            {"1", "--colour", "red"}
        }) {
            err.reset();
            assertThat(command(words)).as("%s", List.of(words)).isEqualTo(2);
            if (said().lines().findFirst().orElse("").isBlank()) {
                fail("nothing is said of " + List.of(words));
            }
        }
    }
}
