package io.leakguard;

import io.leakguard.adapter.GuardedResource;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
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
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.SecureDirectoryStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
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
 * Wraps resources: each {@code wrap} returns a tracked handle that forwards everything to the resource.
 * {@link LeakGuard} is the only implementation. Thread-safe.
 */
public sealed interface Wrapping permits LeakGuard {

    /**
     * Wraps an input stream. See {@link #wrap(InputStream, Object)}.
     *
     * @param in the input stream
     * @return its handle
     */
    default InputStream wrap(InputStream in) {
        return wrap(in, null);
    }

    /**
     * Wraps an input stream. Returns a handle that forwards everything to the resource, and whose {@code close} closes
     * it. A handle that is collected without having been closed is a leak.
     *
     * <p>For every {@code wrap}: {@code null} gives {@code null}. A resource that is guarded already is returned as it
     * is, and so is every resource if the guard is disabled or closed. Keep and close the handle, not the resource. A
     * handle is a {@link GuardedResource}, and as thread-safe as its resource. The resource's class decides its kind.
     *
     * @param in the input stream
     * @param description the description of this resource for reports: see {@link LeakGuard#track(Object, ResourceKind,
     *     Object, LeakTracker, AutoCloseable)}
     * @return its handle
     */
    InputStream wrap(InputStream in, @Nullable Object description);

    /**
     * Wraps an output stream. See {@link #wrap(InputStream, Object)}.
     *
     * @param out the output stream
     * @return its handle
     */
    default OutputStream wrap(OutputStream out) {
        return wrap(out, null);
    }

    /**
     * Wraps an output stream. See {@link #wrap(InputStream, Object)}.
     *
     * @param out the output stream
     * @param description the description of this resource
     * @return its handle
     */
    OutputStream wrap(OutputStream out, @Nullable Object description);

    /**
     * Wraps a reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader the reader
     * @return its handle
     */
    default Reader wrap(Reader reader) {
        return wrap(reader, null);
    }

    /**
     * Wraps a reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader the reader
     * @param description the description of this resource
     * @return its handle
     */
    Reader wrap(Reader reader, @Nullable Object description);

    /**
     * Wraps a buffered reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader the reader
     * @return its handle
     */
    default BufferedReader wrap(BufferedReader reader) {
        return wrap(reader, null);
    }

    /**
     * Wraps a buffered reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader the reader
     * @param description the description of this resource
     * @return its handle
     */
    BufferedReader wrap(BufferedReader reader, @Nullable Object description);

    /**
     * Wraps a writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer the writer
     * @return its handle
     */
    default Writer wrap(Writer writer) {
        return wrap(writer, null);
    }

    /**
     * Wraps a writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer the writer
     * @param description the description of this resource
     * @return its handle
     */
    Writer wrap(Writer writer, @Nullable Object description);

    /**
     * Wraps a buffered writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer the writer
     * @return its handle
     */
    default BufferedWriter wrap(BufferedWriter writer) {
        return wrap(writer, null);
    }

    /**
     * Wraps a buffered writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer the writer
     * @param description the description of this resource
     * @return its handle
     */
    BufferedWriter wrap(BufferedWriter writer, @Nullable Object description);

    /**
     * Wraps a file channel. Its locks name the handle as their channel. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     */
    default FileChannel wrap(FileChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a file channel. Its locks name the handle as their channel. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     */
    FileChannel wrap(FileChannel channel, @Nullable Object description);

    /**
     * Wraps a seekable channel, such as {@code Files.newByteChannel} opens. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    default SeekableByteChannel wrap(SeekableByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a seekable channel, such as {@code Files.newByteChannel} opens. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    SeekableByteChannel wrap(SeekableByteChannel channel, @Nullable Object description);

    /**
     * Wraps a channel that can be read. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold} it.
     * See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    default ReadableByteChannel wrap(ReadableByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that can be read. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold} it.
     * See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    ReadableByteChannel wrap(ReadableByteChannel channel, @Nullable Object description);

    /**
     * Wraps a channel that can be written to. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold}
     * it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    default WritableByteChannel wrap(WritableByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that can be written to. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold}
     * it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    WritableByteChannel wrap(WritableByteChannel channel, @Nullable Object description);

    /**
     * Wraps a channel that can be read and written to. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    default ByteChannel wrap(ByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that can be read and written to. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    ByteChannel wrap(ByteChannel channel, @Nullable Object description);

    /**
     * Wraps a channel that reads into several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    default ScatteringByteChannel wrap(ScatteringByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that reads into several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    ScatteringByteChannel wrap(ScatteringByteChannel channel, @Nullable Object description);

    /**
     * Wraps a channel that writes from several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    default GatheringByteChannel wrap(GatheringByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that writes from several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    GatheringByteChannel wrap(GatheringByteChannel channel, @Nullable Object description);

    /**
     * Wraps an asynchronous file channel. Pending operations keep the handle reachable. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @return its handle
     */
    default AsynchronousFileChannel wrap(AsynchronousFileChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps an asynchronous file channel. Pending operations keep the handle reachable. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param channel the channel
     * @param description the description of this resource
     * @return its handle
     */
    AsynchronousFileChannel wrap(AsynchronousFileChannel channel, @Nullable Object description);

    /**
     * Wraps a socket. Its streams keep the handle reachable, and closing one closes the socket. Without a description,
     * reports show the remote address. Once {@code getChannel} has given out a channel, which can be closed by itself,
     * the socket is no longer tracked. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @return its handle
     */
    default Socket wrap(Socket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a socket. Its streams keep the handle reachable, and closing one closes the socket. Without a description,
     * reports show the remote address. Once {@code getChannel} has given out a channel, which can be closed by itself,
     * the socket is no longer tracked. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @param description the description of this resource
     * @return its handle
     */
    Socket wrap(Socket socket, @Nullable Object description);

    /**
     * Wraps a TLS socket, as {@link #wrap(Socket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @return its handle
     */
    default SSLSocket wrap(SSLSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a TLS socket, as {@link #wrap(Socket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @param description the description of this resource
     * @return its handle
     */
    SSLSocket wrap(SSLSocket socket, @Nullable Object description);

    /**
     * Wraps a server socket. The sockets that it accepts are wrapped too. Without a description, reports show the
     * local address. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @return its handle
     */
    default ServerSocket wrap(ServerSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a server socket. The sockets that it accepts are wrapped too. Without a description, reports show the
     * local address. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @param description the description of this resource
     * @return its handle
     */
    ServerSocket wrap(ServerSocket socket, @Nullable Object description);

    /**
     * Wraps a TLS server socket, as {@link #wrap(ServerSocket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @return its handle
     */
    default SSLServerSocket wrap(SSLServerSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a TLS server socket, as {@link #wrap(ServerSocket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @param description the description of this resource
     * @return its handle
     */
    SSLServerSocket wrap(SSLServerSocket socket, @Nullable Object description);

    /**
     * Wraps a datagram socket. The handle of a {@link java.net.MulticastSocket} is a plain datagram socket. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @return its handle
     */
    default DatagramSocket wrap(DatagramSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a datagram socket. The handle of a {@link java.net.MulticastSocket} is a plain datagram socket. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param socket the socket
     * @param description the description of this resource
     * @return its handle
     */
    DatagramSocket wrap(DatagramSocket socket, @Nullable Object description);

    /**
     * Returns a factory whose sockets are wrapped, as by {@link #wrap(Socket)}.
     *
     * @param factory the factory of the sockets
     * @return a factory that does the same
     */
    default SocketFactory wrap(SocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose sockets are wrapped, as by {@link #wrap(Socket)}.
     *
     * @param factory the factory of the sockets
     * @param description the description of each of its sockets; {@code null} for its address
     * @return a factory that does the same
     */
    SocketFactory wrap(SocketFactory factory, @Nullable Object description);

    /**
     * Returns a factory whose TLS sockets are wrapped. One that is made over a guarded socket and closes it is tracked
     * in its place.
     *
     * @param factory the factory of the sockets
     * @return a factory that does the same
     */
    default SSLSocketFactory wrap(SSLSocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose TLS sockets are wrapped. If a TLS socket is made over a guarded socket and closes it, the
     * TLS socket is tracked in its place.
     *
     * @param factory the factory of the sockets
     * @param description the description of each of its sockets; {@code null} for its address
     * @return a factory that does the same
     */
    SSLSocketFactory wrap(SSLSocketFactory factory, @Nullable Object description);

    /**
     * Returns a factory whose server sockets are wrapped, as by {@link #wrap(ServerSocket)}.
     *
     * @param factory the factory of the sockets
     * @return a factory that does the same
     */
    default ServerSocketFactory wrap(ServerSocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose server sockets are wrapped, as by {@link #wrap(ServerSocket)}.
     *
     * @param factory the factory of the sockets
     * @param description the description of each of its sockets; {@code null} for its address
     * @return a factory that does the same
     */
    ServerSocketFactory wrap(ServerSocketFactory factory, @Nullable Object description);

    /**
     * Returns a factory whose TLS server sockets are wrapped.
     *
     * @param factory the factory of the sockets
     * @return a factory that does the same
     */
    default SSLServerSocketFactory wrap(SSLServerSocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose TLS server sockets are wrapped.
     *
     * @param factory the factory of the sockets
     * @param description the description of each of its sockets; {@code null} for its address
     * @return a factory that does the same
     */
    SSLServerSocketFactory wrap(SSLServerSocketFactory factory, @Nullable Object description);

    /**
     * Wraps a directory stream. Its iterators keep the handle reachable. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream the stream
     * @return its handle
     */
    default <T extends @Nullable Object> DirectoryStream<T> wrap(DirectoryStream<T> stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a directory stream. Its iterators keep the handle reachable. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream the stream
     * @param description the description of this resource
     * @return its handle
     */
    <T extends @Nullable Object> DirectoryStream<T> wrap(DirectoryStream<T> stream, @Nullable Object description);

    /**
     * Wraps a secure directory stream. Resources opened through it are wrapped too. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream the stream
     * @return its handle
     */
    default <T extends @Nullable Object> SecureDirectoryStream<T> wrap(SecureDirectoryStream<T> stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a secure directory stream. Resources opened through it are wrapped too. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream the stream
     * @param description the description of this resource
     * @return its handle
     */
    <T extends @Nullable Object> SecureDirectoryStream<T> wrap(
            SecureDirectoryStream<T> stream, @Nullable Object description);

    /**
     * Wraps a stream that holds a file open, as {@code Files.lines}, {@code walk} and {@code list} return. All
     * of its stages, iterators and spliterators together are the handle, and closing any stage closes it. A terminal
     * operation does not close it. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream the stream
     * @return its handle
     */
    default <T extends @Nullable Object> Stream<T> wrap(Stream<T> stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream that holds a file open, as {@code Files.lines}, {@code walk} and {@code list} return. All
     * of its stages, iterators and spliterators together are the handle, and closing any stage closes it. A terminal
     * operation does not close it. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream the stream
     * @param description the description of this resource
     * @return its handle
     */
    <T extends @Nullable Object> Stream<T> wrap(Stream<T> stream, @Nullable Object description);

    /**
     * Wraps a stream of ints, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream the stream
     * @return its handle
     */
    default IntStream wrap(IntStream stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream of ints, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream the stream
     * @param description the description of this resource
     * @return its handle
     */
    IntStream wrap(IntStream stream, @Nullable Object description);

    /**
     * Wraps a stream of longs, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream the stream
     * @return its handle
     */
    default LongStream wrap(LongStream stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream of longs, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream the stream
     * @param description the description of this resource
     * @return its handle
     */
    LongStream wrap(LongStream stream, @Nullable Object description);

    /**
     * Wraps a stream of doubles, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream the stream
     * @return its handle
     */
    default DoubleStream wrap(DoubleStream stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream of doubles, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream the stream
     * @param description the description of this resource
     * @return its handle
     */
    DoubleStream wrap(DoubleStream stream, @Nullable Object description);

    /**
     * Wraps an executor, which ends with {@code shutdown}, {@code shutdownNow} or {@code close}. The common pool,
     * which has no end, is returned as it is. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor the executor
     * @return its handle
     */
    default ExecutorService wrap(ExecutorService executor) {
        return wrap(executor, null);
    }

    /**
     * Wraps an executor, which ends with {@code shutdown}, {@code shutdownNow} or {@code close}. The common pool,
     * which has no end, is returned as it is. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor the executor
     * @param description the description of this resource
     * @return its handle
     */
    ExecutorService wrap(ExecutorService executor, @Nullable Object description);

    /**
     * Wraps a scheduled executor, as {@link #wrap(ExecutorService)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor the executor
     * @return its handle
     */
    default ScheduledExecutorService wrap(ScheduledExecutorService executor) {
        return wrap(executor, null);
    }

    /**
     * Wraps a scheduled executor, as {@link #wrap(ExecutorService)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor the executor
     * @param description the description of this resource
     * @return its handle
     */
    ScheduledExecutorService wrap(ScheduledExecutorService executor, @Nullable Object description);

    /**
     * Wraps a resource as one of its interfaces. See {@link #wrap(Class, AutoCloseable, ResourceKind, Object, String...)}.
     *
     * @param type an interface that the resource implements
     * @param resource the resource
     * @param <T> the interface
     * @param <P> the interface with its type arguments, from the type of the handle's variable
     * @return its handle
     * @throws IllegalArgumentException if a proxy can't implement the type
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // from the type of the handle's variable
    <T extends AutoCloseable, P extends T> P wrap(Class<T> type, T resource);

    /**
     * Wraps a resource as one of its interfaces. See {@link #wrap(Class, AutoCloseable, ResourceKind, Object, String...)}.
     *
     * @param type an interface that the resource implements
     * @param resource the resource
     * @param kind the kind of the resource
     * @param description the description of this resource
     * @param <T> the interface
     * @param <P> the interface with its type arguments, from the type of the handle's variable
     * @return its handle
     * @throws IllegalArgumentException if a proxy can't implement the type
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // from the type of the handle's variable
    <T extends AutoCloseable, P extends T> P wrap(
            Class<T> type, T resource, ResourceKind kind, @Nullable Object description);

    /**
     * Wraps a resource as one of its interfaces: returns a proxy that forwards every method to it, and {@code equals},
     * {@code hashCode} and {@code toString} too. See {@link #wrap(InputStream, Object)}.
     *
     * {@snippet :
     * Producer<String, String> producer = guard.wrap(Producer.class, new KafkaProducer<>(settings));
     * }
     *
     * <p>A call of {@code close}, {@code closeAsync}, {@code abort}, {@code shutdown}, {@code shutdownNow},
     * {@code dispose}, {@code destroy} or {@code terminate}, with any timeout, reason or callback, ends the handle.
     * Some methods may be an end, such as {@code stop} or {@code disconnect}. After such a call the handle's collection
     * is no proof of a leak unless the resource says that it is open. A fluent method that returns the resource itself
     * returns the handle.
     *
     * <p>A checked exception that the method doesn't declare arrives in an {@link
     * java.lang.reflect.UndeclaredThrowableException}, as usual for Java's proxies.
     *
     * @param type an interface that the resource implements
     * @param resource the resource
     * @param kind the kind of the resource
     * @param description the description of this resource
     * @param ends more methods that end it, by name
     * @param <T> the interface
     * @param <P> the interface with its type arguments, from the type of the handle's variable
     * @return its handle
     * @throws IllegalArgumentException if a proxy can't implement the type, since it is a class, sealed, or not
     *     accessible; if other code checks the implementation of the type; or if the type has no method with the name
     *     of an end. In the first two cases {@link #hold(AutoCloseable) hold} the resource
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // from the type of the handle's variable
    <T extends AutoCloseable, P extends T> P wrap(
            Class<T> type, T resource, ResourceKind kind, @Nullable Object description, String... ends);

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource the resource
     * @param <T> its type
     * @return its holder
     */
    <T extends Closeable> Guarded<T, IOException> hold(T resource);

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource the resource
     * @param kind the kind of the resource
     * @param description the description of this resource
     * @param <T> its type
     * @return its holder
     */
    <T extends Closeable> Guarded<T, IOException> hold(T resource, ResourceKind kind, @Nullable Object description);

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource the resource
     * @param <T> its type
     * @return its holder
     */
    <T extends AutoCloseable> Guarded<T, Exception> hold(T resource);

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource the resource
     * @param kind the kind of the resource
     * @param description the description of this resource
     * @param <T> its type
     * @return its holder
     */
    <T extends AutoCloseable> Guarded<T, Exception> hold(T resource, ResourceKind kind, @Nullable Object description);

    /**
     * Holds a resource of any type. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource the resource
     * @param ending the end of the resource
     * @param <T> its type
     * @param <E> the exception of its end
     * @return its holder
     */
    <T, E extends Exception> Guarded<T, E> hold(T resource, Ending<? super T, E> ending);

    /**
     * Holds a resource of any type, which the program uses as it is. Returns its holder. Close the holder in the
     * resource's place, or the resource itself.
     *
     * <p>The resource is a leak if it is open and neither the holder nor the resource can be reached. A resource in use
     * without its holder is neither reported as collected nor reclaimed. After {@link Guarded#get} has handed it out,
     * it may end in other ways than by the holder. It is then reported only if the guard can tell that it is open: for
     * the JDK's channels, selectors, sockets and files, for objects with a method such as {@code isOpen} or
     * {@code isClosed}, and if the ending can tell.
     *
     * {@snippet :
     * Guarded<SocketChannel, IOException> channel = guard.hold(SocketChannel.open(peer));
     * Guarded<RandomAccessFile, IOException> file = guard.hold(new RandomAccessFile("index", "r"));
     * Guarded<Lock, RuntimeException> lock = guard.hold(locks.take("orders"), LOCK, "orders", Lock::unlock);
     * }
     *
     * @param resource the resource; must not reference the holder
     * @param kind the kind of the resource
     * @param description the description of this resource; must not reference the resource
     * @param ending the end of the resource; must not capture the resource, which the guard passes to it
     * @param <T> its type
     * @param <E> the exception of its end
     * @return its holder, also if the guard is disabled or closed; {@code null} for {@code null}
     */
    <T, E extends Exception> Guarded<T, E> hold(
            T resource, ResourceKind kind, @Nullable Object description, Ending<? super T, E> ending);

    /**
     * Holds a process. See {@link #hold(Process, Object)}.
     *
     * @param process the process
     * @return its holder
     */
    Guarded<Process, RuntimeException> hold(Process process);

    /**
     * Holds a process. It is open until it has ended, by itself or by {@link Process#destroy}, which the holder's close
     * calls. A running process is in use, even if everybody has dropped it: it is never reported as collected and never
     * reclaimed. It is listed as open, and found as {@link LeakCause#OVERDUE}, {@link LeakCause#GROWING},
     * {@link LeakCause#ESCAPED_SCOPE} or {@link LeakCause#OPEN_AT_SHUTDOWN}.
     *
     * {@snippet :
     * Guarded<Process, RuntimeException> child = guard.hold(new ProcessBuilder("convert", "in.png").start());
     * int exit = child.get().waitFor();
     * }
     *
     * @param process the process
     * @param description the description of this process; {@code null} for its id and its program
     * @return its holder; {@code null} for {@code null}
     */
    Guarded<Process, RuntimeException> hold(Process process, @Nullable Object description);
}
