package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.agent.internal.boot.Bridge;
import java.io.File;
import java.io.FileDescriptor;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketImpl;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes the calls of hooks, on the application's threads, anywhere in the JDK. It takes no lock that is held while
 * other code runs, loads no class and logs nothing: {@link #warmUp} has done all of that once.
 */
final class Sink extends Bridge {

    /** The prefix of the guard's threads. Their resources are not the application's. */
    private static final String OWN_THREADS = "leakguard-";

    /**
     * True while a thread is in here, so that resources opened by the guard or by the application's callbacks are not
     * recorded. An array, so that a thread keeps no class of the agent.
     */
    private static final ThreadLocal<boolean @Nullable []> INSIDE = new ThreadLocal<>();

    private static final long FAILURES_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile boolean hasFailed;
    private volatile long lastFailure = System.nanoTime() - 2 * FAILURES_NANOS;
    private volatile @Nullable Thread failureWaiter;

    private final Records records;
    private final Insides insides;
    private final Reach reach = new Reach();

    /** Takes the calls of one thread instead of the records. */
    private volatile @Nullable Probe probe;

    Sink(Records records, Insides insides) {
        this.records = records;
        this.insides = insides;
    }

    /** Starts to take calls. */
    void start() {
        Bridge.sink(this);
    }

    /** Lets a probe take the calls of its thread; null for no probe. */
    void probe(@Nullable Probe next) {
        probe = next;
    }

    /** Takes no more calls. */
    void stop() {
        if (Bridge.sink() == this) {
            Bridge.sink(null);
        }
    }

    @Override
    protected void onOpened(
            Object handle, int hook, @Nullable Object detail, @Nullable Object descriptor, @Nullable Object owner) {
        Probe trying = probe;
        if (trying != null && trying.isCurrent()) {
            trying.opened(Hook.of(hook), handle);
            return;
        }
        if (owner != null || Thread.currentThread().getName().startsWith(OWN_THREADS)) {
            return;
        }
        boolean[] here = INSIDE.get();
        if (here == null) {
            here = new boolean[1];
            INSIDE.set(here);
        }
        if (here[0]) {
            return;
        }
        here[0] = true;
        try {
            Hook what = Hook.of(hook);
            if (what == Hook.THREAD && isOwnOrStarted(handle)) {
                return;
            }
            records.opened(handle, what.kind, describe(what, handle, detail), descriptorsOf(what, detail, descriptor));
        } finally {
            here[0] = false; // calls no method: there may be no stack left
        }
    }

    @Override
    protected void onClosed(Object handle) {
        Probe trying = probe;
        if (trying != null && trying.isCurrent()) {
            trying.closed(handle);
            return;
        }
        records.closed(handle);
    }

    @Override
    protected Object[] onJoin(Object[] functions) {
        return records.join(functions);
    }

    @Override
    protected void onWrapped(Object delegate) {
        if (!records.part(delegate)) {
            reach.forEachInside(delegate, records::part);
        }
    }

    @Override
    protected void onFailed() {
        long now = System.nanoTime();
        if (now - lastFailure > FAILURES_NANOS) {
            lastFailure = now;
            hasFailed = true;
            Thread waiting = failureWaiter;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
        }
    }

    /** Whether an opening has failed since the last call. */
    boolean hasFailed() {
        boolean failed = hasFailed;
        hasFailed = false;
        return failed;
    }

    /** Lets a thread be woken when an opening fails, at most once a second. */
    void wakeAtFailures(Thread waiter) {
        failureWaiter = waiter;
    }

    @Override
    protected void onPart(Object handle) {
        records.part(handle);
    }

    @Override
    protected void onReclaimed(Object what) {
        if (!Thread.currentThread().getName().equals(Reclaims.CLEANER)) {
            return; // an explicit close
        }
        Object key = keyOf(what);
        if (key != null) {
            records.reclaimed(key);
        }
    }

    /** By what the JDK's cleaner and the record of a resource both know it. */
    private @Nullable Object keyOf(Object what) {
        if (what instanceof FileDescriptor fd) {
            int number = insides.number(fd);
            return number < 0 ? null : number;
        }
        return what instanceof Integer ? what : Long.valueOf(System.identityHashCode(what));
    }

    @Override
    protected void onDetail(Object handle, Object detail) {
        if (detail instanceof Integer descriptor) {
            records.descriptor(handle, descriptor);
            return;
        }
        Object shown = describe(detail);
        if (shown != null) {
            records.describe(handle, shown);
        }
    }

    private static boolean isOwnOrStarted(Object handle) {
        return handle instanceof Thread thread
                && (thread.isAlive() || thread.getName().startsWith(OWN_THREADS));
    }

    private @Nullable Object describe(Hook what, Object handle, @Nullable Object detail) {
        return switch (what) {
            case ACCEPTED_SOCKET -> handle instanceof SocketImpl socket ? insides.peer(socket) : null;
            case THREAD -> handle instanceof Thread thread ? thread.getName() : null;
            case DIRECT_BUFFER, MAPPED_BUFFER -> handle instanceof Buffer buffer ? new Bytes(buffer.capacity()) : null;
            default -> describe(detail);
        };
    }

    private @Nullable Object descriptorsOf(Hook what, @Nullable Object detail, @Nullable Object given) {
        if (given instanceof FileDescriptor) {
            return keyOf(given);
        }
        if (what == Hook.WATCH_SERVICE && given instanceof int[] pair && detail instanceof Integer inotify) {
            int[] all = Arrays.copyOf(pair, pair.length + 1);
            all[pair.length] = inotify;
            return all;
        }
        if (given instanceof int[] some) {
            return some.clone();
        }
        return given == null ? null : keyOf(given);
    }

    /** Calls no code of the application. The guard's threads turn the result into text. */
    private static @Nullable Object describe(@Nullable Object detail) {
        if (detail == null || detail instanceof String) {
            return detail;
        }
        if (detail.getClass() == File.class) {
            return ((File) detail).getPath();
        }
        if (detail instanceof String[] command) {
            return command.length == 0 ? null : command[0]; // its arguments may be secret
        }
        if (detail instanceof InetSocketAddress || detail instanceof Path || detail instanceof File) {
            return new Later(detail);
        }
        return null;
    }

    /** Makes everything that a hook needs: classes, the states of kinds, and the linkage of calls. */
    void warmUp() {
        for (Hook hook : Hook.values()) {
            Object handle = switch (hook) {
                case ACCEPTED_SOCKET -> insides.anySocket();
                case THREAD -> new Thread("warm-up");
                case DIRECT_BUFFER, MAPPED_BUFFER -> ByteBuffer.allocate(1);
                default -> new Object();
            };
            onOpened(handle, hook.number(), "warm-up", new FileDescriptor(), null);
            onDetail(handle, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
            onDetail(handle, 1);
            onPart(handle);
        }
        Object key = keyOf(new Object());
        if (key != null) {
            records.reclaimed(key);
        }
        onFailed();
        Object closed = new Object();
        onOpened(closed, 0, new File("warm-up"), 1, null);
        onPart(closed);
        onClosed(closed);
        VarHandle.fullFence();
    }

    /** Records resources. */
    interface Records {
        boolean opened(Object handle, ResourceKind kind, @Nullable Object description, @Nullable Object descriptors);

        boolean closed(Object handle);

        boolean part(Object handle);

        /** A guard of the application gives its functions, and gets the agent's. */
        Object[] join(Object[] functions);

        void describe(Object handle, Object description);

        void descriptor(Object handle, Integer number);

        /** The JDK closes a collected resource: its descriptor, or the {@code Long} that it was opened with. */
        void reclaimed(Object key);
    }
}
