package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.Ending;
import io.leakguard.Guarded;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of docs/wrapping.md, as they stand there: they compile, they work, and they leave no report. */
class WrappingDocTest {

    private static final Path DOC = Path.of("../docs/wrapping.md");
    private static final Path SOURCE = Path.of("src/test/java/io/leakguard/it/WrappingDocTest.java");

    @TempDir
    Path dir;

    private final Recorder recorder = new Recorder();
    private LeakGuard guard;

    @BeforeEach
    void open() {
        guard = LeakGuard.builder().listener(recorder).log(false).build();
    }

    @AfterEach
    void nothing_was_reported() {
        Gc.settle(guard);
        assertThat(recorder.reports).extracting(LeakReport::toText).isEmpty();
        guard.close();
    }

    // ------------------------------------------------------------------------------------------------- recipes

    @Test
    void a_selector() throws Exception {
        try (Guarded<Selector, IOException> selector = guard.hold(Selector.open(), ResourceKind.SELECTOR, "acceptor")) {
            selector.get().selectNow();
        }
    }

    @Test
    void a_socket_channel() throws Exception {
        try (ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            SocketAddress peer = server.getLocalAddress();
            ByteBuffer request = ByteBuffer.allocate(1);
            Guarded<SocketChannel, IOException> channel = guard.hold(SocketChannel.open(peer));
            channel.get().write(request);
            channel.close();
            assertThat(channel.get().isOpen()).isFalse();
            assertThat(channel.leakTracker().kind()).isEqualTo(ResourceKind.SOCKET_CHANNEL);
            try (Connection connection = new Connection(guard, SocketChannel.open(peer))) {
                assertThat(connection.tracker.isOpen()).isTrue();
            }
        }
    }

    @Test
    void a_pipe() throws Exception {
        ByteBuffer request = ByteBuffer.allocate(1);
        ByteBuffer answer = ByteBuffer.allocate(1);
        Pipe pipe = Pipe.open();
        try (Guarded<Pipe.SourceChannel, IOException> source = guard.hold(pipe.source());
                Guarded<Pipe.SinkChannel, IOException> sink = guard.hold(pipe.sink())) {
            sink.get().write(request);
            source.get().read(answer);
        }
        assertThat(answer.hasRemaining()).isFalse();
        assertThat(pipe.source().isOpen()).isFalse();
    }

    @Test
    void a_random_access_file() throws Exception {
        String path = Files.writeString(dir.resolve("index"), "the index").toString();
        try (Guarded<RandomAccessFile, IOException> index = guard.hold(new RandomAccessFile(path, "r"))) {
            index.get().seek(10);
        }
    }

    @Test
    void a_process() throws Exception {
        List<String> command =
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version");
        Process process = new ProcessBuilder(command).start();
        Guarded<Process, RuntimeException> child = guard.hold(process);
        int exit = child.get().waitFor();
        assertThat(exit).isZero();
        Gc.until(() -> !child.leakTracker().isOpen());
    }

    static final class Connection implements AutoCloseable {
        private final SocketChannel channel;
        private final LeakTracker tracker;

        Connection(LeakGuard guard, SocketChannel channel) {
            this.channel = channel;
            this.tracker = guard.track(this, ResourceKind.SOCKET_CHANNEL, "peer", null, channel);
        }

        @Override
        public void close() throws IOException {
            tracker.close();
            try {
                channel.close();
            } finally {
                Reference.reachabilityFence(this);
            }
        }
    }

    @Test
    void a_stream() throws Exception {
        assertThatThrownBy(() -> {
                    InputStream in = guard.wrap(new FileInputStream("orders.csv"), "orders of today");
                    in.close();
                })
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void a_resource_that_is_used_without_its_holder() throws Exception {
        try (ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            SocketAddress peer = server.getLocalAddress();
            ByteBuffer request = ByteBuffer.allocate(1);
            try (SocketChannel channel = guard.hold(SocketChannel.open(peer)).get()) {
                channel.write(request);
            }
        }
    }

    private static final ResourceKind LEASE = ResourceKind.of("test.doc.lease");

    interface Lease extends AutoCloseable {
        void handBack();
    }

    interface Pool {
        Lease lease();
    }

    @Test
    void an_interface_with_an_end_of_its_own() {
        Pool pool = () -> new Lease() {
            @Override
            public void handBack() {}

            @Override
            public void close() {
                throw new AssertionError("it was handed back");
            }
        };
        Lease lease = guard.wrap(Lease.class, pool.lease(), LEASE, "orders", "handBack");
        lease.handBack();
        assertThat(guard.stats().of(LEASE).closed()).isEqualTo(1);
    }

    interface Session {
        void use();
    }

    interface Sessions {
        Session borrowObject();

        void returnObject(Session session);
    }

    @Test
    void an_object_of_a_pool() throws Exception {
        AtomicInteger lent = new AtomicInteger();
        Sessions sessions = new Sessions() {
            @Override
            public Session borrowObject() {
                lent.incrementAndGet();
                return () -> assertThat(lent).hasValue(1);
            }

            @Override
            public void returnObject(Session session) {
                lent.decrementAndGet();
            }
        };
        Session session = sessions.borrowObject();
        try (Guarded<Closeable, IOException> lease =
                guard.hold((Closeable) () -> sessions.returnObject(session), LEASE, "orders")) {
            session.use();
        }
        assertThat(lent).hasValue(0);
    }

    static final class Index {
        private int references = 1;

        int references() {
            return references;
        }

        void decRef() {
            references--;
        }

        void search(String query) {
            assertThat(query).isEqualTo("orders");
        }
    }

    private static Index openIndex() {
        return new Index();
    }

    @Test
    void an_ending() {
        Guarded<Index, RuntimeException> index =
                guard.hold(openIndex(), Ending.of(Index::decRef, i -> i.references() > 0));
        index.get().search("orders");
        index.close();
        assertThat(index.get().references()).isZero();
    }

    // ------------------------------------------------------------------------------------------------- the document

    @Test
    void its_code_is_the_code_that_is_tested_here() throws Exception {
        String source = squeezed(Files.readString(SOURCE));
        List<String> blocks = Pattern.compile("(?s)```java\n(.*?)```")
                .matcher(Files.readString(DOC))
                .results()
                .map(m -> squeezed(m.group(1)))
                .toList();
        assertThat(blocks).hasSize(11).allMatch(source::contains);
    }

    private static String squeezed(String code) {
        return code.replaceAll("\\s+", " ").trim();
    }

    @Test
    void its_table_names_only_kinds_that_there_are() throws Exception {
        List<String> kinds = Pattern.compile("(?m)^\\|.*?\\| (?:[^|]*\\| ){2}`([a-z_.]+)` \\| (yes|no) \\| (.*) \\|$")
                .matcher(Files.readString(DOC))
                .results()
                .map(WrappingDocTest::row)
                .toList();
        assertThat(kinds).hasSizeGreaterThan(15);
    }

    /** A row's last column is what a report says of the kind. */
    private static String row(MatchResult row) {
        String said = switch (ResourceKind.of(row.group(1)).atCollection()) {
            case CLOSED_BY_JDK -> "the JDK closes it";
            case LOST_UNTIL_EXIT -> "nothing closes it";
            case LOST_TO_POOL -> "the pool never gets it back";
            case UNKNOWN -> "unknown";
        };
        assertThat(row.group(3)).as(row.group(1)).isEqualTo(said);
        assertThat(ResourceKind.of(row.group(1)).atCollection().text()).contains(said);
        return row.group(1);
    }

    // ------------------------------------------------------------------------------------------------- the compiler

    @Test
    void selectable_channels_can_not_be_wrapped_by_mistake() throws Exception {
        assertThat(compiles("java.nio.channels.FileChannel")).isTrue();
        assertThat(compiles("java.nio.channels.SeekableByteChannel")).isTrue();
        assertThat(compiles("java.nio.channels.ByteChannel")).isTrue();
        assertThat(compiles("javax.net.ssl.SSLSocket")).isTrue();
        assertThat(compiles("java.nio.channels.SocketChannel")).isFalse();
        assertThat(compiles("java.nio.channels.DatagramChannel")).isFalse();
        assertThat(compiles("java.nio.channels.ServerSocketChannel")).isFalse();
        assertThat(compiles("java.nio.channels.Selector")).isFalse();
    }

    private boolean compiles(String type) {
        String code = "class Wraps { Object wrap(io.leakguard.LeakGuard guard, " + type + " resource) { " + type
                + " handle = guard.wrap(resource); return handle; } }";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        return compiler.getTask(
                        null,
                        null,
                        diagnostic -> {},
                        List.of(
                                "-proc:none",
                                "-classpath",
                                System.getProperty("java.class.path"),
                                "-d",
                                dir.toString()),
                        null,
                        List.of(
                                new SimpleJavaFileObject(
                                        URI.create("string:///Wraps.java"), SimpleJavaFileObject.Kind.SOURCE) {
                                    @Override
                                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                                        return code;
                                    }
                                }))
                .call();
    }
}
