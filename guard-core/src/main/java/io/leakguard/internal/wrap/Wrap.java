package io.leakguard.internal.wrap;

import io.leakguard.Ending;
import io.leakguard.Guarded;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.Engine;
import io.leakguard.internal.track.Held;
import io.leakguard.internal.track.NoTracker;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.InterruptibleChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.SecureDirectoryStream;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes wrappers. It returns null for null, and the resource itself if that is guarded already or the guard is closed.
 */
public final class Wrap {
    private Wrap() {}

    private static boolean isLeft(Engine engine, @Nullable Object resource) {
        return resource == null
                || resource instanceof GuardedResource
                || engine.isClosed()
                || Proxies.isGuarded(resource);
    }

    // ------------------------------------------------------------------------------------------------- java.io

    public static InputStream input(Engine engine, InputStream in, @Nullable Object description) {
        return isLeft(engine, in) ? in : new GuardedInputStream(engine, in, KindOf.of(in), description);
    }

    public static OutputStream output(Engine engine, OutputStream out, @Nullable Object description) {
        return isLeft(engine, out) ? out : new GuardedOutputStream(engine, out, KindOf.of(out), description);
    }

    public static Reader reader(Engine engine, Reader reader, @Nullable Object description) {
        if (reader instanceof BufferedReader buffered) {
            return bufferedReader(engine, buffered, description);
        }
        return isLeft(engine, reader) ? reader : new GuardedReader(engine, reader, KindOf.of(reader), description);
    }

    public static BufferedReader bufferedReader(Engine engine, BufferedReader reader, @Nullable Object description) {
        return isLeft(engine, reader)
                ? reader
                : new GuardedBufferedReader(engine, reader, KindOf.of(reader), description);
    }

    public static Writer writer(Engine engine, Writer writer, @Nullable Object description) {
        if (writer instanceof BufferedWriter buffered) {
            return bufferedWriter(engine, buffered, description);
        }
        return isLeft(engine, writer) ? writer : new GuardedWriter(engine, writer, KindOf.of(writer), description);
    }

    public static BufferedWriter bufferedWriter(Engine engine, BufferedWriter writer, @Nullable Object description) {
        return isLeft(engine, writer)
                ? writer
                : new GuardedBufferedWriter(engine, writer, KindOf.of(writer), description);
    }

    static Writer unwrap(Writer writer) {
        if (writer instanceof GuardedWriter guarded) {
            return guarded.delegate;
        }
        return writer instanceof GuardedBufferedWriter guarded ? guarded.delegate : writer;
    }

    // ------------------------------------------------------------------------------------------------- channels

    public static FileChannel fileChannel(Engine engine, FileChannel channel, @Nullable Object description) {
        return channel(engine, FileChannel.class, channel, description);
    }

    public static AsynchronousFileChannel asyncFileChannel(
            Engine engine, AsynchronousFileChannel channel, @Nullable Object description) {
        return isLeft(engine, channel)
                ? channel
                : new GuardedAsyncFileChannel(engine, channel, KindOf.of(channel), description);
    }

    /** Wraps a channel of any sort, with all interfaces by which it can be read or written. */
    public static <C extends Channel> C channel(Engine engine, Class<C> type, C channel, @Nullable Object description) {
        return isLeft(engine, channel) ? channel : type.cast(channel(engine, channel, description));
    }

    static SeekableByteChannel seekable(Engine engine, SeekableByteChannel channel, @Nullable Object description) {
        return channel(engine, SeekableByteChannel.class, channel, description);
    }

    private static final Class<?>[] CHANNEL_TYPES = {
        ReadableByteChannel.class,
        WritableByteChannel.class,
        ByteChannel.class,
        SeekableByteChannel.class,
        ScatteringByteChannel.class,
        GatheringByteChannel.class,
        InterruptibleChannel.class,
        NetworkChannel.class
    };

    private static Object channel(Engine engine, Channel channel, @Nullable Object description) {
        ResourceKind kind = KindOf.of(channel);
        if (channel instanceof FileChannel file) {
            // A closed one stays as it is: a new handle would report it as open.
            return file.isOpen() ? NewerJdk.fileChannel(engine, file, kind, description) : file;
        }
        requireWrappable(channel);
        boolean scattering = channel instanceof ScatteringByteChannel;
        boolean gathering = channel instanceof GatheringByteChannel;
        if (!scattering && !gathering) {
            if (channel instanceof SeekableByteChannel seekable) {
                return new GuardedSeekableChannel(engine, seekable, kind, description);
            }
            if (channel instanceof ByteChannel bytes) {
                return new GuardedByteChannel(engine, bytes, kind, description);
            }
        }
        boolean readable = channel instanceof ReadableByteChannel;
        boolean writable = channel instanceof WritableByteChannel;
        if (!writable) {
            if (channel instanceof ScatteringByteChannel s) {
                return new GuardedScatteringChannel(engine, s, kind, description);
            }
            if (channel instanceof ReadableByteChannel r) {
                return new GuardedReadableChannel(engine, r, kind, description);
            }
        }
        if (!readable) {
            if (channel instanceof GatheringByteChannel g) {
                return new GuardedGatheringChannel(engine, g, kind, description);
            }
            if (channel instanceof WritableByteChannel w) {
                return new GuardedWritableChannel(engine, w, kind, description);
            }
        }
        return Proxies.wrap(
                engine,
                channel,
                kind,
                description,
                EndMethods.with(Channel.class),
                java.util.Arrays.stream(CHANNEL_TYPES)
                        .filter(type -> type.isInstance(channel))
                        .toArray(Class<?>[]::new));
    }

    private static void requireWrappable(Object resource) {
        if (resource instanceof SelectableChannel) {
            throw new IllegalArgumentException(resource.getClass().getName()
                    + " is a selectable channel, which no wrapper can replace (selectors accept only the JDK's own):"
                    + " use hold(channel) and keep the Guarded that it returns");
        }
    }

    static WritableByteChannel unwrap(WritableByteChannel channel) {
        if (channel instanceof GuardedFileChannel guarded) {
            return guarded.delegate;
        }
        if (channel instanceof GuardedWritableChannel guarded) {
            return guarded.delegate;
        }
        if (channel instanceof GuardedByteChannel guarded) {
            return guarded.delegate;
        }
        if (channel instanceof GuardedGatheringChannel guarded) {
            return guarded.delegate;
        }
        return channel instanceof GuardedSeekableChannel guarded ? guarded.delegate : channel;
    }

    static ReadableByteChannel unwrap(ReadableByteChannel channel) {
        if (channel instanceof GuardedFileChannel guarded) {
            return guarded.delegate;
        }
        if (channel instanceof GuardedReadableChannel guarded) {
            return guarded.delegate;
        }
        if (channel instanceof GuardedByteChannel guarded) {
            return guarded.delegate;
        }
        if (channel instanceof GuardedScatteringChannel guarded) {
            return guarded.delegate;
        }
        return channel instanceof GuardedSeekableChannel guarded ? guarded.delegate : channel;
    }

    // ------------------------------------------------------------------------------------------------- sockets

    public static Socket socket(Engine engine, Socket socket, @Nullable Object description) {
        if (socket instanceof SSLSocket ssl) {
            return sslSocket(engine, ssl, description);
        }
        if (isLeft(engine, socket)) {
            return socket;
        }
        try {
            return new GuardedSocket(engine, socket, KindOf.of(socket), description);
        } catch (IOException e) {
            engine.internalError("wrapping a socket", e);
            return socket;
        }
    }

    public static SSLSocket sslSocket(Engine engine, SSLSocket socket, @Nullable Object description) {
        return isLeft(engine, socket)
                ? socket
                : new GuardedSslSocket(engine, socket, KindOf.of(socket), description, null, socket);
    }

    /** A TLS socket over another one. It owns that one if it closes it too. */
    static Socket layered(Engine engine, Socket socket, @Nullable Object description, Socket below, boolean ownsBelow) {
        if (!(socket instanceof SSLSocket ssl) || !(below instanceof GuardedResource guarded) || isLeft(engine, ssl)) {
            return socket(engine, socket, description);
        }
        LeakTracker tracker = guarded.leakTracker();
        if (ownsBelow) {
            // From here on one close ends both, so they are one resource.
            SSLSocket made =
                    new GuardedSslSocket(engine, ssl, KindOf.of(ssl), description, null, new LayeredProbe(ssl, below));
            tracker.close();
            return made;
        }
        // Asking it would need a reference to the socket below, which is another resource's handle.
        return new GuardedSslSocket(engine, ssl, KindOf.of(ssl), description, tracker, null);
    }

    private record LayeredProbe(Socket socket, Socket below) implements ResourceProbe {
        @Override
        public Ends ends() {
            return new Ends(socket.getLocalSocketAddress(), socket.getRemoteSocketAddress());
        }

        @Override
        public boolean isOpen() {
            return !socket.isClosed() && !below.isClosed();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    public static ServerSocket serverSocket(Engine engine, ServerSocket socket, @Nullable Object description) {
        if (socket instanceof SSLServerSocket ssl) {
            return sslServerSocket(engine, ssl, description);
        }
        return isLeft(engine, socket)
                ? socket
                : new GuardedServerSocket(engine, socket, KindOf.of(socket), description);
    }

    public static SSLServerSocket sslServerSocket(Engine engine, SSLServerSocket socket, @Nullable Object description) {
        if (isLeft(engine, socket)) {
            return socket;
        }
        try {
            return new GuardedSslServerSocket(engine, socket, KindOf.of(socket), description);
        } catch (IOException e) {
            engine.internalError("wrapping a server socket", e);
            return socket;
        }
    }

    public static DatagramSocket datagramSocket(Engine engine, DatagramSocket socket, @Nullable Object description) {
        return isLeft(engine, socket)
                ? socket
                : new GuardedDatagramSocket(engine, socket, KindOf.of(socket), description);
    }

    public static SocketFactory socketFactory(Engine engine, SocketFactory factory, @Nullable Object description) {
        if (factory instanceof SSLSocketFactory ssl) {
            return sslSocketFactory(engine, ssl, description);
        }
        return isLeft(engine, factory) || factory instanceof GuardedSocketFactory
                ? factory
                : new GuardedSocketFactory(engine, factory, description);
    }

    public static SSLSocketFactory sslSocketFactory(
            Engine engine, SSLSocketFactory factory, @Nullable Object description) {
        return isLeft(engine, factory) || factory instanceof GuardedSslSocketFactory
                ? factory
                : new GuardedSslSocketFactory(engine, factory, description);
    }

    public static ServerSocketFactory serverSocketFactory(
            Engine engine, ServerSocketFactory factory, @Nullable Object description) {
        if (factory instanceof SSLServerSocketFactory ssl) {
            return sslServerSocketFactory(engine, ssl, description);
        }
        return isLeft(engine, factory) || factory instanceof GuardedServerSocketFactory
                ? factory
                : new GuardedServerSocketFactory(engine, factory, description);
    }

    public static SSLServerSocketFactory sslServerSocketFactory(
            Engine engine, SSLServerSocketFactory factory, @Nullable Object description) {
        return isLeft(engine, factory) || factory instanceof GuardedSslServerSocketFactory
                ? factory
                : new GuardedSslServerSocketFactory(engine, factory, description);
    }

    /** The remote address, read only for a report, unless there is a better description. */
    static Object remote(@Nullable Object description, Socket socket) {
        return description != null
                ? description
                : (Supplier<Object>) () -> orElse(socket.getRemoteSocketAddress(), "not connected");
    }

    static Object local(@Nullable Object description, ServerSocket socket) {
        return description != null
                ? description
                : (Supplier<Object>) () -> orElse(socket.getLocalSocketAddress(), "not bound");
    }

    static Object local(@Nullable Object description, DatagramSocket socket) {
        return description != null
                ? description
                : (Supplier<Object>) () -> orElse(socket.getLocalSocketAddress(), "not bound");
    }

    private static Object orElse(@Nullable Object value, Object otherwise) {
        return value != null ? value : otherwise;
    }

    // ------------------------------------------------------------------------------------------------- the rest

    public static <T extends @Nullable Object> DirectoryStream<T> directory(
            Engine engine, DirectoryStream<T> stream, @Nullable Object description) {
        if (stream instanceof SecureDirectoryStream<T> secure) {
            return directory(engine, secure, description);
        }
        return isLeft(engine, stream)
                ? stream
                : new GuardedDirectoryStream<>(engine, stream, KindOf.of(stream), description);
    }

    public static <T extends @Nullable Object> SecureDirectoryStream<T> directory(
            Engine engine, SecureDirectoryStream<T> stream, @Nullable Object description) {
        return isLeft(engine, stream)
                ? stream
                : new GuardedSecureDirectoryStream<>(engine, stream, KindOf.of(stream), description);
    }

    public static <T extends @Nullable Object> Stream<T> stream(
            Engine engine, Stream<T> stream, @Nullable Object description) {
        if (isLeft(engine, stream)) {
            return stream;
        }
        StreamToken.Behind behind = new StreamToken.Behind();
        Stream<T> watched = behind.watch(stream);
        return new StreamToken(engine, behind, ResourceKind.STREAM, description).stage(watched);
    }

    public static IntStream stream(Engine engine, IntStream stream, @Nullable Object description) {
        if (isLeft(engine, stream)) {
            return stream;
        }
        StreamToken.Behind behind = new StreamToken.Behind();
        IntStream watched = behind.watch(stream);
        return new StreamToken(engine, behind, ResourceKind.STREAM, description).stage(watched);
    }

    public static LongStream stream(Engine engine, LongStream stream, @Nullable Object description) {
        if (isLeft(engine, stream)) {
            return stream;
        }
        StreamToken.Behind behind = new StreamToken.Behind();
        LongStream watched = behind.watch(stream);
        return new StreamToken(engine, behind, ResourceKind.STREAM, description).stage(watched);
    }

    public static DoubleStream stream(Engine engine, DoubleStream stream, @Nullable Object description) {
        if (isLeft(engine, stream)) {
            return stream;
        }
        StreamToken.Behind behind = new StreamToken.Behind();
        DoubleStream watched = behind.watch(stream);
        return new StreamToken(engine, behind, ResourceKind.STREAM, description).stage(watched);
    }

    public static ExecutorService executor(Engine engine, ExecutorService executor, @Nullable Object description) {
        if (executor instanceof ScheduledExecutorService scheduled) {
            return scheduledExecutor(engine, scheduled, description);
        }
        return isLeft(engine, executor) || executor == ForkJoinPool.commonPool()
                ? executor
                : new GuardedExecutorService(engine, executor, KindOf.of(executor), description);
    }

    public static ScheduledExecutorService scheduledExecutor(
            Engine engine, ScheduledExecutorService executor, @Nullable Object description) {
        return isLeft(engine, executor) || (Object) executor == ForkJoinPool.commonPool()
                ? executor
                : new GuardedScheduledExecutorService(engine, executor, KindOf.of(executor), description);
    }

    /** Wraps a resource as one of its interfaces; {@code P} is that interface with type arguments. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public static <T extends AutoCloseable, P extends T> P proxy(
            Engine engine,
            Class<T> type,
            T resource,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            String... ends) {
        EndMethods methods = EndMethods.with(type, ends);
        if (isLeft(engine, resource)) {
            return (P) resource;
        }
        requireWrappable(resource);
        ResourceKind known = kind != null ? kind : KindOf.of(resource, type);
        Object shown = description != null ? description : DefaultDescriptions.later(resource);
        return (P) type.cast(Proxies.wrap(engine, resource, known, shown, methods, type));
    }

    @SuppressWarnings({"NullAway", "unchecked"}) // null gives null; the ending gets this resource
    public static <T, E extends Exception> Guarded<T, E> hold(
            Engine engine,
            T resource,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            Ending<? super T, E> ending) {
        Objects.requireNonNull(ending, "ending");
        if (resource == null) {
            return null;
        }
        if (resource instanceof GuardedResource guarded) {
            return new Holder<>(resource, ending, guarded.leakTracker(), null); // one resource, one tracker
        }
        Held held = engine.hold(
                resource,
                kind != null ? kind : KindOf.of(resource),
                description,
                DefaultDescriptions::of,
                resource instanceof ExecutorService ? SHUTDOWN : (Ending<Object, ?>) ending);
        return held == null
                ? new Holder<>(resource, ending, NoTracker.INSTANCE, null)
                : new Holder<>(resource, ending, held.tracker(), held.keep(resource));
    }

    /** The guard's action in place of an executor's close, which waits. */
    private static final Ending<Object, ?> SHUTDOWN = executor -> ((ExecutorService) executor).shutdown();

    /** A running process is in use, whoever holds it, and it ends by itself. */
    @SuppressWarnings({"NullAway", "FutureReturnValueIgnored"}) // null gives null; a tracker's close can't fail
    public static Guarded<Process, RuntimeException> hold(
            Engine engine, Process process, @Nullable Object description) {
        if (process == null) {
            return null;
        }
        Ending<Process, RuntimeException> ending = Process::destroy;
        Held held = engine.hold(
                process, ResourceKind.PROCESS, description, DefaultDescriptions::of, p -> ((Process) p).destroy());
        if (held == null) {
            return new Holder<>(process, ending, NoTracker.INSTANCE, null);
        }
        LeakTracker tracker = held.tracker();
        try {
            process.onExit().whenComplete((p, failure) -> tracker.close());
        } catch (UnsupportedOperationException e) {
            held.poll(); // a class of the application that can't tell
        }
        return new Holder<>(process, ending, tracker, null);
    }

    /** Returns the object that the engine asks and closes: the resource, or a probe that knows more. */
    static AutoCloseable probe(AutoCloseable resource) {
        return resource instanceof ExecutorService executor ? new ExecutorProbe(executor) : resource;
    }
}
