package io.leakguard;

import io.leakguard.internal.Engine;
import io.leakguard.internal.Preload;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.SpareDescriptor;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.track.NoHoldDurations;
import io.leakguard.internal.track.NoScope;
import io.leakguard.internal.track.NoTracker;
import io.leakguard.internal.track.ScopedExecutor;
import io.leakguard.internal.wrap.Wrap;
import io.leakguard.report.HtmlReport;
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
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
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
import org.slf4j.LoggerFactory;

/**
 * Finds resources that were opened and never closed: the entry to the library.
 *
 * <p>A guard wraps resources, or tracks those that others wrap, and reports the ones that leak to its {@link
 * LeakListener}s; the first of these writes to the SLF4J logger {@code io.leakguard.leak}. Guards share nothing with each
 * other. One is enough for a process: make it when the daemon starts and {@linkplain #close() close} it when the daemon
 * ends, or use the {@linkplain #global() process-wide one}.
 *
 * <p>A guard that nobody holds any more, and that was never closed, ends by itself: first it finds what is still open, and
 * once nothing is, it ends with a warning that says where it was made. What was registered with a guard and refers to it,
 * such as telemetry, a bean, a watch or a listener, holds it.
 *
 * <p>Thread-safe. Nothing but configuration ever throws an exception of the guard's own: a guard that is disabled or
 * closed hands resources back unwrapped and tracks nothing.
 *
 * {@snippet :
 * try (LeakGuard guard = LeakGuard.create()) {
 *     InputStream in = guard.wrap(new FileInputStream("orders.csv"));
 *     in.read();
 *     in = null; // forgotten: once it is collected, the log says which line opened it
 * }
 * }
 */
public final class LeakGuard implements AutoCloseable {

    private final @Nullable Engine engine;

    /** Held so that the engine knows that somebody holds this guard. */
    @SuppressWarnings("unused")
    private final @Nullable Object life;

    private LeakGuard(@Nullable Engine engine, @Nullable Object life) {
        this.engine = engine;
        this.life = life;
    }

    private static final LeakGuard DISABLED = new LeakGuard(null, null);

    private static volatile @Nullable LeakGuard global;

    static {
        WatchLink.engines(guard -> guard.engine);
    }

    // ------------------------------------------------------------------------------------------------- creation

    /**
     * Returns a new guard that is configured by the system properties {@code leakguard.*} alone.
     *
     * @return a new guard
     * @throws IllegalArgumentException if a property is unknown or has a bad value; the message names it and the fix
     */
    public static LeakGuard create() {
        return builder().build();
    }

    /**
     * Returns a builder that starts from the system properties {@code leakguard.*}. What is then set on the builder wins
     * over them, except that {@code leakguard.enabled=false} always switches the guard off.
     *
     * @return a new builder
     * @throws IllegalArgumentException if a property is unknown or has a bad value; the message names it and the fix
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a guard that does nothing: it hands every resource back as it is, and costs nothing.
     *
     * @return the disabled guard
     */
    public static LeakGuard disabled() {
        return DISABLED;
    }

    /**
     * Returns the process-wide guard, which adapters use unless they are given another. It is made at first use as {@link
     * #create()} makes one; should the configuration be wrong, that is logged as an error and the defaults are used,
     * since this may be called in the middle of the application's work.
     *
     * @return the process-wide guard
     */
    public static LeakGuard global() {
        LeakGuard guard = global;
        return guard != null ? guard : makeGlobal();
    }

    /**
     * Replaces the process-wide guard. The one before is not closed.
     *
     * @param guard the new one; {@code null} to have one made at the next use of {@link #global()}
     * @return the one before, if there was one
     */
    public static @Nullable LeakGuard setGlobal(@Nullable LeakGuard guard) {
        synchronized (DISABLED) {
            LeakGuard before = global;
            global = guard;
            return before;
        }
    }

    private static LeakGuard makeGlobal() {
        synchronized (DISABLED) {
            LeakGuard guard = global;
            if (guard == null) {
                try {
                    guard = create();
                } catch (IllegalArgumentException e) {
                    LoggerFactory.getLogger("io.leakguard").error("{} (the defaults are used instead)", e.getMessage());
                    Engine defaults = new Engine(Config.defaults().snapshot());
                    guard = new LeakGuard(defaults, defaults.claimLife());
                }
                global = guard;
            }
            return guard;
        }
    }

    // ------------------------------------------------------------------------------------------------- tracking

    /**
     * Tracks a resource by its handle. See {@link #track(Object, ResourceKind, Object, LeakTracker, AutoCloseable)}.
     *
     * @param handle the object that the user holds and must close
     * @param kind what it is
     * @return its tracker, which the handle closes when it is closed
     */
    public LeakTracker track(Object handle, ResourceKind kind) {
        Engine e = engine;
        return e != null ? e.track(handle, kind, null, null, null) : NoTracker.INSTANCE;
    }

    /**
     * Tracks a resource by its handle. See {@link #track(Object, ResourceKind, Object, LeakTracker, AutoCloseable)}.
     *
     * @param handle the object that the user holds and must close
     * @param kind what it is
     * @param description which one it is
     * @return its tracker, which the handle closes when it is closed
     */
    public LeakTracker track(Object handle, ResourceKind kind, @Nullable Object description) {
        Engine e = engine;
        return e != null ? e.track(handle, kind, description, null, null) : NoTracker.INSTANCE;
    }

    /**
     * Tracks a resource by its handle: for those who write wrappers and adapters. The handle keeps the tracker and closes
     * it when it is closed; should the handle be collected before, that is a leak.
     *
     * <p>The guard must never reference the handle, or it would keep it from being collected: neither the description nor
     * the delegate may lead to it.
     *
     * @param handle the object that the user holds and must close; with {@code null} nothing is tracked
     * @param kind what it is
     * @param description which one it is, shown in reports: a string, or a {@link java.util.function.Supplier} that is
     *     asked on the reporter's thread and must not reference the handle; any other object is referenced weakly
     * @param parent the resource that this one is open under and that ends with it, such as a statement's connection: the
     *     handle must reference the parent's handle. If both leak, that is one report
     * @param delegate what the handle closes, if it is another object that doesn't reference the handle: asked whether it
     *     was closed behind the handle's back, and closed by the guard if {@linkplain Builder#reclaim reclaim} is on. A
     *     {@link ResourceProbe} says itself how to ask, and one that is also a {@link SocketEnds} which connection it is
     * @return its tracker; a tracker that does nothing if the guard is disabled or closed
     */
    public LeakTracker track(
            Object handle,
            ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate) {
        Engine e = engine;
        return e != null ? e.track(handle, kind, description, parent, delegate) : NoTracker.INSTANCE;
    }

    /**
     * Tracks a resource that code of one place opens on behalf of another, such as the connections that a server's thread
     * accepts: what is blamed is where {@code openedBy} was made, and not this call's stack. As {@link #track(Object,
     * ResourceKind, Object, LeakTracker, AutoCloseable)} in everything else.
     *
     * @param handle the object that the user holds and must close
     * @param kind what it is
     * @param description which one it is
     * @param parent the resource that this one is open under and that ends with it
     * @param delegate what the handle closes
     * @param openedBy was made where the blame belongs; its stack is the creation stack, and costs no capture budget
     * @return its tracker
     */
    public LeakTracker track(
            Object handle,
            ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            Throwable openedBy) {
        Engine e = engine;
        return e != null ? e.track(handle, kind, description, parent, delegate, openedBy) : NoTracker.INSTANCE;
    }

    /**
     * Tracks an object that its pool has just handed out, where nobody tells when it is given back: for adapters of pools
     * that hand out very many, for which making a handle for each is what costs most. Whoever gets a record keeps it for as
     * long as the object lives, and calls {@link PooledTracker#handedOut} each further time.
     *
     * <p>Only of what is {@linkplain #track(Object, ResourceKind, Object, LeakTracker, AutoCloseable) tracked} otherwise
     * are the creation stack, touches, the time that it was held and its scope known. So this is refused while they are
     * wanted: for 250 objects of each kind a second and all whose stack the capture budget allows; and for every one while
     * a scope is open on this thread or there is a default scope, while the kind is {@linkplain Builder#escalation
     * escalated} after a leak, if it has a {@linkplain Builder#overdueAfter(ResourceKind, Duration) limit}, if there are
     * {@linkplain Builder#context context providers}, and while {@linkplain #holdDurations() durations} are asked for.
     *
     * @param handle the object: what is collected if it leaks
     * @param kind what it is
     * @param description which one it is, as for {@code track}
     * @param probe tells whether the object is out of its pool, without referencing it: asked on the guard's threads and by
     *     whoever asks the guard for counts and lists, so it must be quick. What it throws counts as "not out". It is never
     *     closed
     * @return its record; {@code null} if this time it has to be tracked by a tracker that is told of its end, or if the
     *     guard is disabled or closed
     */
    public @Nullable PooledTracker trackPooled(
            Object handle, ResourceKind kind, @Nullable Object description, ResourceProbe probe) {
        Engine e = engine;
        return e != null ? e.trackPooled(handle, kind, description, probe) : null;
    }

    /**
     * Makes the record of an object that was {@linkplain #trackRecent opened a moment ago}, and is open. For {@link
     * RecentResources.Owner#keep}.
     *
     * @param handle the object: what is collected if it leaks
     * @param kind what it is
     * @param description which one it is, as for {@code track}
     * @param probe tells whether the object is open, as for the other {@code trackPooled}
     * @param opening how it was opened
     * @return its record; {@code null} if the guard is disabled or closed
     */
    public @Nullable PooledTracker trackPooled(
            Object handle,
            ResourceKind kind,
            @Nullable Object description,
            ResourceProbe probe,
            RecentResources.Opening opening) {
        Engine e = engine;
        return e != null ? e.trackPooled(handle, kind, description, probe, opening) : null;
    }

    /**
     * Tracks what is opened and closed so often that a record for each, or a handle around it, would be most of the cost. See
     * {@link RecentResources}.
     *
     * @param kind what is opened
     * @param owner tells what is still open, and makes its record
     * @return what is to be told of each opening; to be closed if the owner tells no more. {@code null} if the guard is
     *     disabled
     */
    public @Nullable RecentResources trackRecent(ResourceKind kind, RecentResources.Owner owner) {
        Engine e = engine;
        return e != null ? e.trackRecent(kind, owner) : null;
    }

    /**
     * Declares that a resource is meant to live long, as {@link LeakScope#keep} does where there is no scope at hand: it
     * belongs to no scope from now on, with what is open under it, and is never overdue. It is still reported if it is
     * collected without being closed.
     *
     * @param resource a {@link GuardedResource} or a {@link LeakTracker}
     * @param reason why, which the list of open resources shows
     * @return true if it is open and this guard's
     */
    public boolean keep(Object resource, String reason) {
        Engine e = engine;
        return e != null && e.keep(resource, reason);
    }

    // -------------------------------------------------------------------------------------------------- wrapping

    /**
     * Wraps an input stream. See {@link #wrap(InputStream, Object)}.
     *
     * @param in what to wrap
     * @return its handle
     */
    public InputStream wrap(InputStream in) {
        return wrap(in, null);
    }

    /**
     * Wraps an input stream: returns a handle that does what the resource does, all of it, and whose {@code close}
     * closes it. A handle that is collected without having been closed is a leak.
     *
     * <p>This holds for every {@code wrap}: {@code null} gives {@code null}, and what is guarded already is returned
     * as it is; so is every resource if the guard is disabled or closed. Keep and close the handle, not the resource.
     * A handle is a {@link GuardedResource}, and as thread-safe as its resource. Its kind goes by the resource's
     * class.
     *
     * @param in what to wrap
     * @param description which one it is, shown in reports: see
     *     {@link #track(Object, ResourceKind, Object, LeakTracker, AutoCloseable)}
     * @return its handle
     */
    public InputStream wrap(InputStream in, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.input(e, in, description) : in;
    }

    /**
     * Wraps an output stream. See {@link #wrap(InputStream, Object)}.
     *
     * @param out what to wrap
     * @return its handle
     */
    public OutputStream wrap(OutputStream out) {
        return wrap(out, null);
    }

    /**
     * Wraps an output stream. See {@link #wrap(InputStream, Object)}.
     *
     * @param out what to wrap
     * @param description which one it is
     * @return its handle
     */
    public OutputStream wrap(OutputStream out, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.output(e, out, description) : out;
    }

    /**
     * Wraps a reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader what to wrap
     * @return its handle
     */
    public Reader wrap(Reader reader) {
        return wrap(reader, null);
    }

    /**
     * Wraps a reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader what to wrap
     * @param description which one it is
     * @return its handle
     */
    public Reader wrap(Reader reader, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.reader(e, reader, description) : reader;
    }

    /**
     * Wraps a buffered reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader what to wrap
     * @return its handle
     */
    public BufferedReader wrap(BufferedReader reader) {
        return wrap(reader, null);
    }

    /**
     * Wraps a buffered reader. See {@link #wrap(InputStream, Object)}.
     *
     * @param reader what to wrap
     * @param description which one it is
     * @return its handle
     */
    public BufferedReader wrap(BufferedReader reader, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.bufferedReader(e, reader, description) : reader;
    }

    /**
     * Wraps a writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer what to wrap
     * @return its handle
     */
    public Writer wrap(Writer writer) {
        return wrap(writer, null);
    }

    /**
     * Wraps a writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer what to wrap
     * @param description which one it is
     * @return its handle
     */
    public Writer wrap(Writer writer, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.writer(e, writer, description) : writer;
    }

    /**
     * Wraps a buffered writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer what to wrap
     * @return its handle
     */
    public BufferedWriter wrap(BufferedWriter writer) {
        return wrap(writer, null);
    }

    /**
     * Wraps a buffered writer. See {@link #wrap(InputStream, Object)}.
     *
     * @param writer what to wrap
     * @param description which one it is
     * @return its handle
     */
    public BufferedWriter wrap(BufferedWriter writer, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.bufferedWriter(e, writer, description) : writer;
    }

    /**
     * Wraps a file channel. Its locks name the handle as their channel. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     */
    public FileChannel wrap(FileChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a file channel. Its locks name the handle as their channel. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     */
    public FileChannel wrap(FileChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.fileChannel(e, channel, description) : channel;
    }

    /**
     * Wraps a seekable channel, such as {@code Files.newByteChannel} opens. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public SeekableByteChannel wrap(SeekableByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a seekable channel, such as {@code Files.newByteChannel} opens. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public SeekableByteChannel wrap(SeekableByteChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.channel(e, SeekableByteChannel.class, channel, description) : channel;
    }

    /**
     * Wraps a channel that can be read. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold} it.
     * See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public ReadableByteChannel wrap(ReadableByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that can be read. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold} it.
     * See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public ReadableByteChannel wrap(ReadableByteChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.channel(e, ReadableByteChannel.class, channel, description) : channel;
    }

    /**
     * Wraps a channel that can be written to. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold}
     * it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public WritableByteChannel wrap(WritableByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that can be written to. A selectable channel can't be wrapped: {@link #hold(AutoCloseable) hold}
     * it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public WritableByteChannel wrap(WritableByteChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.channel(e, WritableByteChannel.class, channel, description) : channel;
    }

    /**
     * Wraps a channel that can be read and written to. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public ByteChannel wrap(ByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that can be read and written to. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public ByteChannel wrap(ByteChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.channel(e, ByteChannel.class, channel, description) : channel;
    }

    /**
     * Wraps a channel that reads into several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public ScatteringByteChannel wrap(ScatteringByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that reads into several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public ScatteringByteChannel wrap(ScatteringByteChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.channel(e, ScatteringByteChannel.class, channel, description) : channel;
    }

    /**
     * Wraps a channel that writes from several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public GatheringByteChannel wrap(GatheringByteChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps a channel that writes from several buffers. A selectable channel can't be wrapped:
     * {@link #hold(AutoCloseable) hold} it. See {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     * @throws IllegalArgumentException if it is a {@link java.nio.channels.SelectableChannel}
     */
    public GatheringByteChannel wrap(GatheringByteChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.channel(e, GatheringByteChannel.class, channel, description) : channel;
    }

    /**
     * Wraps an asynchronous file channel. What is under way keeps the handle reachable. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @return its handle
     */
    public AsynchronousFileChannel wrap(AsynchronousFileChannel channel) {
        return wrap(channel, null);
    }

    /**
     * Wraps an asynchronous file channel. What is under way keeps the handle reachable. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param channel what to wrap
     * @param description which one it is
     * @return its handle
     */
    public AsynchronousFileChannel wrap(AsynchronousFileChannel channel, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.asyncFileChannel(e, channel, description) : channel;
    }

    /**
     * Wraps a socket. Its streams keep the handle reachable, and closing one closes the socket. Without a description,
     * reports show the remote address. Once {@code getChannel} has given out a channel, which can be closed by itself,
     * the socket is no longer tracked. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @return its handle
     */
    public Socket wrap(Socket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a socket. Its streams keep the handle reachable, and closing one closes the socket. Without a description,
     * reports show the remote address. Once {@code getChannel} has given out a channel, which can be closed by itself,
     * the socket is no longer tracked. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @param description which one it is
     * @return its handle
     */
    public Socket wrap(Socket socket, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.socket(e, socket, description) : socket;
    }

    /**
     * Wraps a TLS socket, as {@link #wrap(Socket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @return its handle
     */
    public SSLSocket wrap(SSLSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a TLS socket, as {@link #wrap(Socket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @param description which one it is
     * @return its handle
     */
    public SSLSocket wrap(SSLSocket socket, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.sslSocket(e, socket, description) : socket;
    }

    /**
     * Wraps a server socket. The sockets that it accepts are wrapped too. Without a description, reports show the
     * local address. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @return its handle
     */
    public ServerSocket wrap(ServerSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a server socket. The sockets that it accepts are wrapped too. Without a description, reports show the
     * local address. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @param description which one it is
     * @return its handle
     */
    public ServerSocket wrap(ServerSocket socket, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.serverSocket(e, socket, description) : socket;
    }

    /**
     * Wraps a TLS server socket, as {@link #wrap(ServerSocket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @return its handle
     */
    public SSLServerSocket wrap(SSLServerSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a TLS server socket, as {@link #wrap(ServerSocket)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @param description which one it is
     * @return its handle
     */
    public SSLServerSocket wrap(SSLServerSocket socket, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.sslServerSocket(e, socket, description) : socket;
    }

    /**
     * Wraps a datagram socket. The handle of a {@link java.net.MulticastSocket} is a plain datagram socket. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @return its handle
     */
    public DatagramSocket wrap(DatagramSocket socket) {
        return wrap(socket, null);
    }

    /**
     * Wraps a datagram socket. The handle of a {@link java.net.MulticastSocket} is a plain datagram socket. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param socket what to wrap
     * @param description which one it is
     * @return its handle
     */
    public DatagramSocket wrap(DatagramSocket socket, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.datagramSocket(e, socket, description) : socket;
    }

    /**
     * Returns a factory whose sockets are wrapped as {@link #wrap(Socket)} does it.
     *
     * @param factory what makes the sockets
     * @return a factory that does the same
     */
    public SocketFactory wrap(SocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose sockets are wrapped as {@link #wrap(Socket)} does it.
     *
     * @param factory what makes the sockets
     * @param description what each of its sockets is described as; {@code null} for its address
     * @return a factory that does the same
     */
    public SocketFactory wrap(SocketFactory factory, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.socketFactory(e, factory, description) : factory;
    }

    /**
     * Returns a factory whose TLS sockets are wrapped. One that is made over a guarded socket and closes it is tracked
     * in its place.
     *
     * @param factory what makes the sockets
     * @return a factory that does the same
     */
    public SSLSocketFactory wrap(SSLSocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose TLS sockets are wrapped. One that is made over a guarded socket and closes it is tracked
     * in its place.
     *
     * @param factory what makes the sockets
     * @param description what each of its sockets is described as; {@code null} for its address
     * @return a factory that does the same
     */
    public SSLSocketFactory wrap(SSLSocketFactory factory, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.sslSocketFactory(e, factory, description) : factory;
    }

    /**
     * Returns a factory whose server sockets are wrapped as {@link #wrap(ServerSocket)} does it.
     *
     * @param factory what makes the sockets
     * @return a factory that does the same
     */
    public ServerSocketFactory wrap(ServerSocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose server sockets are wrapped as {@link #wrap(ServerSocket)} does it.
     *
     * @param factory what makes the sockets
     * @param description what each of its sockets is described as; {@code null} for its address
     * @return a factory that does the same
     */
    public ServerSocketFactory wrap(ServerSocketFactory factory, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.serverSocketFactory(e, factory, description) : factory;
    }

    /**
     * Returns a factory whose TLS server sockets are wrapped.
     *
     * @param factory what makes the sockets
     * @return a factory that does the same
     */
    public SSLServerSocketFactory wrap(SSLServerSocketFactory factory) {
        return wrap(factory, null);
    }

    /**
     * Returns a factory whose TLS server sockets are wrapped.
     *
     * @param factory what makes the sockets
     * @param description what each of its sockets is described as; {@code null} for its address
     * @return a factory that does the same
     */
    public SSLServerSocketFactory wrap(SSLServerSocketFactory factory, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.sslServerSocketFactory(e, factory, description) : factory;
    }

    /**
     * Wraps a directory stream. Its iterators keep the handle reachable. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream what to wrap
     * @return its handle
     */
    public <T extends @Nullable Object> DirectoryStream<T> wrap(DirectoryStream<T> stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a directory stream. Its iterators keep the handle reachable. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream what to wrap
     * @param description which one it is
     * @return its handle
     */
    public <T extends @Nullable Object> DirectoryStream<T> wrap(
            DirectoryStream<T> stream, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.directory(e, stream, description) : stream;
    }

    /**
     * Wraps a secure directory stream. What is opened through it is wrapped too. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream what to wrap
     * @return its handle
     */
    public <T extends @Nullable Object> SecureDirectoryStream<T> wrap(SecureDirectoryStream<T> stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a secure directory stream. What is opened through it is wrapped too. See
     * {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream what to wrap
     * @param description which one it is
     * @return its handle
     */
    public <T extends @Nullable Object> SecureDirectoryStream<T> wrap(
            SecureDirectoryStream<T> stream, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.directory(e, stream, description) : stream;
    }

    /**
     * Wraps a stream that holds something open, such as {@code Files.lines}, {@code walk} or {@code list} return. All
     * of its stages, iterators and spliterators together are the handle, and closing any stage closes it. A terminal
     * operation does not close it. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream what to wrap
     * @return its handle
     */
    public <T extends @Nullable Object> Stream<T> wrap(Stream<T> stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream that holds something open, such as {@code Files.lines}, {@code walk} or {@code list} return. All
     * of its stages, iterators and spliterators together are the handle, and closing any stage closes it. A terminal
     * operation does not close it. See {@link #wrap(InputStream, Object)}.
     *
     * @param <T> the type of its elements
     * @param stream what to wrap
     * @param description which one it is
     * @return its handle
     */
    public <T extends @Nullable Object> Stream<T> wrap(Stream<T> stream, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.stream(e, stream, description) : stream;
    }

    /**
     * Wraps a stream of ints, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream what to wrap
     * @return its handle
     */
    public IntStream wrap(IntStream stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream of ints, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream what to wrap
     * @param description which one it is
     * @return its handle
     */
    public IntStream wrap(IntStream stream, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.stream(e, stream, description) : stream;
    }

    /**
     * Wraps a stream of longs, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream what to wrap
     * @return its handle
     */
    public LongStream wrap(LongStream stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream of longs, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream what to wrap
     * @param description which one it is
     * @return its handle
     */
    public LongStream wrap(LongStream stream, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.stream(e, stream, description) : stream;
    }

    /**
     * Wraps a stream of doubles, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream what to wrap
     * @return its handle
     */
    public DoubleStream wrap(DoubleStream stream) {
        return wrap(stream, null);
    }

    /**
     * Wraps a stream of doubles, as {@link #wrap(Stream)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param stream what to wrap
     * @param description which one it is
     * @return its handle
     */
    public DoubleStream wrap(DoubleStream stream, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.stream(e, stream, description) : stream;
    }

    /**
     * Wraps an executor, which ends with {@code shutdown}, {@code shutdownNow} or {@code close}. The common pool,
     * which has no end, is returned as it is. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor what to wrap
     * @return its handle
     */
    public ExecutorService wrap(ExecutorService executor) {
        return wrap(executor, null);
    }

    /**
     * Wraps an executor, which ends with {@code shutdown}, {@code shutdownNow} or {@code close}. The common pool,
     * which has no end, is returned as it is. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor what to wrap
     * @param description which one it is
     * @return its handle
     */
    public ExecutorService wrap(ExecutorService executor, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.executor(e, executor, description) : executor;
    }

    /**
     * Wraps a scheduled executor, as {@link #wrap(ExecutorService)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor what to wrap
     * @return its handle
     */
    public ScheduledExecutorService wrap(ScheduledExecutorService executor) {
        return wrap(executor, null);
    }

    /**
     * Wraps a scheduled executor, as {@link #wrap(ExecutorService)} does. See {@link #wrap(InputStream, Object)}.
     *
     * @param executor what to wrap
     * @param description which one it is
     * @return its handle
     */
    public ScheduledExecutorService wrap(ScheduledExecutorService executor, @Nullable Object description) {
        Engine e = engine;
        return e != null ? Wrap.scheduledExecutor(e, executor, description) : executor;
    }

    /**
     * Wraps a resource as one of its interfaces. See {@link #wrap(Class, AutoCloseable, ResourceKind, Object, String...)}.
     *
     * @param type an interface that the resource implements
     * @param resource what to wrap
     * @param <T> the interface
     * @param <P> the interface with its type arguments, by what the handle is assigned to
     * @return its handle
     * @throws IllegalArgumentException if the type is not an interface that a proxy can implement
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // by what the handle is assigned to
    public <T extends AutoCloseable, P extends T> P wrap(Class<T> type, T resource) {
        return Wrap.proxy(engine, type, resource, null, null);
    }

    /**
     * Wraps a resource as one of its interfaces. See {@link #wrap(Class, AutoCloseable, ResourceKind, Object, String...)}.
     *
     * @param type an interface that the resource implements
     * @param resource what to wrap
     * @param kind what it is
     * @param description which one it is
     * @param <T> the interface
     * @param <P> the interface with its type arguments, by what the handle is assigned to
     * @return its handle
     * @throws IllegalArgumentException if the type is not an interface that a proxy can implement
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // by what the handle is assigned to
    public <T extends AutoCloseable, P extends T> P wrap(
            Class<T> type, T resource, ResourceKind kind, @Nullable Object description) {
        return Wrap.proxy(engine, type, resource, kind, description);
    }

    /**
     * Wraps a resource as one of its interfaces: returns a proxy that forwards every method to it, and {@code equals},
     * {@code hashCode} and {@code toString} too. See {@link #wrap(InputStream, Object)}.
     *
     * {@snippet :
     * Producer<String, String> producer = guard.wrap(Producer.class, new KafkaProducer<>(settings));
     * }
     *
     * <p>A call of {@code close}, {@code closeAsync}, {@code abort}, {@code shutdown}, {@code shutdownNow}, {@code dispose},
     * {@code destroy} or {@code terminate}, with whatever timeout, reason or callback, ends the handle. After a method
     * that may be an end, such as {@code stop} or {@code disconnect}, the handle's collection is no proof of a leak unless
     * the resource says that it is open. A fluent method that returns the resource itself returns the handle.
     *
     * <p>A checked exception that the method doesn't declare arrives in an
     * {@link java.lang.reflect.UndeclaredThrowableException}, as Java's proxies have it.
     *
     * @param type an interface that the resource implements
     * @param resource what to wrap
     * @param kind what it is
     * @param description which one it is
     * @param ends more methods that end it, by name
     * @param <T> the interface
     * @param <P> the interface with its type arguments, by what the handle is assigned to
     * @return its handle
     * @throws IllegalArgumentException if the type is not an interface that a proxy can implement, being a class,
     *     sealed, or not accessible, or one whose implementation others check: {@link #hold(AutoCloseable) hold} the
     *     resource then. Also if it has no method of the name of an end
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // by what the handle is assigned to
    public <T extends AutoCloseable, P extends T> P wrap(
            Class<T> type, T resource, ResourceKind kind, @Nullable Object description, String... ends) {
        return Wrap.proxy(engine, type, resource, kind, description, ends);
    }

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource what to hold
     * @param <T> its type
     * @return its holder
     */
    public <T extends Closeable> Guarded<T, IOException> hold(T resource) {
        return Wrap.hold(engine, resource, null, null, Closeable::close);
    }

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource what to hold
     * @param kind what it is
     * @param description which one it is
     * @param <T> its type
     * @return its holder
     */
    public <T extends Closeable> Guarded<T, IOException> hold(
            T resource, ResourceKind kind, @Nullable Object description) {
        return Wrap.hold(engine, resource, kind, description, Closeable::close);
    }

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource what to hold
     * @param <T> its type
     * @return its holder
     */
    public <T extends AutoCloseable> Guarded<T, Exception> hold(T resource) {
        return Wrap.hold(engine, resource, null, null, AutoCloseable::close);
    }

    /**
     * Holds a resource that can't be wrapped. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource what to hold
     * @param kind what it is
     * @param description which one it is
     * @param <T> its type
     * @return its holder
     */
    public <T extends AutoCloseable> Guarded<T, Exception> hold(
            T resource, ResourceKind kind, @Nullable Object description) {
        return Wrap.hold(engine, resource, kind, description, AutoCloseable::close);
    }

    /**
     * Holds a resource of any type. See {@link #hold(Object, ResourceKind, Object, Ending)}.
     *
     * @param resource what to hold
     * @param ending how it ends
     * @param <T> its type
     * @param <E> what its end throws
     * @return its holder
     */
    public <T, E extends Exception> Guarded<T, E> hold(T resource, Ending<? super T, E> ending) {
        return Wrap.hold(engine, resource, null, null, ending);
    }

    /**
     * Holds a resource of any type, which the program uses as it is: returns its holder. Close the holder in the resource's
     * place, or the resource itself.
     *
     * <p>It is a leak once neither the holder nor the resource can be reached, and it is open. A resource that is in use
     * without its holder is neither reported as collected nor reclaimed. Once {@link Guarded#get} has handed it out, it may
     * end in other ways than by the holder. So it is reported only if the guard can tell that it is open: for the JDK's
     * channels, selectors, sockets and files, for what has a method such as {@code isOpen} or {@code isClosed}, and where the
     * ending can tell.
     *
     * {@snippet :
     * Guarded<SocketChannel, IOException> channel = guard.hold(SocketChannel.open(peer));
     * Guarded<RandomAccessFile, IOException> file = guard.hold(new RandomAccessFile("index", "r"));
     * Guarded<Lock, RuntimeException> lock = guard.hold(locks.take("orders"), LOCK, "orders", Lock::unlock);
     * }
     *
     * @param resource what to hold; must not reference the holder
     * @param kind what it is
     * @param description which one it is; must not reference the resource
     * @param ending how it ends; must not capture the resource, which it is given
     * @param <T> its type
     * @param <E> what its end throws
     * @return its holder, also if the guard is disabled or closed; {@code null} for {@code null}
     */
    public <T, E extends Exception> Guarded<T, E> hold(
            T resource, ResourceKind kind, @Nullable Object description, Ending<? super T, E> ending) {
        return Wrap.hold(engine, resource, kind, description, ending);
    }

    /**
     * Holds a process. See {@link #hold(Process, Object)}.
     *
     * @param process what to hold
     * @return its holder
     */
    public Guarded<Process, RuntimeException> hold(Process process) {
        return Wrap.hold(engine, process, null);
    }

    /**
     * Holds a process, which is open until it has ended, by itself or by {@link Process#destroy}, which is what closing the
     * holder does. A process that runs is in use, whoever has dropped it: it is never reported as collected and never
     * reclaimed. It is listed as open, and found as {@link LeakCause#OVERDUE}, {@link LeakCause#GROWING}, {@link
     * LeakCause#ESCAPED_SCOPE} or {@link LeakCause#OPEN_AT_SHUTDOWN}.
     *
     * {@snippet :
     * Guarded<Process, RuntimeException> child = guard.hold(new ProcessBuilder("convert", "in.png").start());
     * int exit = child.get().waitFor();
     * }
     *
     * @param process what to hold
     * @param description which one it is; {@code null} for its id and its program
     * @return its holder; {@code null} for {@code null}
     */
    public Guarded<Process, RuntimeException> hold(Process process, @Nullable Object description) {
        return Wrap.hold(engine, process, description);
    }

    // ---------------------------------------------------------------------------------------------------- scopes

    /**
     * Opens a unit of work and binds it to the current thread until it is closed. Within another scope it is nested.
     *
     * @param name what it is, such as {@code event-8841}: shown in reports, so it may be unique
     * @return the scope, to be closed
     */
    public LeakScope openScope(String name) {
        return openScope(name, ScopeOptions.create());
    }

    /**
     * Opens a unit of work that may hold resources longer, or that is measured, and binds it to the current thread until
     * it is closed. Within another scope it is nested, unless it is a {@linkplain ScopeOptions#root() root}.
     *
     * @param name what it is, such as {@code event-8841}: shown in reports, so it may be unique
     * @param options what it allows and measures
     * @return the scope, to be closed
     */
    public LeakScope openScope(String name, ScopeOptions options) {
        Engine e = engine;
        return e != null ? e.openScope(name, options) : new NoScope(name);
    }

    /**
     * Returns a task that runs in the scope that the calling thread is in now, on whatever thread; in none if it is in
     * none. A scope that the task opens and doesn't close is ended with the task, and reported.
     *
     * @param task the task
     * @return the task, bound while it runs
     */
    public Runnable propagate(Runnable task) {
        Engine e = engine;
        return e != null ? e.propagate(task) : task;
    }

    /**
     * Returns a task that runs in the scope that the calling thread is in now, as {@link #propagate(Runnable)}.
     *
     * @param task the task
     * @param <V> the type of its result
     * @return the task, bound while it runs
     */
    public <V> Callable<V> propagateCallable(Callable<V> task) {
        Engine e = engine;
        return e != null ? e.propagateCallable(task) : task;
    }

    /**
     * Returns a supplier that runs in the scope that the calling thread is in now, as {@link #propagate(Runnable)}.
     *
     * @param supplier the supplier
     * @param <V> the type of its result
     * @return the supplier, bound while it runs
     */
    public <V> Supplier<V> propagateSupplier(Supplier<V> supplier) {
        Engine e = engine;
        return e != null ? e.propagateSupplier(supplier) : supplier;
    }

    /**
     * Returns an executor whose tasks run in the scope of the thread that submits them. No scope that a task forgets to
     * close leaks into the next task of a pooled thread: it is ended with its task, and reported.
     *
     * @param executor the executor
     * @return one that runs each task in its submitter's scope
     */
    public Executor propagate(Executor executor) {
        return engine == null ? executor : task -> executor.execute(propagate(task));
    }

    /**
     * Returns an executor service whose tasks run in the scope of the thread that submits them, as {@link
     * #propagate(Executor)}. Shutting it down shuts down {@code executor}.
     *
     * @param executor the executor service
     * @return one that runs each task in its submitter's scope
     */
    public ExecutorService propagate(ExecutorService executor) {
        return engine == null ? executor : new ScopedExecutor(this, executor);
    }

    /**
     * Returns a future whose dependent stages run in the scope that the calling thread is in now, on whatever thread
     * completes them, and the stages that depend on those.
     *
     * @param future the future
     * @param <T> the type of its result
     * @return a future that completes as {@code future} does
     */
    public <T> CompletableFuture<T> propagate(CompletableFuture<T> future) {
        Engine e = engine;
        return e != null ? e.propagate(future) : future;
    }

    /**
     * Returns the units of work that are open, those with most open resources first.
     *
     * @param n how many at the most
     * @return what each uses now
     */
    public List<ScopeUsage> topScopesByOpen(int n) {
        Engine e = engine;
        return e != null ? e.topScopes(false, n) : List.of();
    }

    /**
     * Returns the units of work that allocated most, of those that are open or have ended and that measure it.
     *
     * @param n how many at the most; of those that have ended, the top 100 are remembered
     * @return what each used, most first
     */
    public List<ScopeUsage> topScopesByAllocation(int n) {
        Engine e = engine;
        return e != null ? e.topScopes(true, n) : List.of();
    }

    /**
     * Opens a unit of work that is bound to no thread, for work whose beginning and end lie on different threads: what a
     * thread opens belongs to it only while the thread is {@linkplain LeakScope#bind() bound} to it or runs a {@linkplain
     * LeakScope#wrap(Runnable) wrapped} task. It ends only by being closed.
     *
     * @param name what it is, such as {@code event-8841}
     * @param parent the scope of this guard that it is nested in; {@code null} for none
     * @return the scope, to be closed
     */
    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent) {
        return openDetachedScope(name, parent, ScopeOptions.create());
    }

    /**
     * Opens a unit of work that is bound to no thread, as {@link #openDetachedScope(String, LeakScope)}, and that may hold
     * resources longer or is measured.
     *
     * @param name what it is, such as {@code event-8841}
     * @param parent the scope of this guard that it is nested in; {@code null} for none
     * @param options what it allows and measures
     * @return the scope, to be closed
     */
    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent, ScopeOptions options) {
        Engine e = engine;
        return e != null ? e.openDetachedScope(name, parent, options) : new NoScope(name);
    }

    // --------------------------------------------------------------------------------------------------- control

    /**
     * Tells whether this guard tracks anything.
     *
     * @return false if it is disabled or closed
     */
    public boolean isEnabled() {
        Engine e = engine;
        return e != null && !e.isClosed();
    }

    /**
     * Returns the name, which telemetry and thread names show.
     *
     * @return the name, {@code default} unless set
     */
    public String name() {
        Engine e = engine;
        return e != null ? e.name() : "disabled";
    }

    /**
     * Adds a listener for the reports to come.
     *
     * @param listener the listener
     * @return removes it; reports that are on their way to it may still arrive
     */
    public LeakListener.Registration addListener(LeakListener listener) {
        Objects.requireNonNull(listener, "listener");
        Engine e = engine;
        return e != null ? e.addListener(listener) : () -> {};
    }

    /**
     * Returns the counts.
     *
     * @return the counts so far
     */
    public GuardStats stats() {
        Engine e = engine;
        return e != null ? e.stats() : new GuardStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());
    }

    /**
     * Returns what is open now and who opened it. Takes about 0.1 µs for each open resource, and up to 0.2 s for stacks that
     * nobody has looked at yet; those who open and close meanwhile aren't stopped.
     *
     * @return a snapshot, grouped by kind and path
     */
    public OpenResources open() {
        Engine e = engine;
        return e != null ? e.open() : new OpenResources(Instant.now(), 0, List.of());
    }

    /** Writes what is {@linkplain #open() open now} to the log {@code io.leakguard}, as a thread dump for operators. */
    public void dump() {
        Engine e = engine;
        if (e != null) {
            e.dump();
        }
    }

    /**
     * Returns what leaked so far, by site and path: two callers that leak through one line have a row each.
     *
     * @return a row for each path, those of the site with most leaks first; at most {@linkplain Builder#maxSites as many} as
     *     the guard remembers, and one more of each kind and cause for those that it has forgotten
     */
    public List<SiteLeaks> leaks() {
        Engine e = engine;
        return e != null ? e.leaks() : List.of();
    }

    /**
     * Tells whether a frame is of the application, as the guard sees it when it looks for the line to blame: in one of
     * {@linkplain Builder#appPackages its packages}; where none are set, by where its code comes from, and else by its
     * name: neither of the JDK, of a well-known library nor of the guard.
     *
     * @param frame a frame of a stack
     * @return true if it is of the application; false for all if the guard is disabled
     */
    public boolean isApplicationFrame(StackTraceElement frame) {
        Engine e = engine;
        return e != null && e.isApplicationFrame(frame);
    }

    /**
     * Reports that the number of open resources keeps rising, where an adapter sees it and the guard can't, since it doesn't
     * know what they have in common, such as the remote host of connections. It makes a report of the cause {@link
     * LeakCause#GROWING}, like the guard's own trend by site. Doesn't wait for it, and does nothing if the tracker is of
     * another guard or not open any more.
     *
     * @param oldest the tracker of one of them, best of the oldest: the report has its site and description
     * @param detail what grows, from how many to how many, in words
     */
    public void reportGrowing(LeakTracker oldest, String detail) {
        WatchLink link = WatchLink.to(this);
        if (link != null) {
            link.growing(oldest, detail);
        }
    }

    /**
     * Forgets the sites: {@link #leaks()} starts anew, and the next leak on each path is reported at once. Reports that
     * are held back by the rate limit are forgotten too. The counts of {@link #stats()} go on.
     */
    public void forgetLeaks() {
        Engine e = engine;
        if (e != null) {
            e.forgetLeaks();
        }
    }

    /**
     * Returns how many creation stacks are captured.
     *
     * @return the budget; {@link CaptureBudget#none()} if the guard is disabled
     */
    public CaptureBudget captureBudget() {
        Engine e = engine;
        return e != null ? e.capture() : CaptureBudget.none();
    }

    /**
     * Changes how many creation stacks are captured from now on, while the daemon runs: more of them to hunt a leak down,
     * fewer when every microsecond counts. Kinds that are captured in full after a leak stay so for their time.
     *
     * @param budget the new budget
     */
    public void captureBudget(CaptureBudget budget) {
        Objects.requireNonNull(budget, "budget");
        Engine e = engine;
        if (e != null) {
            e.capture(budget);
        }
    }

    /**
     * Starts to count how long resources are held, until the reader is closed. While any reader is open, closing a
     * resource also reads the clock and counts into a bucket.
     *
     * @return a reader, to be closed; one that reads nothing if the guard is off or {@link Builder#holdDurations} is
     */
    public HoldDurations holdDurations() {
        Engine e = engine;
        return e != null ? e.holdDurations() : new NoHoldDurations();
    }

    /**
     * Returns the suppressions and how often each was used; one with no hits may be stale.
     *
     * @return the suppressions in the order in which they were configured
     */
    public List<Suppression.Use> suppressions() {
        Engine e = engine;
        return e != null ? e.suppressions() : List.of();
    }

    /**
     * Waits until everything that was detected before this call has been given to the listeners, and they have returned.
     * Reports that are held back by the rate limit stay held back. For tests, and before a daemon exits.
     *
     * @param timeout how long to wait at the most
     * @return true if everything was delivered in time
     */
    public boolean flush(Duration timeout) {
        Engine e = engine;
        return e == null || e.flush(timeout);
    }

    /**
     * Runs the garbage collector until it has provably collected what was unreachable at this call, and waits until the
     * leaks that this uncovered were given to the listeners. For tests: it stops the application for as long as {@link
     * System#gc()} does. What becomes reachable only by its finalizers or by other cleaners takes another call.
     *
     * @param timeout how long to try at the most
     * @return true if the collector ran and everything was delivered; false if that can't be said, as it is with {@code
     *     -XX:+DisableExplicitGC}, which makes every call wait until the timeout
     */
    public boolean awaitCollection(Duration timeout) {
        Engine e = engine;
        return e == null || e.awaitCollection(timeout);
    }

    /**
     * Ends the guard: reports what is waiting and what is still open, then ends its threads and lets go of everything it
     * tracked. Waits up to 5 seconds for the listeners. Resources that are open stay usable. Closing again does nothing.
     */
    @Override
    public void close() {
        Engine e = engine;
        if (e != null) {
            e.close();
        }
    }

    @Override
    public String toString() {
        return "LeakGuard[" + name() + (isEnabled() ? "]" : ", off]");
    }

    /**
     * Configures a guard. Each setting has the system property {@code leakguard.<key>} of the same meaning, which {@link
     * #property} sets too. Not thread-safe.
     */
    public static final class Builder {

        private final Config config = Config.fromSystemProperties();

        private Builder() {}

        /**
         * Sets any setting by its key, as a configuration file has it: {@code property("capture", "500/s")}.
         *
         * @param key the key, with or without {@code leakguard.} before it
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the key is unknown or the value is bad
         */
        public Builder property(String key, String value) {
            config.set(key, value, "property(\"" + key + "\", …)");
            return this;
        }

        /**
         * Names the guard ({@code leakguard.name}, default {@code default}).
         *
         * @param name shown in telemetry and thread names; not blank
         * @return this builder
         */
        public Builder name(String name) {
            return property("name", name);
        }

        /**
         * Switches the guard on or off ({@code leakguard.enabled}, default true). A guard that is off costs nothing.
         *
         * @param enabled false for a guard that does nothing
         * @return this builder
         */
        public Builder enabled(boolean enabled) {
            return property("enabled", Boolean.toString(enabled));
        }

        /**
         * Bounds how many creation stacks are captured ({@code leakguard.capture}: {@code unlimited}, {@code none}, or a
         * rate like {@code 2000/s}, which is the default).
         *
         * @param budget the budget
         * @return this builder
         */
        public Builder capture(CaptureBudget budget) {
            config.capture(budget);
            return this;
        }

        /**
         * Sets for how long a kind is captured in full after a leak of it was reported without a stack ({@code
         * leakguard.escalation}, default 30 s). It ends early once a leak of that kind is reported with its stack.
         *
         * @param duration zero for no escalation
         * @return this builder
         */
        public Builder escalation(Duration duration) {
            return property("escalation", duration.toString());
        }

        /**
         * Names the application's packages: the first frame of a creation stack that lies in one of them is blamed
         * ({@code leakguard.app.packages}, comma-separated). Without it, the guard tells the application by where its code
         * comes from: a folder of classes, the main class's jar or module, {@code BOOT-INF/classes} or
         * {@code WEB-INF/classes}, and jars of packages that begin as those do. Where that decides nothing, the first
         * frame is blamed that is neither of the JDK nor of a library whose name the guard knows.
         *
         * @param packages package names; subpackages are included
         * @return this builder
         */
        public Builder appPackages(String... packages) {
            return property("app.packages", String.join(",", packages));
        }

        /**
         * Names helpers that are never blamed ({@code leakguard.blame.skip}, comma-separated): the application's own
         * factories, through which everybody opens. The first frame of the application beyond them is the site. If there is
         * none, the outermost of the helpers is.
         *
         * @param helpers packages with their subpackages, classes with those inside them, or methods such as {@code
         *     com.acme.Db.connection}; {@code *} stands for any characters
         * @return this builder
         * @throws IllegalArgumentException if one is not of this form
         */
        public Builder blameSkip(String... helpers) {
            return property("blame.skip", String.join(",", helpers));
        }

        /**
         * Sets how often one path is reported at the most ({@code leakguard.report.interval}, default 1 min). A path that was
         * not seen before is reported at once. What leaks in between is counted, and the next report says how many; it shows
         * the leak of which most is known.
         *
         * @param interval zero to report each leak by itself
         * @return this builder
         */
        public Builder reportInterval(Duration interval) {
            return property("report.interval", interval.toString());
        }

        /**
         * Bounds the reports of all sites together ({@code leakguard.reports.per.minute}, default 600); those beyond wait
         * for the next minute.
         *
         * @param reports a positive number
         * @return this builder
         */
        public Builder maxReportsPerMinute(int reports) {
            return property("reports.per.minute", Integer.toString(reports));
        }

        /**
         * Bounds how many paths of all sites are remembered ({@code leakguard.sites.max}, default 10,000); beyond it those
         * that leaked least and longest ago are forgotten. Of one site at most 100 paths are told apart, and at most half as
         * many as this; those beyond are counted together. {@link LeakGuard#leaks()} has rows for what is beyond, and {@link
         * GuardStats.DropReason#SITES_FULL} counts the leaks that no report told of.
         *
         * @param sites a positive number
         * @return this builder
         */
        public Builder maxSites(int sites) {
            return property("sites.max", Integer.toString(sites));
        }

        /**
         * Bounds how many leaks wait to be explained ({@code leakguard.queue.capacity}, default 65,536). Those beyond are
         * counted as leaks, but not reported.
         *
         * @param leaks a positive number
         * @return this builder
         */
        public Builder queueCapacity(int leaks) {
            return property("queue.capacity", Integer.toString(leaks));
        }

        /**
         * Closes the delegate of a handle that was collected ({@code leakguard.reclaim}, default false): the leak is
         * still reported, and the report says what came of it.
         *
         * @param reclaim true to reclaim
         * @return this builder
         */
        public Builder reclaim(boolean reclaim) {
            return property("reclaim", Boolean.toString(reclaim));
        }

        /**
         * Sets whether the trace and span that are current when a resource is opened are kept ({@code leakguard.trace},
         * default true).
         *
         * @param trace false to leave them out
         * @return this builder
         */
        public Builder trace(boolean trace) {
            return property("trace", Boolean.toString(trace));
        }

        /**
         * Sets whether {@link LeakGuard#holdDurations()} may count how long resources are held ({@code
         * leakguard.hold.durations}, default true). They are counted only while somebody reads them.
         *
         * @param holdDurations false to leave it out whoever asks
         * @return this builder
         */
        public Builder holdDurations(boolean holdDurations) {
            return property("hold.durations", Boolean.toString(holdDurations));
        }

        /**
         * Takes these values out of SLF4J's MDC whenever a resource is opened, for the report's attributes ({@code
         * leakguard.mdc}, comma-separated keys, default none).
         *
         * @param keys 1 to 16 keys of the MDC
         * @return this builder
         */
        public Builder mdc(String... keys) {
            return property("mdc", String.join(",", keys));
        }

        /**
         * Adds a provider of attributes, asked whenever a resource is opened.
         *
         * @param provider the provider
         * @return this builder
         */
        public Builder context(ContextProvider provider) {
            config.context(Objects.requireNonNull(provider, "provider"));
            return this;
        }

        /**
         * Sets whether reports are logged ({@code leakguard.log}, default true), to the logger {@code io.leakguard.leak}.
         *
         * @param log false if other listeners are enough
         * @return this builder
         */
        public Builder log(boolean log) {
            return property("log", Boolean.toString(log));
        }

        /**
         * Sets how long a resource may stay open after its scope has ended ({@code leakguard.scope.grace}, default 1 s),
         * for what is closed asynchronously.
         *
         * @param grace zero for none
         * @return this builder
         */
        public Builder scopeGrace(Duration grace) {
            return property("scope.grace", grace.toString());
        }

        /**
         * Sets how long resources of a kind may stay open before they are reported as {@link LeakCause#OVERDUE} ({@code
         * leakguard.overdue}: {@code jdbc.connection=30s,socket=5min}; default no limit). A scope may allow more.
         *
         * @param kind the kind
         * @param limit a positive time
         * @return this builder
         */
        public Builder overdueAfter(ResourceKind kind, Duration limit) {
            config.overdue(kind, limit);
            return this;
        }

        /**
         * Sets how long resources of all kinds may stay open that have no limit of their own ({@code leakguard.overdue},
         * default no limit).
         *
         * @param limit a positive time
         * @return this builder
         */
        public Builder overdueAfter(Duration limit) {
            config.overdue(null, limit);
            return this;
        }

        /**
         * Sets how often the number of open resources is sampled for the growth test ({@code leakguard.growth.interval},
         * default 4 min). A leak is told after 300 samples at the earliest, if little time is left, and after 1,200
         * otherwise; at much shorter intervals a daily rise of the load looks like one.
         *
         * @param interval zero for no growth test
         * @return this builder
         */
        public Builder growthInterval(Duration interval) {
            return property("growth.interval", interval.toString());
        }

        /**
         * Sets how many open resources of one site would be too many ({@code leakguard.growth.capacity}, default 1,000):
         * growth of less than 7.5 % of it in 3,600 samples is not reported, and the forecast is the time until it is
         * reached.
         *
         * @param resources a positive number
         * @return this builder
         */
        public Builder growthCapacity(int resources) {
            return property("growth.capacity", Integer.toString(resources));
        }

        /**
         * Has the list of what is open written to the log at a signal of the operating system ({@code
         * leakguard.dump.signal}, default none).
         *
         * @param name a signal that the JVM leaves free, such as {@code HUP}
         * @return this builder
         * @throws IllegalArgumentException if there is no such signal
         */
        public Builder dumpOnSignal(String name) {
            return property("dump.signal", name);
        }

        /**
         * Sets whether the guard is closed, and what is open then reported, when the process ends ({@code
         * leakguard.shutdown.hook}, default false).
         *
         * @param hook true to add a shutdown hook
         * @return this builder
         */
        public Builder shutdownHook(boolean hook) {
            return property("shutdown.hook", Boolean.toString(hook));
        }

        /**
         * Sets how long the {@linkplain #shutdownHook hook} waits at most for the application's own hooks ({@code
         * leakguard.shutdown.wait}, default 10 s). It waits only while something is open and either a thread runs that
         * started at the end of the process, or something was closed in the last quarter of a second.
         *
         * @param most the longest wait; zero for none
         * @return this builder
         */
        public Builder shutdownWait(Duration most) {
            return property("shutdown.wait", most.toString());
        }

        /**
         * Has a {@linkplain HtmlReport page} with leaks, open resources and their history written when the guard is
         * closed, and at {@linkplain #dumpOnSignal the signal} ({@code leakguard.report.file}, default none). If it can't
         * be written, that is logged as an error. For the end of a process, set the {@linkplain #shutdownHook hook} too.
         *
         * @param file the file, replaced if there is one
         * @return this builder
         */
        public Builder reportFile(Path file) {
            return property("report.file", file.toString());
        }

        /**
         * Sets whether a thread that is started inside a scope is in that scope too, until the scope ends ({@code
         * leakguard.scope.inherit}, default false). For tests and batch programs, whose threads are started by the work
         * they do; in a daemon a pool's thread would take its first task's scope for those of later ones.
         *
         * @param inherit true to inherit
         * @return this builder
         */
        public Builder inheritScopes(boolean inherit) {
            return property("scope.inherit", Boolean.toString(inherit));
        }

        /**
         * Sets where resources belong that are opened on a thread that is in no scope, and whose parent is in none. For
         * tests and batch programs, which know what they run at that moment; in a daemon such resources belong to no scope.
         *
         * @param scope asked on the opening thread, for each such resource: it must be quick and thread-safe, and may open
         *     a detached scope; null or a scope of another guard means none
         * @return this builder
         */
        public Builder defaultScope(Supplier<? extends @Nullable LeakScope> scope) {
            config.defaultScope(Objects.requireNonNull(scope, "scope"));
            return this;
        }

        /**
         * Accepts a known leak.
         *
         * @param kind the pattern of the kind's name, {@code *} for any
         * @param frame the pattern of a frame of its creation stack, {@code com.acme.Config.*}
         * @param reason why it is accepted
         * @return this builder
         * @throws IllegalArgumentException if a pattern is empty or the reason is blank
         */
        public Builder suppress(String kind, String frame, String reason) {
            config.suppress(Suppression.of(kind, frame, reason));
            return this;
        }

        /**
         * Accepts the known leaks that a file lists ({@code leakguard.suppressions}); {@link Suppression} has its format.
         *
         * @param file the file
         * @return this builder
         * @throws IllegalArgumentException if it can't be read or a line is malformed; the message names file, line and
         *     fix
         */
        public Builder suppressions(Path file) {
            return property("suppressions", file.toString());
        }

        /**
         * Adds a listener.
         *
         * @param listener the listener
         * @return this builder
         */
        public Builder listener(LeakListener listener) {
            config.listener(listener);
            return this;
        }

        /**
         * Returns a new guard.
         *
         * @return a new guard; {@link LeakGuard#disabled()} if it is switched off
         */
        public LeakGuard build() {
            if (!config.enabled()) {
                return DISABLED;
            }
            Config.Settings settings = config.snapshot();
            Engine engine = new Engine(settings);
            LeakGuard guard = new LeakGuard(engine, engine.claimLife());
            Path file = settings.reportFile();
            if (file != null) {
                writePageOf(new LeakGuard(engine, null), engine, file); // the engine must not hold the guard
            }
            return guard;
        }

        private static void writePageOf(LeakGuard guard, Engine engine, Path file) {
            Preload.load(HtmlReport.class); // no descriptor may be left when it is written
            HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard);
            // Loads what a page needs, and keeps what writing one needs, for when no descriptor is left.
            HtmlReport.of(guard);
            SpareDescriptor spare = new SpareDescriptor();
            engine.onPage(() -> write(guard, recorder, file, spare));
        }

        private static void write(LeakGuard guard, HtmlReport.Recorder recorder, Path file, SpareDescriptor spare) {
            if (!guard.isEnabled()) {
                recorder.close();
            }
            HtmlReport page = HtmlReport.builder(guard).recorder(recorder).build();
            spare.give();
            try {
                page.writeTo(file);
            } catch (IOException e) {
                LoggerFactory.getLogger("io.leakguard").error("{}", e.getMessage());
            } finally {
                if (guard.isEnabled()) {
                    spare.take();
                }
            }
        }
    }
}
