package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Tests of a project that wraps nothing. Each line that opens what is left has a mark with the kind. */
class UnwrappedTest {

    private static final List<Object> HELD = new ArrayList<>();

    @Test
    void drops_a_file() throws IOException {
        InputStream in = new FileInputStream("pom.xml"); // leaves file.input
        assertThat(in.read()).isPositive();
    }

    @Test
    void keeps_a_socket() throws IOException {
        HELD.add(new ServerSocket(0)); // leaves socket.server
    }

    @Test
    void has_a_library_open_a_channel() throws IOException {
        HELD.add(Library.channel(Path.of("pom.xml"))); // by this caller
    }

    @Test
    void keeps_a_selector() throws IOException {
        HELD.add(Selector.open()); // leaves selector
    }

    @Test
    void drops_a_datagram_channel() throws IOException {
        assertThat(DatagramChannel.open().isOpen()).isTrue(); // leaves socket.channel.datagram
    }

    @Test
    void keeps_a_zip_file() throws IOException {
        Path zip = Path.of("some.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.finish();
        }
        HELD.add(new ZipFile(zip.toFile())); // leaves zip.file
    }

    @Test
    void keeps_a_process() throws IOException {
        HELD.add(new ProcessBuilder("sleep", "60").start()); // leaves process
    }

    @Test
    void keeps_an_executor() {
        ExecutorService pool = Executors.newFixedThreadPool(2); // leaves executor
        pool.execute(() -> {});
        pool.execute(() -> {});
        HELD.add(pool);
    }

    @Test
    void keeps_a_thread() {
        CountDownLatch never = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "poller");
        thread.start(); // starts thread
        HELD.add(never);
    }

    @Test
    void keeps_an_http_client() {
        HELD.add(HttpClient.newHttpClient()); // leaves http.client
    }

    @Test
    void is_clean() throws IOException {
        HELD.add(ByteBuffer.allocateDirect(1_000));
        try (InputStream in = new FileInputStream("pom.xml");
                FileChannel channel = FileChannel.open(Path.of("pom.xml"), StandardOpenOption.READ)) {
            assertThat(in.read()).isEqualTo('<');
            assertThat(channel.size()).isPositive();
        }
    }

    /** What a project calls without seeing what it opens. */
    static final class Library {
        private Library() {}

        static FileChannel channel(Path file) throws IOException {
            return FileChannel.open(file, StandardOpenOption.READ); // leaves file.channel
        }
    }
}
