package io.leakguard;

import io.leakguard.adapter.GuardedResource;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.AgentLink;
import io.leakguard.internal.DisabledEngine;
import io.leakguard.internal.Engine;
import io.leakguard.internal.RunningEngine;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.track.ScopedExecutor;
import io.leakguard.internal.wrap.Wrap;
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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * <p>A guard wraps resources, or tracks resources that others wrap. It reports leaks to its {@link LeakListener}s. The
 * first of these writes to the SLF4J logger {@code io.leakguard.leak}. Guards share nothing with each other. One guard
 * is enough for a process: create it when the daemon starts and {@linkplain #close() close} it when the daemon ends, or
 * use the {@linkplain #global() process-wide one}.
 *
 * <p>A guard that nobody holds any more, and that was never closed, ends by itself. It looks for leaks until none of
 * its resources is open. Then it ends with a warning that names the line that created it. Anything that is registered
 * with a guard and refers to it holds it: telemetry, a bean, a watch or a listener.
 *
 * <p>Thread-safe. Only configuration throws exceptions of the guard's own. A guard that is disabled or closed returns
 * resources unwrapped and tracks nothing.
 *
 * {@snippet :
 * try (LeakGuard guard = LeakGuard.create()) {
 *     InputStream in = guard.wrap(new FileInputStream("orders.csv"));
 *     in.read();
 *     in = null; // forgotten: once it is collected, the log says which line opened it
 * }
 * }
 */
public final class LeakGuard implements Wrapping, AutoCloseable {

    private final Engine engine;

    /** Held as long as this guard is: the engine watches it to see whether somebody still holds this guard. */
    @SuppressWarnings("unused")
    private final @Nullable Object life;

    LeakGuard(Engine engine, @Nullable Object life) {
        this.engine = engine;
        this.life = life;
    }

    private static final LeakGuard DISABLED = new LeakGuard(new DisabledEngine(), null);

    private static volatile @Nullable LeakGuard global;

    static {
        WatchLink.engines(guard -> guard.engine);
        AgentLink.whenAttached(LeakGuard::joinAgentIfMade);
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
     * Returns a builder that starts from the system properties {@code leakguard.*}. Values that are set on the builder
     * win over them, except that {@code leakguard.enabled=false} always switches the guard off.
     *
     * @return a new builder
     * @throws IllegalArgumentException if a property is unknown or has a bad value; the message names it and the fix
     */
    public static LeakGuardBuilder builder() {
        return new LeakGuardBuilder();
    }

    /**
     * Returns a guard that does nothing: it returns every resource as it is, and costs nothing.
     *
     * @return the disabled guard
     */
    public static LeakGuard disabled() {
        return DISABLED;
    }

    /**
     * Returns the process-wide guard, which adapters use unless they are given another. It is created at first use, as
     * by {@link #create()}. If the configuration is wrong, an error is logged and the defaults are used instead, since
     * this method may be called in the middle of the application's work.
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
     * @param guard the new one; with {@code null} the next use of {@link #global()} creates one
     * @return the one before, if there was one
     */
    public static @Nullable LeakGuard setGlobal(@Nullable LeakGuard guard) {
        LeakGuard before;
        synchronized (DISABLED) {
            before = global;
            global = guard;
        }
        if (guard != null) {
            AgentLink.join(guard);
        }
        return before;
    }

    /** Called through a link: the agent came later. */
    static void joinAgentIfMade() {
        LeakGuard guard = global;
        if (guard != null) {
            AgentLink.join(guard);
        }
    }

    private static LeakGuard makeGlobal() {
        LeakGuard made = makeGlobalAlone();
        AgentLink.join(made);
        return made;
    }

    private static LeakGuard makeGlobalAlone() {
        synchronized (DISABLED) {
            LeakGuard guard = global;
            if (guard == null) {
                try {
                    guard = create();
                } catch (IllegalArgumentException e) {
                    LoggerFactory.getLogger("io.leakguard").error("{} (the defaults are used instead)", e.getMessage());
                    RunningEngine defaults = new RunningEngine(Config.defaults().snapshot());
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
     * @param kind the kind of the resource
     * @return its tracker, which the handle closes when it is closed
     */
    public LeakTracker track(Object handle, ResourceKind kind) {
        return engine.track(handle, kind, null, null, null);
    }

    /**
     * Tracks a resource by its handle. See {@link #track(Object, ResourceKind, Object, LeakTracker, AutoCloseable)}.
     *
     * @param handle the object that the user holds and must close
     * @param kind the kind of the resource
     * @param description the description of this resource
     * @return its tracker, which the handle closes when it is closed
     */
    public LeakTracker track(Object handle, ResourceKind kind, @Nullable Object description) {
        return engine.track(handle, kind, description, null, null);
    }

    /**
     * Tracks a resource by its handle, for authors of wrappers and adapters. The handle keeps the tracker and closes it
     * when it is closed. If the handle is collected before that, this is a leak.
     *
     * <p>Neither the description nor the delegate may reference the handle. Otherwise the guard would hold the handle,
     * and it could not be collected.
     *
     * @param handle the object that the user holds and must close; with {@code null} nothing is tracked
     * @param kind the kind of the resource
     * @param description the description of this resource for reports: a string, or a
     *     {@link java.util.function.Supplier} or {@link ResourceProbe} that is called on the reporter's thread and must
     *     not reference the handle; any other object is referenced weakly
     * @param parent the resource under which this one is open and with which it ends, such as a statement's connection:
     *     the handle must reference the parent's handle. If both leak, that is one report
     * @param delegate the object that the handle closes, if it is another object that doesn't reference the handle. The
     *     guard asks it whether it was closed directly, and closes it if {@linkplain LeakGuardBuilder#reclaim reclaim}
     *     is on. A {@link ResourceProbe} defines the question itself
     * @return its tracker; a tracker that does nothing if the guard is disabled or closed
     */
    public LeakTracker track(
            Object handle,
            ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate) {
        return engine.track(handle, kind, description, parent, delegate);
    }

    /**
     * Tracks a resource that code of one place opens on behalf of another, such as the connections that a server's
     * thread accepts. The guard blames the line that created {@code openedBy}, and not this call's stack. Otherwise the
     * same as {@link #track(Object, ResourceKind, Object, LeakTracker, AutoCloseable)}.
     *
     * @param handle the object that the user holds and must close
     * @param kind the kind of the resource
     * @param description the description of this resource
     * @param parent the resource under which this one is open and with which it ends
     * @param delegate the object that the handle closes
     * @param openedBy a throwable created at the line to blame; its stack is the creation stack, and costs no capture
     *     budget
     * @return its tracker
     */
    public LeakTracker track(
            Object handle,
            ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            Throwable openedBy) {
        return engine.track(handle, kind, description, parent, delegate, openedBy);
    }

    /**
     * Returns a tracker of objects that make no call when they are closed, but whose owner can be asked whether one is
     * open. For adapters of objects that are opened so often that a tracker for each would be most of the cost. See
     * {@link Polled}.
     *
     * @param kind the kind of the objects
     * @param poller tells which of them are open
     * @param <T> the objects
     * @return call it for each opening, and close it when the adapter ends; it tracks nothing if the guard is disabled
     *     or closed
     */
    public <T> Polled<T> polled(ResourceKind kind, Poller<? super T> poller) {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(poller, "poller");
        return engine.polled(kind, poller);
    }

    /**
     * Declares that a resource is meant to live long, as {@link LeakScope#keep} does, without a scope at hand. From now
     * on the resource and the resources open under it belong to no scope, and are never overdue. They are still
     * reported if they are collected without being closed.
     *
     * @param resource a {@link GuardedResource} or a {@link LeakTracker}
     * @param reason the reason, which the list of open resources shows
     * @return true if it is open and this guard's
     */
    public boolean keep(Object resource, String reason) {
        return engine.keep(resource, reason);
    }

    // -------------------------------------------------------------------------------------------------- wrapping

    @Override
    public InputStream wrap(InputStream in, @Nullable Object description) {
        return Wrap.input(engine, in, description);
    }

    @Override
    public OutputStream wrap(OutputStream out, @Nullable Object description) {
        return Wrap.output(engine, out, description);
    }

    @Override
    public Reader wrap(Reader reader, @Nullable Object description) {
        return Wrap.reader(engine, reader, description);
    }

    @Override
    public BufferedReader wrap(BufferedReader reader, @Nullable Object description) {
        return Wrap.bufferedReader(engine, reader, description);
    }

    @Override
    public Writer wrap(Writer writer, @Nullable Object description) {
        return Wrap.writer(engine, writer, description);
    }

    @Override
    public BufferedWriter wrap(BufferedWriter writer, @Nullable Object description) {
        return Wrap.bufferedWriter(engine, writer, description);
    }

    @Override
    public FileChannel wrap(FileChannel channel, @Nullable Object description) {
        return Wrap.fileChannel(engine, channel, description);
    }

    @Override
    public SeekableByteChannel wrap(SeekableByteChannel channel, @Nullable Object description) {
        return Wrap.channel(engine, SeekableByteChannel.class, channel, description);
    }

    @Override
    public ReadableByteChannel wrap(ReadableByteChannel channel, @Nullable Object description) {
        return Wrap.channel(engine, ReadableByteChannel.class, channel, description);
    }

    @Override
    public WritableByteChannel wrap(WritableByteChannel channel, @Nullable Object description) {
        return Wrap.channel(engine, WritableByteChannel.class, channel, description);
    }

    @Override
    public ByteChannel wrap(ByteChannel channel, @Nullable Object description) {
        return Wrap.channel(engine, ByteChannel.class, channel, description);
    }

    @Override
    public ScatteringByteChannel wrap(ScatteringByteChannel channel, @Nullable Object description) {
        return Wrap.channel(engine, ScatteringByteChannel.class, channel, description);
    }

    @Override
    public GatheringByteChannel wrap(GatheringByteChannel channel, @Nullable Object description) {
        return Wrap.channel(engine, GatheringByteChannel.class, channel, description);
    }

    @Override
    public AsynchronousFileChannel wrap(AsynchronousFileChannel channel, @Nullable Object description) {
        return Wrap.asyncFileChannel(engine, channel, description);
    }

    @Override
    public Socket wrap(Socket socket, @Nullable Object description) {
        return Wrap.socket(engine, socket, description);
    }

    @Override
    public SSLSocket wrap(SSLSocket socket, @Nullable Object description) {
        return Wrap.sslSocket(engine, socket, description);
    }

    @Override
    public ServerSocket wrap(ServerSocket socket, @Nullable Object description) {
        return Wrap.serverSocket(engine, socket, description);
    }

    @Override
    public SSLServerSocket wrap(SSLServerSocket socket, @Nullable Object description) {
        return Wrap.sslServerSocket(engine, socket, description);
    }

    @Override
    public DatagramSocket wrap(DatagramSocket socket, @Nullable Object description) {
        return Wrap.datagramSocket(engine, socket, description);
    }

    @Override
    public SocketFactory wrap(SocketFactory factory, @Nullable Object description) {
        return Wrap.socketFactory(engine, factory, description);
    }

    @Override
    public SSLSocketFactory wrap(SSLSocketFactory factory, @Nullable Object description) {
        return Wrap.sslSocketFactory(engine, factory, description);
    }

    @Override
    public ServerSocketFactory wrap(ServerSocketFactory factory, @Nullable Object description) {
        return Wrap.serverSocketFactory(engine, factory, description);
    }

    @Override
    public SSLServerSocketFactory wrap(SSLServerSocketFactory factory, @Nullable Object description) {
        return Wrap.sslServerSocketFactory(engine, factory, description);
    }

    @Override
    public <T extends @Nullable Object> DirectoryStream<T> wrap(
            DirectoryStream<T> stream, @Nullable Object description) {
        return Wrap.directory(engine, stream, description);
    }

    @Override
    public <T extends @Nullable Object> SecureDirectoryStream<T> wrap(
            SecureDirectoryStream<T> stream, @Nullable Object description) {
        return Wrap.directory(engine, stream, description);
    }

    @Override
    public <T extends @Nullable Object> Stream<T> wrap(Stream<T> stream, @Nullable Object description) {
        return Wrap.stream(engine, stream, description);
    }

    @Override
    public IntStream wrap(IntStream stream, @Nullable Object description) {
        return Wrap.stream(engine, stream, description);
    }

    @Override
    public LongStream wrap(LongStream stream, @Nullable Object description) {
        return Wrap.stream(engine, stream, description);
    }

    @Override
    public DoubleStream wrap(DoubleStream stream, @Nullable Object description) {
        return Wrap.stream(engine, stream, description);
    }

    @Override
    public ExecutorService wrap(ExecutorService executor, @Nullable Object description) {
        return Wrap.executor(engine, executor, description);
    }

    @Override
    public ScheduledExecutorService wrap(ScheduledExecutorService executor, @Nullable Object description) {
        return Wrap.scheduledExecutor(engine, executor, description);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // by what the handle is assigned to
    public <T extends AutoCloseable, P extends T> P wrap(Class<T> type, T resource) {
        return Wrap.proxy(engine, type, resource, null, null);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // by what the handle is assigned to
    public <T extends AutoCloseable, P extends T> P wrap(
            Class<T> type, T resource, ResourceKind kind, @Nullable Object description) {
        return Wrap.proxy(engine, type, resource, kind, description);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // by what the handle is assigned to
    public <T extends AutoCloseable, P extends T> P wrap(
            Class<T> type, T resource, ResourceKind kind, @Nullable Object description, String... ends) {
        return Wrap.proxy(engine, type, resource, kind, description, ends);
    }

    @Override
    public <T extends Closeable> Guarded<T, IOException> hold(T resource) {
        return Wrap.hold(engine, resource, null, null, Closeable::close);
    }

    @Override
    public <T extends Closeable> Guarded<T, IOException> hold(
            T resource, ResourceKind kind, @Nullable Object description) {
        return Wrap.hold(engine, resource, kind, description, Closeable::close);
    }

    @Override
    public <T extends AutoCloseable> Guarded<T, Exception> hold(T resource) {
        return Wrap.hold(engine, resource, null, null, AutoCloseable::close);
    }

    @Override
    public <T extends AutoCloseable> Guarded<T, Exception> hold(
            T resource, ResourceKind kind, @Nullable Object description) {
        return Wrap.hold(engine, resource, kind, description, AutoCloseable::close);
    }

    @Override
    public <T, E extends Exception> Guarded<T, E> hold(T resource, Ending<? super T, E> ending) {
        return Wrap.hold(engine, resource, null, null, ending);
    }

    @Override
    public <T, E extends Exception> Guarded<T, E> hold(
            T resource, ResourceKind kind, @Nullable Object description, Ending<? super T, E> ending) {
        return Wrap.hold(engine, resource, kind, description, ending);
    }

    @Override
    public Guarded<Process, RuntimeException> hold(Process process) {
        return Wrap.hold(engine, process, null);
    }

    @Override
    public Guarded<Process, RuntimeException> hold(Process process, @Nullable Object description) {
        return Wrap.hold(engine, process, description);
    }

    // ---------------------------------------------------------------------------------------------------- scopes

    /**
     * Opens a unit of work and binds it to the current thread until it is closed. Within another scope it is nested.
     *
     * @param name the name, such as {@code event-8841}; reports show it, so it may be unique
     * @return the scope, to be closed
     */
    public LeakScope openScope(String name) {
        return openScope(name, ScopeOptions.create());
    }

    /**
     * Opens a unit of work that may hold resources longer, or that is measured, and binds it to the current thread until
     * it is closed. Within another scope it is nested, unless it is a {@linkplain ScopeOptions#root() root}.
     *
     * @param name the name, such as {@code event-8841}; reports show it, so it may be unique
     * @param options the limits and measurements of the scope
     * @return the scope, to be closed
     */
    public LeakScope openScope(String name, ScopeOptions options) {
        return engine.openScope(name, options);
    }

    /**
     * Returns the innermost open scope of the calling thread, for code that carries it to other threads by its own means. The
     * returned scope does all that a scope does. It doesn't keep the scope open: a scope whose handle nobody holds is still
     * reported as forgotten.
     *
     * @return the scope, if there is one
     */
    public Optional<LeakScope> currentScope() {
        return engine.currentScope();
    }

    /**
     * Returns a task that runs in the calling thread's current scope, on any thread; in no scope if the calling thread
     * is in none. A scope that the task opens and doesn't close is ended with the task, and reported.
     *
     * @param task the task
     * @return the task, bound while it runs
     */
    public Runnable propagate(Runnable task) {
        return engine.propagate(task);
    }

    /**
     * Returns a task that runs in the calling thread's current scope, as {@link #propagate(Runnable)}.
     *
     * @param task the task
     * @param <V> the type of its result
     * @return the task, bound while it runs
     */
    public <V> Callable<V> propagateCallable(Callable<V> task) {
        return engine.propagateCallable(task);
    }

    /**
     * Returns a supplier that runs in the calling thread's current scope, as {@link #propagate(Runnable)}.
     *
     * @param supplier the supplier
     * @param <V> the type of its result
     * @return the supplier, bound while it runs
     */
    public <V> Supplier<V> propagateSupplier(Supplier<V> supplier) {
        return engine.propagateSupplier(supplier);
    }

    /**
     * Returns an executor whose tasks run in the scope of the thread that submits them. If a task forgets to close a
     * scope, the scope ends with its task and is reported. It never reaches the next task of a pooled thread.
     *
     * @param executor the executor
     * @return an executor that runs each task in its submitter's scope
     */
    public Executor propagate(Executor executor) {
        return isEnabled() ? task -> executor.execute(propagate(task)) : executor;
    }

    /**
     * Returns an executor service whose tasks run in the scope of the thread that submits them, as {@link
     * #propagate(Executor)}. Shutting it down shuts down {@code executor}.
     *
     * @param executor the executor service
     * @return an executor service that runs each task in its submitter's scope
     */
    public ExecutorService propagate(ExecutorService executor) {
        return isEnabled() ? new ScopedExecutor(this, executor) : executor;
    }

    /**
     * Returns a future whose dependent stages run in the calling thread's current scope, and the stages that depend on
     * those too. It doesn't matter which thread completes them.
     *
     * @param future the future
     * @param <T> the type of its result
     * @return a future that completes as {@code future} does
     */
    public <T> CompletableFuture<T> propagate(CompletableFuture<T> future) {
        return engine.propagate(future);
    }

    /**
     * Returns the open units of work, those with most open resources first.
     *
     * @param n the largest number of units of work
     * @return the current usage of each
     */
    public List<ScopeUsage> topScopesByOpen(int n) {
        return engine.topScopes(false, n);
    }

    /**
     * Returns the units of work that allocated most, among those that are open or have ended and that measure
     * allocation.
     *
     * @param n the largest number of units of work; of those that have ended, the top 100 are remembered
     * @return the usage of each, most first
     */
    public List<ScopeUsage> topScopesByAllocation(int n) {
        return engine.topScopes(true, n);
    }

    /**
     * Opens a unit of work that is bound to no thread, for work that begins and ends on different threads. A resource
     * belongs to it only if its thread is {@linkplain LeakScope#bind() bound} to it or runs a
     * {@linkplain LeakScope#wrap(Runnable) wrapped} task. The scope ends only by being closed.
     *
     * @param name the name, such as {@code event-8841}
     * @param parent the scope of this guard in which it is nested; {@code null} for none
     * @return the scope, to be closed
     */
    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent) {
        return openDetachedScope(name, parent, ScopeOptions.create());
    }

    /**
     * Opens a unit of work that is bound to no thread, as {@link #openDetachedScope(String, LeakScope)}, and that may hold
     * resources longer or is measured.
     *
     * @param name the name, such as {@code event-8841}
     * @param parent the scope of this guard in which it is nested; {@code null} for none
     * @param options the limits and measurements of the scope
     * @return the scope, to be closed
     */
    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent, ScopeOptions options) {
        return engine.openDetachedScope(name, parent, options);
    }

    // --------------------------------------------------------------------------------------------------- control

    /**
     * Tells whether this guard tracks anything.
     *
     * @return false if it is disabled or closed
     */
    public boolean isEnabled() {
        return !engine.isClosed();
    }

    /**
     * Returns the name, which telemetry and thread names show.
     *
     * @return the name, {@code default} unless set
     */
    public String name() {
        return engine.name();
    }

    /**
     * Adds a listener for future reports.
     *
     * @param listener the listener
     * @return a registration that removes the listener; reports that are already queued for it may still arrive
     */
    public LeakListener.Registration addListener(LeakListener listener) {
        Objects.requireNonNull(listener, "listener");
        return engine.addListener(listener);
    }

    /**
     * Returns the counts.
     *
     * @return the counts so far
     */
    public GuardStats stats() {
        return engine.stats();
    }

    /**
     * Returns the open resources and who opened them. Takes about 0.1 µs for each open resource, and up to 0.2 s for
     * stacks that were not read before. Threads that open and close resources meanwhile aren't stopped.
     *
     * @return a snapshot, grouped by kind and path
     */
    public OpenResources open() {
        return engine.open();
    }

    /**
     * Finds who holds the open resources, now and whatever {@code leakguard.held.by} is. The process stands still for a
     * second for each 100 MB or so of live objects while it writes a heap dump; another process reads the dump. Needs the
     * module guard-heap.
     *
     * @param timeout the longest time for all of it
     * @return the open resources, with {@link OpenResources.Group#heldBy} where something holds them
     * @throws IOException if guard-heap is missing, no dump can be made, or it can't be read in time; the message says why, and
     *     nothing is left behind
     * @throws InterruptedException if this thread is interrupted
     */
    public OpenResources findHolders(Duration timeout) throws IOException, InterruptedException {
        return engine.findHolders(timeout);
    }

    /**
     * Writes the {@linkplain #open() open resources} to the log {@code io.leakguard}, as a thread dump for operators.
     */
    public void dump() {
        engine.dump();
    }

    /**
     * Returns the leaks so far, by site and path: two callers that leak through one line have a row each.
     *
     * @return a row for each path, those of the site with most leaks first; at most
     *     {@linkplain LeakGuardBuilder#maxSites as many} as the guard remembers, and one more of each kind and cause
     *     for forgotten ones
     */
    public List<SiteLeaks> leaks() {
        return engine.leaks();
    }

    /**
     * Tells whether the guard takes a frame for the application's when it looks for the line to blame. If
     * {@linkplain LeakGuardBuilder#appPackages packages} are set, the frame must be in one of them. Otherwise the
     * origin of its code decides, and then its name: the frame must not belong to the JDK, to a well-known library or
     * to the guard.
     *
     * @param frame a frame of a stack
     * @return true if it is of the application; false for all if the guard is disabled
     */
    public boolean isApplicationFrame(StackTraceElement frame) {
        return engine.isApplicationFrame(frame);
    }

    /**
     * Reports that the number of open resources keeps rising. For adapters that see a growth which the guard can't see,
     * since it doesn't know the common property, such as the remote host of connections. Makes a report of the cause
     * {@link LeakCause#GROWING}, like the guard's own trend by site. Doesn't wait for the report. Does nothing if the
     * tracker belongs to another guard or is no longer open.
     *
     * @param oldest the tracker of one of the resources, best of the oldest: the report has its site and description
     * @param detail the growth in words: its subject, the earlier and the present number
     */
    public void reportGrowing(LeakTracker oldest, String detail) {
        WatchLink link = WatchLink.to(this);
        if (link != null) {
            link.growing(oldest, detail);
        }
    }

    /**
     * Forgets the sites: {@link #leaks()} starts anew, and the next leak on each path is reported at once. Reports that
     * the rate limit holds back are forgotten too. The counts of {@link #stats()} go on.
     */
    public void forgetLeaks() {
        engine.forgetLeaks();
    }

    /**
     * Returns the capture budget: the number of creation stacks that are captured.
     *
     * @return the budget; {@link CaptureBudget#none()} if the guard is disabled
     */
    public CaptureBudget captureBudget() {
        return engine.capture();
    }

    /**
     * Changes the number of creation stacks that are captured from now on, while the daemon runs: more to hunt a leak
     * down, fewer when every microsecond counts. Kinds that are captured in full after a leak stay so for their time.
     *
     * @param budget the new budget
     */
    public void captureBudget(CaptureBudget budget) {
        Objects.requireNonNull(budget, "budget");
        engine.capture(budget);
    }

    /**
     * Starts to count the hold times of resources, until the reader is closed. While any reader is open, closing a
     * resource also reads the clock and counts into a bucket.
     *
     * @return a reader, to be closed; it reads nothing if the guard is off or {@link LeakGuardBuilder#holdDurations} is
     */
    public HoldDurations holdDurations() {
        return engine.holdDurations();
    }

    /**
     * Returns the suppressions and the number of uses of each. A suppression without hits may be stale.
     *
     * @return the suppressions in the order in which they were configured
     */
    public List<Suppression.Use> suppressions() {
        return engine.suppressions();
    }

    /**
     * Waits until everything detected before this call has been given to the listeners, and they have returned. Reports
     * that the rate limit holds back stay held back. For tests, and before a daemon exits.
     *
     * @param timeout the longest wait
     * @return true if everything was delivered in time
     */
    public boolean flush(Duration timeout) {
        return engine.flush(timeout);
    }

    /**
     * Runs the garbage collector until it has provably collected all objects that were unreachable at this call. Then
     * waits until the leaks found by this were given to the listeners. For tests: it stops the application for as long
     * as {@link System#gc()} does. Objects that become unreachable only through finalizers or other cleaners need
     * another call.
     *
     * @param timeout the longest time to try
     * @return true if the collector ran and everything was delivered; false if that can't be said, as with
     *     {@code -XX:+DisableExplicitGC}, which makes every call wait until the timeout
     */
    public boolean awaitCollection(Duration timeout) {
        return engine.awaitCollection(timeout);
    }

    /**
     * Ends the guard: reports waiting leaks and open resources, ends its threads, and drops everything that it tracked.
     * Waits up to 5 seconds for the listeners. Open resources stay usable. Closing again does nothing.
     */
    @Override
    public void close() {
        engine.close();
    }

    @Override
    public String toString() {
        return "LeakGuard[" + name() + (isEnabled() ? "]" : ", off]");
    }
}
