package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.Guarded;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every legal end of a wrapped resource is silent; and what the guard reclaims is closed. */
@SuppressWarnings({"StreamResourceLeak", "FutureReturnValueIgnored"}) // resources are ended in unusual ways here
class WrappedEndsTest {

    @TempDir
    Path dir;

    private Path file;
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        file = Files.writeString(dir.resolve("file.txt"), "one\ntwo\nthree\n");
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stopListening() throws IOException {
        server.close();
    }

    @FunctionalInterface
    interface Use {
        void run(LeakGuard guard) throws Exception;
    }

    record Case(String name, Use use) {}

    private Socket connect() throws IOException {
        return new Socket(server.getInetAddress(), server.getLocalPort());
    }

    private List<Case> legalEnds() {
        return List.of(
                new Case("try-with-resources", g -> {
                    try (InputStream in = g.wrap(Files.newInputStream(file));
                            OutputStream out = g.wrap(
                                    new FileOutputStream(dir.resolve("out").toFile()))) {
                        in.transferTo(out);
                    }
                }),
                new Case("closed twice", g -> {
                    InputStream in = g.wrap(new FileInputStream(file.toFile()));
                    in.close();
                    in.close();
                }),
                new Case("closed by what is around it", g -> {
                    try (BufferedReader reader = g.wrap(new BufferedReader(g.wrap(Files.newBufferedReader(file))))) {
                        reader.readLine();
                    }
                }),
                new Case("a close that fails", g -> {
                    InputStream in = g.wrap(new InputStream() {
                        @Override
                        public int read() {
                            return -1;
                        }

                        @Override
                        public void close() throws IOException {
                            throw new IOException("full");
                        }
                    });
                    try {
                        in.close();
                    } catch (IOException e) {
                        assertThat(e).hasMessage("full");
                    }
                }),
                new Case("a socket closed by its input stream", g -> {
                    Socket socket = g.wrap(connect());
                    socket.getInputStream().close();
                    assertThat(socket.isClosed()).isTrue();
                }),
                new Case("a socket closed by its output stream", g -> {
                    Socket socket = g.wrap(connect());
                    socket.getOutputStream().close();
                    assertThat(socket.isClosed()).isTrue();
                }),
                new Case("a socket that gave out its channel", g -> {
                    try (SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
                        assertThat(g.wrap(channel.socket()).getChannel()).isSameAs(channel);
                        // The socket's handle is gone, and the channel is in use.
                        assertThat(channel.isOpen()).isTrue();
                    }
                }),
                new Case("an accepted socket", g -> {
                    try (ServerSocket guarded = g.wrap(new ServerSocket(0, 5, server.getInetAddress()));
                            Socket client = new Socket(guarded.getInetAddress(), guarded.getLocalPort());
                            Socket accepted = guarded.accept()) {
                        assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
                    }
                }),
                new Case("a file channel", g -> {
                    try (FileChannel channel = g.wrap(FileChannel.open(file))) {
                        assertThat(channel.size()).isPositive();
                    }
                }),
                new Case("a channel, closed by a stream around it", g -> {
                    try (InputStream in = Channels.newInputStream(g.wrap(Files.newByteChannel(file)))) {
                        assertThat(in.read()).isEqualTo('o');
                    }
                }),
                new Case("an asynchronous file channel", g -> {
                    try (AsynchronousFileChannel channel = g.wrap(AsynchronousFileChannel.open(file))) {
                        assertThat(channel.size()).isPositive();
                    }
                }),
                new Case("a directory stream", g -> {
                    try (DirectoryStream<Path> stream = g.wrap(Files.newDirectoryStream(dir))) {
                        assertThat(stream).isNotEmpty();
                    }
                }),
                new Case("lines with intermediate stages", g -> {
                    try (Stream<String> lines = g.wrap(Files.lines(file))) {
                        assertThat(lines.filter(x -> x.length() > 3)
                                        .map(String::length)
                                        .sorted())
                                .containsExactly(5);
                    }
                }),
                new Case("a pipeline closed at its last stage", g -> {
                    try (Stream<Integer> lengths = g.wrap(Files.lines(file)).map(String::length)) {
                        assertThat(lengths.count()).isEqualTo(3);
                    }
                }),
                new Case("a pipeline closed at its first stage, its iterator in use", g -> {
                    Stream<Path> paths = g.wrap(Files.list(dir));
                    Iterator<Path> iterator = paths.iterator();
                    iterator.next();
                    paths.close();
                }),
                new Case("a pipeline in a flatMap", g -> {
                    assertThat(Stream.of(file, file).flatMap(p -> lines(g, p)).count())
                            .isEqualTo(6);
                }),
                new Case("pipelines that were concatenated", g -> {
                    Path other = Files.copy(file, dir.resolve("other"));
                    try (Stream<String> all = Stream.concat(lines(g, file), lines(g, other))) {
                        assertThat(all.count()).isEqualTo(6);
                    }
                }),
                new Case(
                        "shutdown", g -> g.wrap(Executors.newFixedThreadPool(1)).shutdown()),
                new Case("shutdownNow", g -> {
                    ExecutorService executor = g.wrap(Executors.newSingleThreadScheduledExecutor());
                    executor.shutdownNow();
                    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
                }),
                new Case(
                        "an interface",
                        g -> g.wrap(Closeable.class, (Closeable) () -> {}).close()),
                new Case("a holder", g -> {
                    try (Guarded<Selector, IOException> selector =
                            g.hold(Selector.open(), ResourceKind.SELECTOR, "acceptor")) {
                        selector.get().selectNow();
                    }
                }),
                new Case("a process that ended by itself", g -> {
                    Process process = new ProcessBuilder(java(), "-version").start();
                    Guarded<Process, RuntimeException> child = g.hold(process);
                    process.onExit().get(60, TimeUnit.SECONDS);
                    Gc.until(() -> !child.leakTracker().isOpen());
                }));
    }

    private static Stream<String> lines(LeakGuard guard, Path file) {
        try {
            return guard.wrap(Files.lines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private List<Case> endsBehind() {
        List<Case> cases = new ArrayList<>();
        cases.add(behind("FileInputStream", () -> new FileInputStream(file.toFile()), (g, r) -> g.wrap(r)));
        cases.add(behind(
                "FileOutputStream",
                () -> new FileOutputStream(dir.resolve("behind").toFile()),
                (g, r) -> g.wrap(r)));
        cases.add(behind("FileChannel", () -> FileChannel.open(file), LeakGuard::wrap));
        cases.add(behind("SeekableByteChannel", () -> Files.newByteChannel(file), LeakGuard::wrap));
        cases.add(behind("AsynchronousFileChannel", () -> AsynchronousFileChannel.open(file), LeakGuard::wrap));
        cases.add(behind("Socket", this::connect, LeakGuard::wrap));
        cases.add(behind("ServerSocket", () -> new ServerSocket(0), LeakGuard::wrap));
        cases.add(behind("DatagramSocket", () -> new DatagramSocket(), LeakGuard::wrap));
        cases.add(behind("Stream", () -> Files.lines(file), LeakGuard::wrap));
        cases.add(behind("held RandomAccessFile", () -> new RandomAccessFile(file.toFile(), "r"), LeakGuard::hold));
        cases.add(behind("held SocketChannel", SocketChannel::open, LeakGuard::hold));
        cases.add(behind("held ServerSocketChannel", ServerSocketChannel::open, LeakGuard::hold));
        cases.add(behind("held DatagramChannel", DatagramChannel::open, LeakGuard::hold));
        cases.add(behind("held pipe", WrappedEndsTest::sink, LeakGuard::hold));
        cases.add(behind("held Selector", Selector::open, LeakGuard::hold));
        cases.add(new Case("ExecutorService", g -> {
            ExecutorService raw = Executors.newFixedThreadPool(1);
            g.wrap(raw);
            raw.shutdown();
        }));
        return cases;
    }

    @FunctionalInterface
    interface Wrapping<R> {
        Object wrap(LeakGuard guard, R raw) throws Exception;
    }

    private static Pipe.SinkChannel sink() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        return pipe.sink();
    }

    @FunctionalInterface
    interface Opening<R> {
        R open() throws Exception;
    }

    private static <R extends AutoCloseable> Case behind(String name, Opening<R> opening, Wrapping<R> wrapping) {
        return new Case("closed behind: " + name, g -> {
            R raw = opening.open();
            wrapping.wrap(g, raw);
            raw.close();
        });
    }

    @Test
    void no_legal_end_is_reported() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .log(false)
                .reclaim(true)
                .capture(CaptureBudget.unlimited())
                .reportInterval(Duration.ZERO)
                .build()) {
            for (List<Case> cases : List.of(legalEnds(), endsBehind())) {
                for (Case c : cases) {
                    long before = guard.stats().opened();
                    c.use.run(guard);
                    assertThat(guard.stats().opened()).as(c.name).isGreaterThan(before);
                }
            }
            Gc.settle(guard);
            assertThat(recorder.reports).extracting(LeakReport::toText).isEmpty();
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    // ------------------------------------------------------------------------------------------------- reclaim

    record Reclaimed(String name, Wrapping<List<BooleanSupplier>> opening) {}

    private List<Reclaimed> reclaimed() {
        return List.of(
                new Reclaimed("InputStream", (g, closed) -> {
                    AtomicBoolean flag = new AtomicBoolean();
                    closed.add(flag::get);
                    return g.wrap(new ByteArrayInputStream(new byte[0]) {
                        @Override
                        public void close() {
                            flag.set(true);
                        }
                    });
                }),
                new Reclaimed("FileChannel", (g, closed) -> {
                    FileChannel raw = FileChannel.open(file);
                    closed.add(() -> !raw.isOpen());
                    return g.wrap(raw);
                }),
                new Reclaimed("Socket", (g, closed) -> {
                    Socket raw = connect();
                    closed.add(raw::isClosed);
                    return g.wrap(raw).getInputStream();
                }),
                new Reclaimed("accepted socket", (g, closed) -> {
                    ServerSocket own = new ServerSocket(0, 5, server.getInetAddress());
                    Socket client = new Socket(own.getInetAddress(), own.getLocalPort());
                    closed.add(() -> isAtEnd(client));
                    try (ServerSocket guarded = g.wrap(own)) {
                        return guarded.accept();
                    }
                }),
                new Reclaimed("DirectoryStream", (g, closed) -> {
                    AtomicBoolean flag = new AtomicBoolean();
                    DirectoryStream<Path> raw = Files.newDirectoryStream(dir);
                    closed.add(flag::get);
                    return g.wrap(new DirectoryStream<Path>() {
                        @Override
                        public Iterator<Path> iterator() {
                            return raw.iterator();
                        }

                        @Override
                        public void close() throws IOException {
                            raw.close();
                            flag.set(true);
                        }
                    });
                }),
                new Reclaimed("Stream", (g, closed) -> {
                    AtomicBoolean flag = new AtomicBoolean();
                    closed.add(flag::get);
                    return g.wrap(Files.lines(file).onClose(() -> flag.set(true)))
                            .map(String::length);
                }),
                new Reclaimed("ExecutorService", (g, closed) -> {
                    ExecutorService raw = Executors.newFixedThreadPool(1);
                    closed.add(raw::isShutdown);
                    return g.wrap(raw);
                }),
                new Reclaimed("interface", (g, closed) -> {
                    AtomicBoolean flag = new AtomicBoolean();
                    closed.add(flag::get);
                    return g.wrap(Closeable.class, () -> flag.set(true));
                }),
                new Reclaimed("held SocketChannel", (g, closed) -> {
                    // Seen from its peer: a held resource that anybody can reach is in use.
                    SocketChannel raw = SocketChannel.open(server.getLocalSocketAddress());
                    Socket peer = server.accept();
                    while (peer.getPort() != ((InetSocketAddress) raw.getLocalAddress()).getPort()) {
                        peer = server.accept(); // of an earlier case
                    }
                    Socket accepted = peer;
                    closed.add(() -> isAtEnd(accepted));
                    Guarded<SocketChannel, IOException> held = g.hold(raw);
                    assertThat(held.get().isConnected()).isTrue();
                    return held;
                }));
    }

    private static boolean isAtEnd(Socket client) {
        try {
            client.setSoTimeout(10);
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void what_leaked_is_closed_if_reclaim_is_on() throws Exception {
        Recorder recorder = new Recorder();
        List<BooleanSupplier> closed = new ArrayList<>();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .log(false)
                .reclaim(true)
                .reportInterval(Duration.ZERO)
                .build()) {
            List<Reclaimed> all = reclaimed();
            for (Reclaimed c : all) {
                c.opening.wrap(guard, closed);
            }
            Gc.until(() -> recorder.reports.size() >= all.size());
            for (int i = 0; i < all.size(); i++) {
                Awaitility.await(all.get(i).name).atMost(Duration.ofSeconds(30)).until(closed.get(i)::getAsBoolean);
            }
            assertThat(recorder.reports).hasSameSizeAs(all);
        }
    }

    // ------------------------------------------------------------------------------------------------- descriptions

    @Test
    void a_leaked_socket_is_described_by_its_remote_address() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder().listener(recorder).log(false).build()) {
            guard.wrap(connect());
            Gc.until(() -> !recorder.reports.isEmpty());
            assertThat(recorder.reports.get(0).description()).contains("127.0.0.1:" + server.getLocalPort());
        }
    }

    @Test
    void a_process_that_runs_on_without_its_holder_is_neither_reported_nor_ended() throws Exception {
        Recorder recorder = new Recorder();
        Process process = new ProcessBuilder(
                        java(), "-cp", System.getProperty("java.class.path"), Waiting.class.getName())
                .start();
        try (LeakGuard guard =
                LeakGuard.builder().listener(recorder).log(false).reclaim(true).build()) {
            LeakTracker tracker = guard.hold(process).leakTracker();
            for (int i = 0; i < 3; i++) {
                Gc.settle(guard);
            }
            assertThat(recorder.reports).isEmpty();
            assertThat(process.isAlive()).isTrue();
            assertThat(guard.open().total()).isEqualTo(1);
            process.destroyForcibly();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !tracker.isOpen());
            assertThat(guard.stats().of(ResourceKind.PROCESS).closed()).isEqualTo(1);
        } finally {
            process.destroyForcibly();
        }
    }

    /** A program that waits for its input to end. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) throws IOException {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
