package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import java.io.Closeable;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unlike things look unlike: a kind and a description by the class of what is held or wrapped, without configuration. */
class KindsByClassTest {

    @TempDir
    Path dir;

    private final Recorder recorder = new Recorder();
    private LeakGuard guard;
    private Path zip;

    @BeforeEach
    void open() throws Exception {
        guard = LeakGuard.builder().listener(recorder).log(false).build();
        zip = dir.resolve("orders.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("orders"));
        }
    }

    @AfterEach
    void close() {
        assertThat(guard.stats().internalErrors()).isZero();
        guard.close();
    }

    private static final class HTTPCursor2 implements AutoCloseable {
        @Override
        public void close() {}
    }

    interface Lease extends AutoCloseable {}

    @Test
    void a_class_of_the_jdk_has_a_kind_and_says_which_one_it_is() throws Exception {
        URL url = new URI("https://user:secret@repo.acme.example/lib/plugin.jar?token=secret").toURL();
        try (var loader = guard.hold(new URLClassLoader("plugin", new URL[] {url}, null));
                var jar = guard.hold(new JarFile(zip.toFile()));
                var files = guard.hold(FileSystems.newFileSystem(zip, Map.of()));
                var locked = FileChannel.open(zip, java.nio.file.StandardOpenOption.WRITE);
                var lock = guard.hold(locked.lock())) {
            assertThat(loader.leakTracker().kind()).isEqualTo(ResourceKind.CLASS_LOADER);
            assertThat(jar.leakTracker().kind()).isEqualTo(ResourceKind.ZIP_FILE);
            assertThat(files.leakTracker().kind()).isEqualTo(ResourceKind.FILE_SYSTEM);
            assertThat(lock.leakTracker().kind().name()).isEqualTo("file.lock");
            assertThat(guard.open().toText())
                    .contains("plugin: https://repo.acme.example/lib/plugin.jar")
                    .contains("jar " + zip)
                    .contains(zip.toString())
                    .doesNotContain("secret");
        }
    }

    @Test
    void a_class_of_a_library_or_a_program_has_a_kind_of_its_name() throws Exception {
        try (var cursor = guard.hold(new HTTPCursor2());
                var lambda = guard.hold((Closeable) () -> {});
                var anonymous = guard.hold(new Lease() {
                    @Override
                    public void close() {}
                })) {
            assertThat(cursor.leakTracker().kind().name()).isEqualTo("closeable.http_cursor");
            assertThat(lambda.leakTracker().kind()).isEqualTo(ResourceKind.CLOSEABLE);
            assertThat(anonymous.leakTracker().kind().name()).isEqualTo("closeable.lease");
            assertThat(guard.open().toText()).contains(HTTPCursor2.class.getName());
        }
        try (Lease lease = guard.wrap(Lease.class, () -> {})) {
            assertThat(((io.leakguard.adapter.GuardedResource) lease)
                            .leakTracker()
                            .kind()
                            .name())
                    .isEqualTo("closeable.lease");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_report_names_the_end_that_its_kind_has() {
        ResourceKind counted = ResourceKind.of("test.counted", AtCollection.UNKNOWN, "release()");
        guard.track(new Object(), counted);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        guard.wrap(executor);
        Gc.until(() -> recorder.reports.size() == 2);
        assertThat(recorder.reports)
                .extracting(LeakReport::toText)
                .anyMatch(text -> text.startsWith("LEAK test.counted collected without release() ·"))
                .anyMatch(text -> text.startsWith("LEAK executor collected without shutdown() ·"));
        executor.shutdown();
    }

    @Test
    void a_kind_that_a_configuration_named_first_is_defined_by_its_own_class_later() {
        ResourceKind named = ResourceKind.of("test.named.first");
        assertThat(ResourceKind.of("test.named.first", AtCollection.LOST_UNTIL_EXIT, "release()"))
                .isSameAs(named);
        assertThat(named.atCollection()).isEqualTo(AtCollection.LOST_UNTIL_EXIT);
        assertThat(named.end()).isEqualTo("release()");
        assertThat(ResourceKind.of("test.named.first", AtCollection.CLOSED_BY_JDK)
                        .atCollection())
                .isEqualTo(AtCollection.LOST_UNTIL_EXIT);
    }
}
