package io.leakguard.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.Guarded;
import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrapper does what the resource does: the same calls on both give the same values and the same exceptions. */
@SuppressWarnings({"StreamResourceLeak", "MustBeClosedChecker"}) // the guard is what is tested
class WrappedBehaviourTest {

    private static final String TEXT = "first line\nsecond line\nthird äöü line\n0123456789\n";

    @TempDir
    Path dir;

    private Path file;
    private LeakGuard guard;

    @BeforeEach
    void open() throws IOException {
        file = Files.writeString(dir.resolve("file.txt"), TEXT);
        guard = LeakGuard.builder().log(false).build();
    }

    @AfterEach
    void close() {
        guard.close();
    }

    // ------------------------------------------------------------------------------------------------- the same

    @FunctionalInterface
    interface Op<R> {
        @Nullable
        Object on(R resource) throws Throwable;
    }

    @FunctionalInterface
    interface VoidOp<R> {
        void on(R resource) throws Throwable;
    }

    private static <R> Op<R> run(VoidOp<R> op) {
        return r -> {
            op.on(r);
            return "done";
        };
    }

    private static <R> List<String> trace(R resource, List<Op<? super R>> ops) {
        List<String> trace = new ArrayList<>();
        for (Op<? super R> op : ops) {
            String outcome;
            try {
                Object result = op.on(resource);
                outcome = result == resource ? "itself" : text(result);
            } catch (Throwable t) {
                outcome = t.getClass().getName() + ": " + t.getMessage();
            }
            trace.add(trace.size() + " " + outcome);
        }
        return trace;
    }

    private static String text(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return Arrays.toString(bytes);
        }
        if (value instanceof char[] chars) {
            return Arrays.toString(chars);
        }
        return value instanceof Object[] array ? Arrays.deepToString(array) : String.valueOf(value);
    }

    @FunctionalInterface
    interface Opener<R> {
        R open() throws Exception;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static <R> void same(Opener<? extends R> raw, UnaryOperator<R> wrap, Op<? super R>... ops)
            throws Exception {
        List<String> expected = trace(raw.open(), List.of(ops));
        R wrapper = wrap.apply(raw.open());
        assertThat(wrapper).isInstanceOf(GuardedResource.class);
        assertThat(trace(wrapper, List.of(ops))).isEqualTo(expected);
        assertThat(expected).as("the trace says something").anyMatch(s -> !s.contains("Exception"));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static <R> Op<R>[] ops(Op<R>... ops) {
        return ops;
    }

    private static Op<InputStream>[] inputOps() {
        byte[] b = new byte[16];
        return WrappedBehaviourTest.<InputStream>ops(
                InputStream::read,
                in -> in.read(b) + text(b),
                in -> in.read(b, 2, 3) + text(b),
                InputStream::available,
                InputStream::markSupported,
                run(in -> in.mark(100)),
                in -> in.skip(2),
                InputStream::read,
                run(InputStream::reset),
                InputStream::read,
                in -> in.readNBytes(3),
                in -> in.readNBytes(b, 1, 4) + text(b),
                run(in -> in.skipNBytes(1)),
                in -> in.read(b, -1, 5),
                in -> in.read(null),
                in -> in.readNBytes(-1),
                in -> {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    return in.transferTo(out) + text(out.toByteArray());
                },
                InputStream::read,
                InputStream::readAllBytes,
                run(in -> in.skipNBytes(1)),
                in -> in.transferTo(null),
                run(InputStream::close),
                run(InputStream::close),
                InputStream::read,
                InputStream::available,
                in -> in.skip(1));
    }

    @Test
    void input_streams_behave_as_before() throws Exception {
        WrappedBehaviourTest.<InputStream>same(() -> new FileInputStream(file.toFile()), guard::wrap, inputOps());
        same(() -> Files.newInputStream(file), guard::wrap, inputOps());
        WrappedBehaviourTest.<InputStream>same(
                () -> new ByteArrayInputStream(TEXT.getBytes(UTF_8)), guard::wrap, inputOps());
        WrappedBehaviourTest.<InputStream>same(
                () -> new BufferedInputStream(Files.newInputStream(file)), guard::wrap, inputOps());
    }

    @Test
    void an_input_streams_wrapper_passes_bulk_calls_on_as_they_are() throws Exception {
        List<String> calls = new ArrayList<>();
        InputStream raw = new ByteArrayInputStream(new byte[100]) {
            @Override
            public byte[] readNBytes(int length) throws IOException {
                calls.add("readNBytes");
                return super.readNBytes(length);
            }

            @Override
            public void skipNBytes(long n) throws IOException {
                calls.add("skipNBytes");
                super.skipNBytes(n);
            }

            @Override
            public String toString() {
                return "the raw one";
            }
        };
        try (InputStream in = guard.wrap(raw)) {
            assertThat(in.readNBytes(3)).hasSize(3);
            in.skipNBytes(2);
            assertThat(in).hasToString("the raw one").isEqualTo(in).isNotEqualTo(raw);
        }
        assertThat(calls).containsExactly("readNBytes", "skipNBytes");
    }

    @Test
    void output_streams_behave_as_before() throws Exception {
        AtomicInteger n = new AtomicInteger();
        List<Path> files = new ArrayList<>();
        Opener<OutputStream> opener = () -> {
            Path out = dir.resolve("out" + n.incrementAndGet());
            files.add(out);
            return new FileOutputStream(out.toFile());
        };
        same(
                opener,
                guard::wrap,
                run(out -> out.write(65)),
                run(out -> out.write(new byte[] {66, 67})),
                run(out -> out.write(new byte[] {66, 67, 68, 69}, 1, 2)),
                run(out -> out.write(new byte[3], 2, 5)),
                run(out -> out.write(null)),
                run(OutputStream::flush),
                run(OutputStream::close),
                run(OutputStream::close),
                run(out -> out.write(1)));
        assertThat(Files.readString(files.get(1)))
                .isEqualTo(Files.readString(files.get(0)))
                .isEqualTo("ABCCD");
    }

    private static Op<Reader>[] readerOps() {
        char[] c = new char[8];
        return WrappedBehaviourTest.<Reader>ops(
                Reader::read,
                r -> r.read(c) + text(c),
                r -> r.read(c, 1, 2) + text(c),
                r -> {
                    CharBuffer buffer = CharBuffer.allocate(4);
                    return r.read(buffer) + buffer.flip().toString();
                },
                r -> r.skip(3),
                r -> r.skip(-1),
                Reader::ready,
                Reader::markSupported,
                run(r -> r.mark(50)),
                Reader::read,
                run(Reader::reset),
                Reader::read,
                r -> r.read(c, 3, 20),
                r -> {
                    StringWriter out = new StringWriter();
                    return r.transferTo(out) + out.toString();
                },
                Reader::read,
                run(Reader::close),
                run(Reader::close),
                Reader::read,
                Reader::ready);
    }

    @Test
    void readers_behave_as_before() throws Exception {
        same(() -> (Reader) new StringReader(TEXT), guard::wrap, readerOps());
        same(() -> (Reader) new InputStreamReader(Files.newInputStream(file), UTF_8), guard::wrap, readerOps());
        same(() -> Files.newBufferedReader(file), guard::wrap, readerOps());
        same(
                () -> Files.newBufferedReader(file),
                guard::wrap,
                BufferedReader::readLine,
                r -> r.lines().collect(Collectors.toList()),
                BufferedReader::readLine,
                run(BufferedReader::close),
                BufferedReader::readLine,
                r -> r.lines().count());
        try (Reader reader = guard.wrap((Reader) Files.newBufferedReader(file))) {
            assertThat(reader).isInstanceOf(BufferedReader.class);
        }
    }

    @Test
    void readers_have_the_methods_of_newer_JDKs() throws Exception {
        for (String name : List.of("readAllAsString", "readAllLines")) {
            Method method;
            try {
                method = Reader.class.getMethod(name);
            } catch (NoSuchMethodException e) {
                continue; // this JDK has it not
            }
            same(
                    () -> (Reader) new StringReader(TEXT),
                    guard::wrap,
                    reader -> invoke(method, reader),
                    reader -> invoke(method, reader),
                    run(Reader::close),
                    reader -> invoke(method, reader));
        }
    }

    private static Object invoke(Method method, Object target, Object... args) throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    @Test
    void writers_behave_as_before() throws Exception {
        AtomicInteger n = new AtomicInteger();
        List<Path> files = new ArrayList<>();
        Opener<BufferedWriter> opener = () -> {
            Path out = dir.resolve("writer" + n.incrementAndGet());
            files.add(out);
            return Files.newBufferedWriter(out);
        };
        same(
                opener,
                guard::wrap,
                run(w -> w.write('a')),
                run(w -> w.write("bcd")),
                run(w -> w.write("bcd", 1, 1)),
                run(w -> w.write("bcd", 1, 7)),
                run(w -> w.write(new char[] {'x', 'y'})),
                run(w -> w.write(new char[] {'x', 'y', 'z'}, 1, 1)),
                w -> w.append('q'),
                w -> w.append("rst"),
                w -> w.append(null),
                w -> w.append("rst", 1, 2),
                run(BufferedWriter::newLine),
                run(Writer::flush),
                run(Writer::close),
                run(Writer::close),
                run(w -> w.write("late")));
        assertThat(Files.readString(files.get(1)))
                .isEqualTo(Files.readString(files.get(0)))
                .isEqualTo("abcdcxyyqrstnulls" + System.lineSeparator());
        StringWriter text = new StringWriter();
        Writer plain = guard.wrap((Writer) text);
        assertThat(plain.append("a").append('b').append("xcx", 1, 2)).isSameAs(plain);
        assertThat(plain).hasToString("abc");
    }

    // ------------------------------------------------------------------------------------------------- channels

    private FileChannel channel() throws IOException {
        Path copy = Files.writeString(Files.createTempFile(dir, "channel", ""), TEXT);
        return FileChannel.open(copy, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static String flip(ByteBuffer buffer) {
        return UTF_8.decode(buffer.flip()).toString();
    }

    @Test
    void file_channels_behave_as_before() throws Exception {
        same(
                this::channel,
                guard::wrap,
                FileChannel::size,
                c -> {
                    ByteBuffer b = ByteBuffer.allocate(5);
                    return c.read(b) + flip(b);
                },
                c -> {
                    ByteBuffer b = ByteBuffer.allocate(5);
                    return c.read(b, 11) + flip(b);
                },
                c -> {
                    ByteBuffer[] b = {ByteBuffer.allocate(2), ByteBuffer.allocate(3)};
                    return c.read(b) + flip(b[0]) + flip(b[1]);
                },
                c -> {
                    ByteBuffer[] b = {ByteBuffer.allocate(2), ByteBuffer.allocate(3)};
                    return c.read(b, 1, 1) + flip(b[1]);
                },
                FileChannel::position,
                c -> c.position(3),
                c -> c.position(-3),
                c -> c.write(ByteBuffer.wrap("abc".getBytes(UTF_8))),
                c -> c.write(ByteBuffer.wrap("abc".getBytes(UTF_8)), 20),
                c -> c.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {65}), ByteBuffer.wrap(new byte[] {66})}),
                c -> c.write(
                        new ByteBuffer[] {ByteBuffer.wrap(new byte[] {65}), ByteBuffer.wrap(new byte[] {66})}, 1, 1),
                c -> c.truncate(30),
                run(c -> c.force(true)),
                c -> {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    return c.transferTo(2, 10, Channels.newChannel(out)) + out.toString(UTF_8);
                },
                c -> c.transferFrom(Channels.newChannel(new ByteArrayInputStream(new byte[] {70, 71})), 4, 2),
                c -> c.map(FileChannel.MapMode.READ_ONLY, 0, 10).get(4),
                c -> {
                    try (FileLock lock = c.lock()) {
                        return lock.isValid() + " " + lock.isShared() + lock.position() + " " + lock.size()
                                + (lock.channel() == c)
                                + (lock.acquiredBy() == c);
                    }
                },
                c -> {
                    FileLock lock = c.tryLock(1, 2, true);
                    try {
                        return c.tryLock(1, 5, true);
                    } finally {
                        lock.release();
                        assertThat(lock.isValid()).isFalse();
                    }
                },
                FileChannel::isOpen,
                run(FileChannel::close),
                run(FileChannel::close),
                FileChannel::isOpen,
                FileChannel::size,
                c -> c.read(ByteBuffer.allocate(1)),
                FileChannel::lock);
    }

    @Test
    void a_file_channel_that_is_closed_already_stays_closed() throws Exception {
        FileChannel closed = channel();
        closed.close();
        assertThat(guard.wrap(closed).isOpen()).isFalse();
        assertThat(guard.wrap((ByteChannel) closed).isOpen()).isFalse();
    }

    @Test
    void a_file_channel_that_was_closed_behind_turns_closed_at_the_next_call() throws Exception {
        FileChannel raw = channel();
        try (FileChannel channel = guard.wrap(raw)) {
            raw.close();
            assertThatThrownBy(channel::size).isExactlyInstanceOf(ClosedChannelException.class);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void a_file_channel_that_was_closed_by_an_interrupt_is_closed() throws Exception {
        try (FileChannel channel = guard.wrap(channel())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(channel.isOpen()).isFalse();
            assertThat(((GuardedResource) channel).leakTracker().isOpen()).isFalse();
        }
    }

    @Test
    void a_file_channel_that_an_interrupt_closed_as_a_transfers_target_is_closed() throws Exception {
        try (FileChannel source = guard.wrap(channel());
                FileChannel target = guard.wrap(channel())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> source.transferTo(0, 10, target)).isInstanceOf(IOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(source.isOpen()).isFalse();
        }
    }

    @Test
    void transfers_between_wrapped_channels_reach_the_channels_behind() throws Exception {
        List<Object> seen = new ArrayList<>();
        FileChannel raw = channel();
        WritableByteChannel sink = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer src) {
                seen.add(src.remaining());
                src.position(src.limit());
                return (int) (long) ((Integer) seen.get(seen.size() - 1));
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        try (FileChannel from = guard.wrap(raw);
                FileChannel to = guard.wrap(channel());
                WritableByteChannel wrappedSink = guard.wrap(sink)) {
            assertThat(from.transferTo(0, from.size(), to)).isEqualTo(from.size());
            assertThat(to.transferFrom(from, 0, 5)).isEqualTo(5);
            assertThat(from.transferTo(0, 7, wrappedSink)).isEqualTo(7);
            assertThat(seen).containsExactly(7);
        }
    }

    @Test
    void a_file_channel_maps_into_an_arena_where_the_JDK_can() throws Exception {
        Method map = Arrays.stream(FileChannel.class.getMethods())
                .filter(m -> m.getName().equals("map") && m.getParameterCount() == 4)
                .findAny()
                .orElse(null);
        if (map == null) {
            return;
        }
        Object arena =
                Class.forName("java.lang.foreign.Arena").getMethod("ofAuto").invoke(null);
        Method byteSize = Class.forName("java.lang.foreign.MemorySegment").getMethod("byteSize");
        same(
                this::channel,
                guard::wrap,
                c -> byteSize.invoke(invoke(map, c, FileChannel.MapMode.READ_ONLY, 1L, 7L, arena)),
                c -> invoke(map, c, FileChannel.MapMode.READ_ONLY, -1L, 7L, arena),
                run(FileChannel::close),
                c -> invoke(map, c, FileChannel.MapMode.READ_ONLY, 1L, 7L, arena));
    }

    @Test
    void byte_channels_behave_as_before() throws Exception {
        byte[] bytes = TEXT.getBytes(UTF_8);
        Op<ReadableByteChannel> read = c -> {
            ByteBuffer b = ByteBuffer.allocate(9);
            return c.read(b) + flip(b);
        };
        same(
                () -> Channels.newChannel(new ByteArrayInputStream(bytes)),
                guard::wrap,
                read,
                read,
                ReadableByteChannel::isOpen,
                run(ReadableByteChannel::close),
                ReadableByteChannel::isOpen,
                read);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        same(
                () -> Channels.newChannel(out),
                guard::wrap,
                c -> c.write(ByteBuffer.wrap(bytes)),
                run(WritableByteChannel::close),
                c -> c.write(ByteBuffer.wrap(bytes)));
        assertThat(out.size()).isEqualTo(2 * bytes.length);
        same(
                () -> (SeekableByteChannel) channel(),
                guard::wrap,
                SeekableByteChannel::size,
                c -> c.position(4),
                SeekableByteChannel::position,
                c -> c.truncate(6),
                c -> c.read(ByteBuffer.allocate(9)),
                c -> c.write(ByteBuffer.allocate(2)),
                run(SeekableByteChannel::close),
                SeekableByteChannel::size);
    }

    @Test
    void a_channel_keeps_the_types_by_which_it_is_read_and_written() throws Exception {
        try (ReadableByteChannel file = guard.wrap((ReadableByteChannel) channel());
                ByteChannel zipped = guard.wrap((ByteChannel) seekableOnly())) {
            assertThat(file).isInstanceOf(FileChannel.class);
            assertThat(zipped).isInstanceOf(SeekableByteChannel.class);
        }
        ScatteringByteChannel scattering = scattering();
        assertThat(guard.wrap(scattering)).isNotInstanceOf(GatheringByteChannel.class);
        assertThat(guard.wrap((ReadableByteChannel) scattering)).isInstanceOf(ScatteringByteChannel.class);
        try (AllChannels all = new AllChannels()) {
            ByteChannel wrapped = guard.wrap((ByteChannel) all);
            assertThat(wrapped)
                    .isInstanceOf(ScatteringByteChannel.class)
                    .isInstanceOf(GatheringByteChannel.class)
                    .isInstanceOf(GuardedResource.class)
                    .isNotSameAs(all);
            assertThat(((ScatteringByteChannel) wrapped).read(new ByteBuffer[0]))
                    .isEqualTo(42);
        }
    }

    private SeekableByteChannel seekableOnly() throws IOException {
        FileChannel channel = channel();
        return new SeekableByteChannel() {
            @Override
            public int read(ByteBuffer dst) throws IOException {
                return channel.read(dst);
            }

            @Override
            public int write(ByteBuffer src) throws IOException {
                return channel.write(src);
            }

            @Override
            public long position() throws IOException {
                return channel.position();
            }

            @Override
            public SeekableByteChannel position(long newPosition) throws IOException {
                channel.position(newPosition);
                return this;
            }

            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public SeekableByteChannel truncate(long size) throws IOException {
                channel.truncate(size);
                return this;
            }

            @Override
            public boolean isOpen() {
                return channel.isOpen();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    private static ScatteringByteChannel scattering() {
        return new ScatteringByteChannel() {
            @Override
            public long read(ByteBuffer[] dsts, int offset, int length) {
                return length;
            }

            @Override
            public long read(ByteBuffer[] dsts) {
                return dsts.length;
            }

            @Override
            public int read(ByteBuffer dst) {
                return 1;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    private static final class AllChannels implements ByteChannel, ScatteringByteChannel, GatheringByteChannel {
        @Override
        public long write(ByteBuffer[] srcs, int offset, int length) {
            return 0;
        }

        @Override
        public long write(ByteBuffer[] srcs) {
            return 0;
        }

        @Override
        public long read(ByteBuffer[] dsts, int offset, int length) {
            return 0;
        }

        @Override
        public long read(ByteBuffer[] dsts) {
            return 42;
        }

        @Override
        public int read(ByteBuffer dst) {
            return 0;
        }

        @Override
        public int write(ByteBuffer src) {
            return 0;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void a_selectable_channel_is_refused_with_the_way_out() throws Exception {
        Pipe pipe = Pipe.open();
        try (SocketChannel channel = SocketChannel.open();
                Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            assertThatThrownBy(() -> guard.wrap((ByteChannel) channel))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("SocketChannelImpl")
                    .hasMessageContaining("hold(");
            assertThatThrownBy(() -> guard.wrap(source)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> guard.wrap(sink)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> guard.wrap(ByteChannel.class, channel))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void asynchronous_file_channels_behave_as_before() throws Exception {
        same(
                () -> AsynchronousFileChannel.open(
                        Files.writeString(Files.createTempFile(dir, "async", ""), TEXT),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE),
                guard::wrap,
                AsynchronousFileChannel::size,
                c -> c.read(ByteBuffer.allocate(5), 0).get(),
                c -> c.write(ByteBuffer.wrap(new byte[] {'F'}), 0).get(5, TimeUnit.SECONDS),
                c -> {
                    CompletableFuture<Object> done = new CompletableFuture<>();
                    c.read(ByteBuffer.allocate(7), 2, "attached", completing(done));
                    return done.get(20, TimeUnit.SECONDS);
                },
                c -> {
                    CompletableFuture<Object> done = new CompletableFuture<>();
                    c.write(ByteBuffer.wrap(new byte[] {'i'}), 1, "attached", completing(done));
                    return done.get(20, TimeUnit.SECONDS);
                },
                c -> {
                    Future<FileLock> future = c.lock();
                    try (FileLock lock = future.get()) {
                        return lock.isValid() + " " + (lock.acquiredBy() == c) + (future.get() == lock)
                                + future.isDone();
                    }
                },
                c -> {
                    CompletableFuture<Boolean> done = new CompletableFuture<>();
                    c.lock(0, 1, false, null, new CompletionHandler<FileLock, Object>() {
                        @Override
                        public void completed(FileLock lock, Object attachment) {
                            done.complete(lock.acquiredBy() == c);
                        }

                        @Override
                        public void failed(Throwable failure, Object attachment) {
                            done.completeExceptionally(failure);
                        }
                    });
                    return done.get(20, TimeUnit.SECONDS);
                },
                c -> c.tryLock(5, 1, false).acquiredBy() == c,
                run(c -> c.read(ByteBuffer.allocate(1), 0, null, null)),
                c -> c.truncate(10),
                run(c -> c.force(false)),
                AsynchronousFileChannel::isOpen,
                run(AsynchronousFileChannel::close),
                run(AsynchronousFileChannel::close),
                AsynchronousFileChannel::isOpen,
                c -> c.read(ByteBuffer.allocate(1), 0).get());
    }

    private static CompletionHandler<Integer, String> completing(CompletableFuture<Object> future) {
        return new CompletionHandler<>() {
            @Override
            public void completed(Integer result, String attachment) {
                future.complete(result + attachment);
            }

            @Override
            public void failed(Throwable failure, String attachment) {
                future.completeExceptionally(failure);
            }
        };
    }

    // ------------------------------------------------------------------------------------------------- sockets

    @Test
    void sockets_behave_as_before() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread echo = new Thread(() -> echo(server));
            echo.setDaemon(true);
            echo.start();
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
            byte[] b = new byte[10];
            same(
                    Socket::new,
                    guard::wrap,
                    Socket::isConnected,
                    Socket::getPort,
                    Socket::getInetAddress,
                    Socket::getInputStream,
                    Socket::toString,
                    run(s -> s.bind(null)),
                    Socket::isBound,
                    run(s -> s.connect(address, 20_000)),
                    run(s -> s.connect(address)),
                    Socket::isConnected,
                    Socket::getPort,
                    Socket::getInetAddress,
                    Socket::getRemoteSocketAddress,
                    Socket::getLocalAddress,
                    s -> s.toString().replaceAll("localport=\\d+", ""),
                    run(s -> s.setTcpNoDelay(true)),
                    Socket::getTcpNoDelay,
                    run(s -> s.setSoTimeout(20_000)),
                    Socket::getSoTimeout,
                    run(s -> s.setSoLinger(true, 3)),
                    Socket::getSoLinger,
                    run(s -> s.setSoLinger(false, 0)),
                    run(s -> s.setKeepAlive(true)),
                    Socket::getKeepAlive,
                    run(s -> s.setReuseAddress(true)),
                    Socket::getReuseAddress,
                    run(s -> s.setOOBInline(true)),
                    Socket::getOOBInline,
                    run(s -> s.setTrafficClass(8)),
                    run(s -> s.setSendBufferSize(-1)),
                    run(s -> s.setPerformancePreferences(1, 2, 3)),
                    s -> new TreeSet<>(
                            s.supportedOptions().stream().map(Object::toString).toList()),
                    s -> s.setOption(StandardSocketOptions.TCP_NODELAY, false),
                    s -> s.getOption(StandardSocketOptions.TCP_NODELAY),
                    Socket::getChannel,
                    s -> List.of(s.getInputStream()).contains(s.getInputStream()),
                    s -> List.of(s.getOutputStream()).contains(s.getOutputStream()),
                    run(s -> s.getOutputStream().write("hello".getBytes(UTF_8))),
                    s -> text(s.getInputStream().readNBytes(5)),
                    run(s -> s.sendUrgentData(33)),
                    s -> s.getInputStream().read(),
                    Socket::isOutputShutdown,
                    run(Socket::shutdownOutput),
                    Socket::isOutputShutdown,
                    s -> s.getInputStream().read(b),
                    Socket::isInputShutdown,
                    run(Socket::shutdownInput),
                    Socket::isInputShutdown,
                    Socket::isClosed,
                    run(Socket::close),
                    run(Socket::close),
                    Socket::isClosed,
                    Socket::getInputStream,
                    Socket::getSoTimeout,
                    run(s -> s.connect(address)));
        }
    }

    private static void echo(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setOOBInline(true);
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                // The test has ended.
            }
        }
    }

    @Test
    void server_sockets_behave_as_before_and_guard_what_they_accept() throws Exception {
        same(
                ServerSocket::new,
                guard::wrap,
                ServerSocket::isBound,
                ServerSocket::getLocalPort,
                ServerSocket::toString,
                ServerSocket::accept,
                run(s -> s.setReuseAddress(true)),
                ServerSocket::getReuseAddress,
                run(s -> s.setReceiveBufferSize(0)),
                run(s -> s.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 3)),
                run(s -> s.bind(null)),
                ServerSocket::isBound,
                ServerSocket::getInetAddress,
                run(s -> s.setSoTimeout(1)),
                ServerSocket::getSoTimeout,
                ServerSocket::accept,
                s -> s.setOption(StandardSocketOptions.SO_RCVBUF, 4096),
                ServerSocket::getChannel,
                ServerSocket::isClosed,
                run(ServerSocket::close),
                run(ServerSocket::close),
                ServerSocket::isClosed,
                ServerSocket::accept);
        try (ServerSocket server = guard.wrap(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            assertThat(accepted).isInstanceOf(GuardedResource.class);
            assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
        }
    }

    @Test
    void datagram_sockets_behave_as_before() throws Exception {
        same(
                () -> new DatagramSocket(null),
                guard::wrap,
                DatagramSocket::isBound,
                run(s -> s.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
                DatagramSocket::isBound,
                DatagramSocket::getLocalAddress,
                DatagramSocket::getInetAddress,
                DatagramSocket::getRemoteSocketAddress,
                run(s -> s.setSoTimeout(20_000)),
                DatagramSocket::getSoTimeout,
                run(s -> s.setBroadcast(true)),
                DatagramSocket::getBroadcast,
                run(s -> s.setSendBufferSize(-1)),
                run(s -> s.send(new DatagramPacket("hi".getBytes(UTF_8), 2, s.getLocalSocketAddress()))),
                s -> {
                    DatagramPacket packet = new DatagramPacket(new byte[10], 10);
                    s.receive(packet);
                    return text(packet.getData());
                },
                run(s -> s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9))),
                DatagramSocket::getPort,
                run(DatagramSocket::disconnect),
                DatagramSocket::isConnected,
                DatagramSocket::getChannel,
                run(DatagramSocket::close),
                run(DatagramSocket::close),
                DatagramSocket::isClosed,
                run(s -> s.receive(new DatagramPacket(new byte[1], 1))));
    }

    @Test
    void a_socket_factory_makes_guarded_sockets() throws Exception {
        SocketFactory factory = guard.wrap(SocketFactory.getDefault());
        assertThat(guard.wrap(factory)).isSameAs(factory);
        assertThat(factory).isNotInstanceOf(GuardedResource.class);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Socket unconnected = factory.createSocket();
                Socket connected = factory.createSocket(server.getInetAddress(), server.getLocalPort())) {
            assertThat(unconnected).isInstanceOf(GuardedResource.class);
            assertThat(connected).isInstanceOf(GuardedResource.class);
            assertThat(connected.isConnected()).isTrue();
        }
    }

    // ------------------------------------------------------------------------------------------------- directories

    @Test
    void directory_streams_behave_as_before() throws Exception {
        Files.createFile(dir.resolve("another"));
        same(
                () -> Files.newDirectoryStream(dir),
                guard::wrap,
                s -> {
                    List<String> names = new ArrayList<>();
                    for (Path path : s) {
                        names.add(path.getFileName().toString());
                    }
                    names.sort(Comparator.naturalOrder());
                    return names;
                },
                DirectoryStream::iterator,
                run(DirectoryStream::close),
                run(DirectoryStream::close),
                DirectoryStream::iterator);
        try (DirectoryStream<Path> stream = guard.wrap(Files.newDirectoryStream(dir))) {
            Iterator<Path> iterator = stream.iterator();
            assertThat(iterator.hasNext()).isTrue();
            assertThat(iterator.next()).exists();
            assertThatThrownBy(iterator::remove).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void a_secure_directory_stream_stays_one_and_guards_what_it_opens() throws Exception {
        Path sub = Files.createDirectory(dir.resolve("sub"));
        Files.writeString(sub.resolve("a"), "content");
        try (DirectoryStream<Path> raw = Files.newDirectoryStream(dir)) {
            if (!(raw instanceof SecureDirectoryStream<Path>)) {
                return; // this system has none
            }
        }
        try (SecureDirectoryStream<Path> top = (SecureDirectoryStream<Path>) guard.wrap(Files.newDirectoryStream(dir));
                SecureDirectoryStream<Path> below = top.newDirectoryStream(Path.of("sub"), LinkOption.NOFOLLOW_LINKS);
                SeekableByteChannel channel = below.newByteChannel(Path.of("a"), Set.of(StandardOpenOption.READ))) {
            assertThat(below).isInstanceOf(GuardedResource.class);
            assertThat(channel).isInstanceOf(GuardedResource.class);
            assertThat(channel.size()).isEqualTo(7);
            below.move(Path.of("a"), top, Path.of("moved"));
            assertThat(dir.resolve("moved")).hasContent("content");
            BasicFileAttributeView view =
                    top.getFileAttributeView(Path.of("moved"), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            assertThat(view.readAttributes().size()).isEqualTo(7);
            assertThat(top.getFileAttributeView(BasicFileAttributeView.class)
                            .readAttributes()
                            .isDirectory())
                    .isTrue();
            top.deleteFile(Path.of("moved"));
            assertThat(dir.resolve("moved")).doesNotExist();
            top.deleteDirectory(Path.of("sub"));
            assertThat(sub).doesNotExist();
        }
    }

    // ------------------------------------------------------------------------------------------------- pipelines

    @Test
    void pipelines_give_the_same_results() throws Exception {
        List<Op<Stream<String>>> ops = List.of(
                s -> s.filter(x -> x.length() > 2).map(String::length).toList(),
                s -> s.mapToInt(String::length).map(x -> x + 1).boxed().collect(Collectors.toList()),
                s -> s.mapToLong(String::length).asDoubleStream().sum(),
                s -> s.mapToDouble(String::length).average(),
                s -> s.flatMap(x -> Stream.of(x, x)).count(),
                s -> s.flatMapToInt(String::chars).sum(),
                s -> s.<String>mapMulti((x, sink) -> sink.accept(x + "!")).toList(),
                s -> s.distinct().sorted(Comparator.reverseOrder()).toList(),
                s -> s.sorted().skip(1).limit(2).toList(),
                s -> s.skip(0).peek(x -> {}).takeWhile(x -> !x.isEmpty()).toList(),
                s -> s.dropWhile(x -> x.startsWith("f")).toList(),
                s -> s.toArray(),
                s -> s.toArray(String[]::new),
                s -> s.reduce("", String::concat),
                s -> s.reduce(String::concat),
                s -> s.reduce(0, (n, x) -> n + x.length(), Integer::sum),
                s -> s.collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                        .toString(),
                s -> s.min(Comparator.naturalOrder()),
                s -> s.max(Comparator.naturalOrder()),
                s -> s.anyMatch(x -> x.contains("second")) + "" + s.isParallel(),
                s -> s.allMatch(String::isEmpty),
                s -> s.noneMatch(String::isEmpty),
                Stream::findFirst,
                s -> s.parallel().isParallel(),
                s -> s.parallel().sequential() == s,
                s -> s.parallel().map(String::length).reduce(0, Integer::sum),
                s -> s.unordered().onClose(() -> {}).count(),
                s -> {
                    Spliterator<String> spliterator = s.spliterator();
                    List<String> all = new ArrayList<>();
                    spliterator.tryAdvance(all::add);
                    spliterator.forEachRemaining(all::add);
                    return all + " " + spliterator.hasCharacteristics(Spliterator.ORDERED);
                },
                s -> {
                    Iterator<String> iterator = s.iterator();
                    return iterator.next() + iterator.hasNext();
                },
                s -> {
                    return s.count() + s.count();
                },
                s -> Stream.concat(s, Stream.of("x")).toList(),
                s -> {
                    s.close();
                    return s.count();
                });
        for (Op<Stream<String>> op : ops) {
            same(() -> Files.lines(file), guard::wrap, op, run(Stream::close), run(Stream::close));
        }
        same(
                () -> IntStream.rangeClosed(1, 9),
                guard::wrap,
                s -> s.mapToObj(Integer::toString)
                        .mapToLong(Long::parseLong)
                        .mapToInt(x -> (int) x)
                        .summaryStatistics());
        same(() -> LongStream.rangeClosed(1, 9), guard::wrap, s -> s.iterator().nextLong());
        assertThat(guard.wrap(List.of("a", "b").stream())
                        .sequential()
                        .flatMap(x -> guard.wrap(Stream.of(x, "-")))
                        .collect(Collectors.joining()))
                .isEqualTo("a-b-");
    }

    @Test
    void a_stage_that_gathers_is_the_same_where_the_JDK_can() throws Exception {
        Class<?> gatherers;
        try {
            gatherers = Class.forName("java.util.stream.Gatherers");
        } catch (ClassNotFoundException e) {
            return;
        }
        Object windows = gatherers.getMethod("windowFixed", int.class).invoke(null, 2);
        Method gather = Stream.class.getMethod("gather", Class.forName("java.util.stream.Gatherer"));
        same(() -> Stream.of(1, 2, 3), guard::wrap, s -> {
            Stream<?> gathered = (Stream<?>) invoke(gather, s, windows);
            assertThat(gathered instanceof GuardedResource).isEqualTo(s instanceof GuardedResource);
            return gathered.toList();
        });
    }

    @Test
    void close_handlers_run_once_and_in_order() {
        List<String> closed = new ArrayList<>();
        Stream<Integer> stream = guard.wrap(Stream.of(1).onClose(() -> closed.add("first")));
        Stream<Integer> last = stream.onClose(() -> closed.add("second")).map(x -> x);
        last.close();
        stream.close();
        assertThat(closed).containsExactly("first", "second");
    }

    // ------------------------------------------------------------------------------------------------- executors

    @Test
    void executors_behave_as_before() throws Exception {
        same(
                () -> Executors.newFixedThreadPool(2),
                guard::wrap,
                e -> e.submit(() -> "called").get(),
                e -> e.submit(() -> {}).get(),
                e -> e.submit(() -> {}, "result").get(),
                e -> e.invokeAll(List.of(() -> 1, () -> 2)).size(),
                e -> e.invokeAll(List.of(() -> 1), 20, TimeUnit.SECONDS).get(0).get(),
                e -> e.invokeAny(List.of(() -> "any")),
                e -> e.invokeAny(List.of(() -> "any"), 20, TimeUnit.SECONDS),
                e -> {
                    CompletableFuture<String> done = new CompletableFuture<>();
                    e.execute(() -> done.complete("executed"));
                    return done.get(20, TimeUnit.SECONDS);
                },
                run(e -> e.execute(null)),
                ExecutorService::isShutdown,
                run(ExecutorService::shutdown),
                run(ExecutorService::shutdown),
                ExecutorService::isShutdown,
                e -> e.awaitTermination(20, TimeUnit.SECONDS),
                ExecutorService::isTerminated,
                ExecutorService::shutdownNow);
        same(
                () -> Executors.newScheduledThreadPool(1),
                guard::wrap,
                e -> e.schedule(() -> "later", 1, TimeUnit.MILLISECONDS).get(),
                e -> e.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get(),
                e -> e.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.HOURS).cancel(true),
                e -> e.scheduleWithFixedDelay(() -> {}, 1, 1, TimeUnit.HOURS).isDone(),
                e -> e.shutdownNow().size());
        assertThat(guard.wrap((ExecutorService) Executors.newScheduledThreadPool(0)))
                .isInstanceOf(ScheduledExecutorService.class);
        assertThat(guard.wrap(ForkJoinPool.commonPool())).isSameAs(ForkJoinPool.commonPool());
    }

    @Test
    void an_executor_is_closed_where_the_JDK_can() throws Exception {
        ExecutorService raw = Executors.newFixedThreadPool(1);
        ExecutorService executor = guard.wrap(raw);
        Method close;
        try {
            close = ExecutorService.class.getMethod("close");
        } catch (NoSuchMethodException e) {
            executor.shutdown();
            return;
        }
        close.invoke(executor);
        assertThat(raw.isTerminated()).isTrue();
        assertThat(((GuardedResource) executor).leakTracker().isOpen()).isFalse();
        assertThatThrownBy(() -> executor.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    // ------------------------------------------------------------------------------------------------- interfaces

    interface Lease extends AutoCloseable {
        String name() throws IOException;

        default String greeting() throws IOException {
            return "default " + name();
        }

        default Lease renew() {
            return this;
        }

        @Override
        void close();
    }

    private record NamedLease(String name) implements Lease {
        @Override
        public String greeting() {
            return "own " + name;
        }

        @Override
        public void close() {}
    }

    private static final class BrokenLease implements Lease {
        @Override
        public String name() throws IOException {
            throw new IOException("broken");
        }

        @Override
        public void close() {
            throw new IllegalStateException("broken too");
        }
    }

    @Test
    void an_interface_is_forwarded_with_its_defaults_and_its_exceptions() throws Exception {
        Lease lease = guard.wrap(Lease.class, new NamedLease("a"));
        assertThat(lease.name()).isEqualTo("a");
        assertThat(lease.greeting()).isEqualTo("own a");
        assertThat(lease.renew()).as("it returns itself: the handle").isSameAs(lease);
        assertThat(lease).hasToString("NamedLease[name=a]").hasSameHashCodeAs(new NamedLease("a"));
        assertThat(lease).isInstanceOf(GuardedResource.class);
        Lease broken = guard.wrap(Lease.class, new BrokenLease());
        assertThatThrownBy(broken::name).isExactlyInstanceOf(IOException.class).hasMessage("broken");
        assertThatThrownBy(broken::greeting).isExactlyInstanceOf(IOException.class);
        assertThatThrownBy(broken::close).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(((GuardedResource) broken).leakTracker().isOpen()).isFalse();
    }

    @Test
    void an_interface_keeps_the_resources_idea_of_equality() {
        NamedLease raw = new NamedLease("a");
        Lease lease = guard.wrap(Lease.class, raw);
        assertThat(lease.equals(List.of(lease).get(0))).isTrue();
        assertThat(lease).isEqualTo(guard.wrap(Lease.class, new NamedLease("a")));
        assertThat(lease)
                .isNotEqualTo(guard.wrap(Lease.class, new NamedLease("b")))
                .isNotEqualTo(null);
        BrokenLease identity = new BrokenLease();
        Lease one = guard.wrap(Lease.class, identity);
        assertThat(one).isEqualTo(guard.wrap(Lease.class, identity));
        assertThat(one.equals(identity)).isEqualTo(identity.equals(one));
        assertThat(Set.of(one)).contains(guard.wrap(Lease.class, identity));
    }

    sealed interface Sealed extends AutoCloseable permits SealedLease {
        @Override
        void close();
    }

    private static final class SealedLease implements Sealed {
        @Override
        public void close() {}
    }

    @Test
    void what_is_not_an_interface_or_is_sealed_is_refused_with_the_way_out() throws Exception {
        try (InputStream in = new ByteArrayInputStream(new byte[0])) {
            assertThatThrownBy(() -> guard.wrap(InputStream.class, in, ResourceKind.INPUT_STREAM, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("java.io.InputStream is not an interface")
                    .hasMessageContaining("hold(");
        }
        assertThatThrownBy(() -> guard.wrap(Sealed.class, new SealedLease()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Sealed is a sealed interface")
                .hasMessageContaining("hold(");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"}) // such a type can't be named in a source
    void an_interface_that_is_not_accessible_is_refused_with_the_way_out() throws Exception {
        Class hidden = Class.forName("sun.nio.ch.SelChImpl");
        AutoCloseable resource = () -> {};
        assertThatThrownBy(() -> guard.wrap(hidden, resource))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sun.nio.ch.SelChImpl")
                .hasMessageContaining("not accessible")
                .hasMessageContaining("hold(");
    }

    // ------------------------------------------------------------------------------------------------- all of them

    @Test
    void null_stays_null() {
        assertThat(guard.wrap((InputStream) null)).isNull();
        assertThat(guard.wrap((Reader) null)).isNull();
        assertThat(guard.wrap((FileChannel) null)).isNull();
        assertThat(guard.wrap((ByteChannel) null)).isNull();
        assertThat(guard.wrap((Socket) null)).isNull();
        assertThat(guard.wrap((ServerSocket) null)).isNull();
        assertThat(guard.wrap((SocketFactory) null)).isNull();
        assertThat((Object) guard.wrap((DirectoryStream<Path>) null)).isNull();
        assertThat((Object) guard.wrap((Stream<String>) null)).isNull();
        assertThat(guard.wrap((ExecutorService) null)).isNull();
        assertThat((Object) guard.wrap(Closeable.class, null)).isNull();
        assertThat(guard.hold((Closeable) null)).isNull();
        assertThat(guard.stats().opened()).isZero();
    }

    @Test
    void what_is_guarded_is_not_wrapped_again() throws Exception {
        try (Socket socket = guard.wrap(new Socket());
                InputStream in = guard.wrap((InputStream) new ByteArrayInputStream(new byte[1]));
                Stream<String> stream = guard.wrap(Stream.of("a"));
                Lease lease = guard.wrap(Lease.class, new NamedLease("a"));
                Guarded<InputStream, IOException> held = guard.hold(in)) {
            assertThat(guard.wrap(socket)).isSameAs(socket);
            assertThat(guard.wrap(in, "again")).isSameAs(in);
            assertThat((Object) guard.wrap(stream)).isSameAs(stream);
            assertThat((Object) guard.wrap(Lease.class, lease)).isSameAs(lease);
            assertThat(held.get()).isSameAs(in);
            assertThat(guard.stats().opened()).isEqualTo(4);
        }
    }

    @Test
    void a_guard_that_is_off_hands_back_what_it_was_given() throws Exception {
        LeakGuard closed = LeakGuard.builder().log(false).build();
        closed.close();
        for (LeakGuard off : List.of(LeakGuard.disabled(), closed)) {
            InputStream in = new ByteArrayInputStream(new byte[1]);
            assertThat(off.wrap(in)).isSameAs(in);
            NamedLease lease = new NamedLease("a");
            assertThat((Object) off.wrap(Lease.class, lease)).isSameAs(lease);
            assertThat(off.wrap(SocketFactory.getDefault())).isSameAs(SocketFactory.getDefault());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (Guarded<ByteArrayOutputStream, IOException> held = off.hold(out)) {
                assertThat(held.get()).isSameAs(out);
                assertThat(held.leakTracker().isOpen()).isFalse();
            }
        }
    }
}
