package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every wrapper, dropped without close: found, of the right kind, at the line that opened it. And closed: not found. */
@SuppressWarnings("StreamResourceLeak") // that is the point
class WrappedLeaksTest {

    @TempDir
    Path dir;

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stopListening() throws IOException {
        server.close();
    }

    /** Opens a resource on a line of its own and returns its handle. */
    @FunctionalInterface
    interface Opening {
        Object open(LeakGuard guard) throws Exception;
    }

    record Case(String name, ResourceKind kind, Opening opening) {}

    private List<Case> cases() throws Exception {
        Path file = Files.writeString(dir.resolve("file.txt"), "one\ntwo\nthree\n");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int port = server.getLocalPort();
        return List.of(
                new Case("FileInputStream", ResourceKind.FILE_INPUT, g -> g.wrap(new FileInputStream(file.toFile()))),
                new Case("InputStream", ResourceKind.INPUT_STREAM, g -> g.wrap(Files.newInputStream(file))),
                new Case(
                        "FileOutputStream",
                        ResourceKind.FILE_OUTPUT,
                        g -> g.wrap(new FileOutputStream(dir.resolve("out").toFile()))),
                new Case(
                        "OutputStream",
                        ResourceKind.OUTPUT_STREAM,
                        g -> g.wrap(Files.newOutputStream(dir.resolve("o2")))),
                new Case(
                        "Reader",
                        ResourceKind.READER,
                        g -> g.wrap(new FileReader(file.toFile(), StandardCharsets.UTF_8))),
                new Case("BufferedReader", ResourceKind.READER, g -> g.wrap(Files.newBufferedReader(file))),
                new Case("Writer", ResourceKind.WRITER, g -> g.wrap(new StringWriter())),
                new Case("BufferedWriter", ResourceKind.WRITER, g -> g.wrap(Files.newBufferedWriter(dir.resolve("w")))),
                new Case("FileChannel", ResourceKind.FILE_CHANNEL, g -> g.wrap(FileChannel.open(file))),
                new Case("SeekableByteChannel", ResourceKind.FILE_CHANNEL, g -> g.wrap(Files.newByteChannel(file))),
                new Case(
                        "ReadableByteChannel",
                        ResourceKind.CHANNEL,
                        g -> g.wrap(Channels.newChannel(Files.newInputStream(file)))),
                new Case(
                        "AsynchronousFileChannel",
                        ResourceKind.FILE_CHANNEL_ASYNC,
                        g -> g.wrap(AsynchronousFileChannel.open(file))),
                new Case("Socket", ResourceKind.SOCKET, g -> g.wrap(new Socket(loopback, port))),
                new Case(
                        "SocketFactory",
                        ResourceKind.SOCKET,
                        g -> g.wrap(SocketFactory.getDefault()).createSocket(loopback, port)),
                new Case(
                        "SSLSocket",
                        ResourceKind.SOCKET,
                        g -> g.wrap((SSLSocketFactory) SSLSocketFactory.getDefault())
                                .createSocket()),
                new Case("ServerSocket", ResourceKind.SERVER_SOCKET, g -> g.wrap(new ServerSocket(0))),
                new Case(
                        "ServerSocketFactory",
                        ResourceKind.SERVER_SOCKET,
                        g -> g.wrap(ServerSocketFactory.getDefault()).createServerSocket(0)),
                new Case(
                        "SSLServerSocket",
                        ResourceKind.SERVER_SOCKET,
                        g -> g.wrap(SSLServerSocketFactory.getDefault()).createServerSocket(0)),
                new Case("DatagramSocket", ResourceKind.DATAGRAM_SOCKET, g -> g.wrap(new DatagramSocket())),
                new Case("DirectoryStream", ResourceKind.DIRECTORY_STREAM, g -> g.wrap(Files.newDirectoryStream(dir))),
                new Case("Files.lines", ResourceKind.STREAM, g -> g.wrap(Files.lines(file))),
                new Case(
                        "Files.list",
                        ResourceKind.STREAM,
                        g -> g.wrap(Files.list(dir)).map(Path::getFileName)),
                new Case(
                        "Files.walk",
                        ResourceKind.STREAM,
                        g -> g.wrap(Files.walk(dir)).iterator()),
                new Case(
                        "IntStream",
                        ResourceKind.STREAM,
                        g -> g.wrap(IntStream.range(0, 9)).boxed()),
                new Case(
                        "LongStream",
                        ResourceKind.STREAM,
                        g -> g.wrap(LongStream.range(0, 9)).spliterator()),
                new Case(
                        "DoubleStream",
                        ResourceKind.STREAM,
                        g -> g.wrap(DoubleStream.of(1, 2)).iterator()),
                new Case("ExecutorService", ResourceKind.EXECUTOR, g -> g.wrap(Executors.newCachedThreadPool())),
                new Case(
                        "ScheduledExecutorService",
                        ResourceKind.EXECUTOR,
                        g -> g.wrap(Executors.newScheduledThreadPool(0))),
                new Case("interface", ResourceKind.CLOSEABLE, g -> g.wrap(Closeable.class, (Closeable) () -> {})),
                new Case("held SocketChannel", ResourceKind.SOCKET_CHANNEL, g -> g.hold(SocketChannel.open())),
                new Case(
                        "held ServerSocketChannel",
                        ResourceKind.SERVER_SOCKET_CHANNEL,
                        g -> g.hold(ServerSocketChannel.open())),
                new Case("held DatagramChannel", ResourceKind.DATAGRAM_CHANNEL, g -> g.hold(DatagramChannel.open())),
                new Case("held Selector", ResourceKind.SELECTOR, g -> g.hold(Selector.open())),
                new Case("held pipe", ResourceKind.PIPE, g -> {
                    Pipe pipe = Pipe.open();
                    pipe.sink().close();
                    return g.hold(pipe.source());
                }),
                new Case(
                        "held RandomAccessFile",
                        ResourceKind.FILE_RANDOM_ACCESS,
                        g -> g.hold(new RandomAccessFile(file.toFile(), "r"))));
    }

    @Test
    void every_dropped_handle_is_reported_once_at_its_line_and_with_its_kind() throws Exception {
        Recorder recorder = new Recorder();
        try (LeakGuard guard = LeakGuard.builder()
                .listener(recorder)
                .log(false)
                .reclaim(true)
                .capture(CaptureBudget.unlimited())
                .reportInterval(Duration.ZERO)
                .build()) {
            List<Case> cases = cases();
            for (Case c : cases) {
                c.opening.open(guard);
            }
            Gc.until(() -> recorder.reports.size() >= cases.size());
            Gc.settle(guard);
            assertThat(recorder.reports)
                    .extracting(r -> r.kind().name())
                    .containsExactlyInAnyOrderElementsOf(
                            cases.stream().map(c -> c.kind.name()).toList());
            assertThat(recorder.reports)
                    .extracting(LeakReport::siteText)
                    .doesNotHaveDuplicates()
                    .allMatch(site -> site.contains("WrappedLeaksTest.lambda$cases$"));
            // Each case is a lambda on lines of its own, in this order: so are the lines blamed.
            List<LeakReport> inOrder = recorder.reports.stream()
                    .sorted(Comparator.comparingInt(r -> r.site().orElseThrow().getLineNumber()))
                    .toList();
            for (int i = 0; i < inOrder.size(); i++) {
                assertThat(inOrder.get(i).kind()).as(cases.get(i).name).isEqualTo(cases.get(i).kind);
            }
        }
    }
}
