package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import io.leakguard.it.FileOpener;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Deleted files that are open, and temporary files that were left: real files of this process. */
@EnabledOnOs(OS.LINUX)
class FileWatchTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path dir;

    private static final class Reported implements LeakListener {
        final List<PressureReport> all = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {}

        @Override
        public void onPressure(PressureReport report) {
            all.add(report);
        }

        List<PressureReport> of(Area area) {
            return all.stream().filter(r -> r.area() == area).toList();
        }
    }

    private Path file(String name, int bytes) throws IOException {
        return Files.write(dir.toRealPath().resolve(name), new byte[bytes]);
    }

    private static void look(FileWatch watch, long now, Map<String, AddressSpace.Mapped> mapped) {
        FileDescriptors.ofThisProcess().visit(0, 1, 10_000, 10_000, watch::descriptor, n -> {});
        watch.look(now, 1, mapped);
    }

    private static FileWatch watch(LeakGuard guard, TemporaryFiles temporary) {
        return new FileWatch(
                Objects.requireNonNull(WatchLink.to(guard)),
                ProcFs.SELF,
                temporary,
                WatchOptions.defaults().withDeletedLimit(10 * MIB).withTemporaryLimit(10 * MIB));
    }

    private TemporaryFiles none() {
        return new TemporaryFiles(null, Path.of("/proc"), 1, 0, Duration.ZERO);
    }

    @Test
    void deleted_files_that_are_open_are_reported_with_their_bytes_and_openers_and_when_they_are_closed()
            throws IOException {
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build()) {
            FileWatch watch = watch(guard, none());
            Path log = file("orders.log", 6 * MIB);
            Path index = file("index.bin", 2 * MIB);
            Path open = file("still-there.bin", 20 * MIB);
            try (InputStream said = FileOpener.withItsPath(guard, log);
                    InputStream unsaid = FileOpener.withoutAPath(guard, index);
                    InputStream untouched = new FileInputStream(open.toFile())) {
                look(watch, 0, Map.of());
                assertThat(watch.heldUse()).contains(new FileUse(0, 0));
                Files.delete(log);
                Files.delete(index);
                look(watch, 1, Map.of());
                assertThat(watch.heldUse()).contains(new FileUse(2, 8 * MIB));
                assertThat(watch.level()).isEqualTo(Level.WARNING);
                assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
                assertThat(reported.of(Area.DELETED_FILES)).singleElement().satisfies(report -> {
                    assertThat(report.used()).hasValue(8 * MIB);
                    assertThat(report.limit()).hasValue(10 * MIB);
                    assertThat(report.untracked()).hasValue(1);
                    assertThat(report.opened())
                            .singleElement()
                            .satisfies(group ->
                                    assertThat(group.siteText()).startsWith("FileOpener.withItsPath(FileOpener.java:"));
                    assertThat(report.toText())
                            .startsWith("PRESSURE deleted files still open · 80 % used · 8.0 MiB of 10.0 MiB · 2 files")
                            .contains("files, in KiB: 6144 " + log + ", 2048 " + index)
                            .contains("by opener, in KiB: 6144 file.input opened at FileOpener.withItsPath(")
                            .contains("open files without a path: 1 file.input opened at FileOpener.withoutAPath(");
                });
                assertThat(said.available() + unsaid.available() + untouched.available())
                        .isPositive();
            }
            look(watch, TimeUnit.MINUTES.toNanos(5), Map.of());
            assertThat(watch.heldUse()).contains(new FileUse(0, 0));
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.of(Area.DELETED_FILES))
                    .last()
                    .satisfies(report -> assertThat(report.level()).isEqualTo(Level.NORMAL));
        }
    }

    @Test
    void a_file_counts_once_however_often_it_is_open_and_not_if_it_has_another_name() throws IOException {
        try (LeakGuard guard = LeakGuard.builder().log(false).build()) {
            FileWatch watch = watch(guard, none());
            Path twice = file("twice", MIB);
            Path linked = file("linked", MIB);
            Path odd = file("called (deleted)", MIB);
            Files.createLink(dir.resolve("other-name"), linked);
            try (InputStream a = new FileInputStream(twice.toFile());
                    InputStream b = new FileInputStream(twice.toFile());
                    InputStream c = new FileInputStream(linked.toFile());
                    InputStream d = new FileInputStream(odd.toFile())) {
                Files.delete(twice);
                Files.delete(linked);
                look(watch, 0, Map.of());
                assertThat(watch.heldUse()).contains(new FileUse(1, MIB));
                assertThat(List.of(a, b, c, d)).doesNotContainNull();
            }
        }
    }

    @Test
    void a_deleted_file_that_is_only_mapped_counts_and_one_that_is_open_too_counts_once() throws IOException {
        try (LeakGuard guard = LeakGuard.builder().log(false).build();
                KeptFile smaps = KeptFile.open(Path.of("/proc/self/smaps"))) {
            FileWatch watch = watch(guard, none());
            Path mapped = file("mapped.bin", 3 * MIB);
            MappedByteBuffer buffer;
            try (FileChannel channel = FileChannel.open(mapped)) {
                buffer = channel.map(FileChannel.MapMode.READ_ONLY, 0, 3 * MIB);
                Files.delete(mapped);
                look(watch, 0, deleted(smaps, mapped));
                assertThat(watch.heldUse()).contains(new FileUse(1, 3 * MIB));
            }
            look(watch, 1, deleted(smaps, mapped));
            assertThat(watch.heldUse()).contains(new FileUse(1, 3 * MIB));
            assertThat(buffer.get(0)).isZero();
        }
    }

    /** This test's own, since others may have left mappings. */
    private static Map<String, AddressSpace.Mapped> deleted(KeptFile smaps, Path file) {
        Map<String, AddressSpace.Mapped> all = Objects.requireNonNull(AddressSpace.read(smaps, HeapRange.UNKNOWN))
                .deleted();
        assertThat(all.values()).anyMatch(m -> m.path().equals(file.toString()));
        all.values().removeIf(m -> !m.path().equals(file.toString()));
        return all;
    }

    @Test
    void the_watch_tells_at_its_default_settings_of_two_gibibytes_that_a_deleted_file_holds() throws IOException {
        Reported reported = new Reported();
        Path big = dir.toRealPath().resolve("big.log");
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build();
                RandomAccessFile file = new RandomAccessFile(big.toFile(), "rw")) {
            file.setLength(2L << 30);
            Files.delete(big);
            try (ResourceWatch watch = ResourceWatch.start(guard)) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> !reported.of(Area.DELETED_FILES).isEmpty());
                PressureReport report = reported.of(Area.DELETED_FILES).get(0);
                assertThat(report.level()).isEqualTo(Level.EXHAUSTED);
                assertThat(report.toText()).contains("2097152 " + big);
                assertThat(watch.status().deletedFiles().orElseThrow().bytes()).isGreaterThanOrEqualTo(2L << 30);
                assertThat(watch.status().level()).isEqualTo(Level.EXHAUSTED);
            }
        }
    }

    // ----------------------------------------------------------------------------------------- temporary files

    @Test
    void temporary_files_that_this_process_had_open_and_left_are_told_by_name() throws IOException {
        Path folder = Files.createDirectory(dir.toRealPath().resolve("tmp"));
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build()) {
            // The name of another user's process, or of this one's, is in /proc: so only what was seen open counts.
            FileWatch watch = watch(guard, temporary(folder, processes("4711", "4712"), 4_711));
            Path left = Files.createTempFile(folder, "upload", ".tmp");
            Path deleted = Files.createTempFile(folder, "upload", ".tmp");
            Path others = Files.createTempFile(folder, "others", ".tmp");
            Files.write(others, new byte[9 * MIB]);
            try (OutputStream a = Files.newOutputStream(left);
                    OutputStream b = Files.newOutputStream(deleted)) {
                a.write(new byte[8 * MIB]);
                b.write(new byte[8 * MIB]);
                look(watch, 0, Map.of());
                assertThat(watch.leftUse()).contains(new FileUse(0, 0)); // they are in use
            }
            Files.delete(deleted);
            look(watch, 1, Map.of());
            assertThat(watch.leftUse()).contains(new FileUse(1, 8 * MIB));
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.of(Area.TEMPORARY_FILES))
                    .singleElement()
                    .satisfies(report -> assertThat(report.toText())
                            .startsWith("PRESSURE temporary files left · 80 % used · 8.0 MiB of 10.0 MiB · 1 file")
                            .contains("by name, in KiB: 8192 upload*.tmp")
                            .contains("delete them where they are made"));
        }
    }

    @Test
    void where_no_other_process_of_the_user_runs_all_that_was_made_since_the_start_counts() throws IOException {
        Path folder = Files.createDirectory(dir.toRealPath().resolve("tmp"));
        Path old = Files.write(folder.resolve("before"), new byte[MIB]);
        Files.setLastModifiedTime(old, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
        Files.write(folder.resolve("spool-1.bin"), new byte[MIB]);
        Files.write(folder.resolve("spool-22.bin"), new byte[MIB]);
        Files.createDirectory(folder.resolve("hsperfdata_root"));
        Files.createSymbolicLink(folder.resolve("link"), old);
        long now = System.currentTimeMillis();
        TemporaryFiles alone = temporary(folder, processes("1", "4711"), 4_711);
        TemporaryFiles.Left left = alone.look(now).orElseThrow();
        assertThat(left.countByName()).containsEntry("spool-*.bin", 2L);
        TemporaryFiles fresh = new TemporaryFiles(folder, processes("1", "4711"), 4_711, 0, Duration.ofMinutes(10));
        assertThat(fresh.look(now).orElseThrow().countByName()).doesNotContainKey("spool-*.bin");
        assertThat(fresh.look(now + 601_000).orElseThrow().countByName()).containsEntry("spool-*.bin", 2L);
        TemporaryFiles notAlone = temporary(folder, processes("1", "4711", "4712"), 4_711);
        assertThat(notAlone.look(now).orElseThrow().files()).isZero();
        Files.write(folder.resolve("orders-4711.dat"), new byte[7]);
        Files.write(folder.resolve("orders-14711.dat"), new byte[7]);
        assertThat(notAlone.look(System.currentTimeMillis()).orElseThrow())
                .satisfies(l -> assertThat(l.bytes()).isEqualTo(7));
    }

    /** As {@code /proc} shows processes, all of this user. */
    private Path processes(String... numbers) throws IOException {
        Path folder = Files.createTempDirectory(dir, "proc");
        for (String number : numbers) {
            Files.createDirectory(folder.resolve(number));
        }
        return folder;
    }

    private static TemporaryFiles temporary(Path folder, Path processes, long pid) {
        return new TemporaryFiles(folder, processes, pid, 2_000_000, Duration.ZERO);
    }

    @Test
    void names_are_grouped_by_what_is_not_a_number() {
        assertThat(TemporaryFiles.pattern("upload1234567890.tmp")).isEqualTo("upload*.tmp");
        assertThat(TemporaryFiles.pattern("jna-0f3a9c12-77ab-4a10-9f3e-001122334455.so"))
                .isEqualTo("jna-*.so");
        assertThat(TemporaryFiles.pattern("decade.bin")).isEqualTo("decade.bin");
    }

    @Test
    void limits_are_sizes_and_a_wrong_one_is_refused_with_the_fix() {
        System.setProperty("leakguard.watch.deleted.limit", "500MiB");
        System.setProperty("leakguard.watch.temporary.limit", "2GiB");
        try {
            assertThat(WatchOptions.defaults().deletedLimit()).isEqualTo(500L << 20);
            assertThat(WatchOptions.defaults().temporaryLimit()).isEqualTo(2L << 30);
            System.setProperty("leakguard.watch.deleted.limit", "much");
            assertThatThrownBy(WatchOptions::defaults)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("leakguard.watch.deleted.limit: 'much' is not a size")
                    .hasMessageContaining("500MiB");
            System.setProperty("leakguard.watch.deleted.limit", "99999999999999TiB");
            assertThatThrownBy(WatchOptions::defaults).hasMessageContaining("is not a size");
        } finally {
            System.clearProperty("leakguard.watch.deleted.limit");
            System.clearProperty("leakguard.watch.temporary.limit");
        }
        assertThatThrownBy(() -> WatchOptions.defaults().withDeletedLimit(0)).hasMessageContaining("1 GiB");
    }
}
