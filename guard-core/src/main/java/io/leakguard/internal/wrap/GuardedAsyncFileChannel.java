package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An asynchronous file channel that is the handle of its resource. Pending operations keep it reachable. */
class GuardedAsyncFileChannel extends ForwardingAsyncFileChannel implements GuardedResource {

    private final LeakTracker tracker;

    GuardedAsyncFileChannel(
            Engine engine, AsynchronousFileChannel delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public <A extends @Nullable Object> void read(
            ByteBuffer dst, long position, A attachment, CompletionHandler<Integer, ? super A> handler) {
        delegate.read(dst, position, attachment, keeping(handler, Function.identity()));
    }

    @Override
    public Future<Integer> read(ByteBuffer dst, long position) {
        return new Pending<>(this, delegate.read(dst, position), Function.identity());
    }

    @Override
    public <A extends @Nullable Object> void write(
            ByteBuffer src, long position, A attachment, CompletionHandler<Integer, ? super A> handler) {
        delegate.write(src, position, attachment, keeping(handler, Function.identity()));
    }

    @Override
    public Future<Integer> write(ByteBuffer src, long position) {
        return new Pending<>(this, delegate.write(src, position), Function.identity());
    }

    @Override
    public <A extends @Nullable Object> void lock(
            long position, long size, boolean shared, A attachment, CompletionHandler<FileLock, ? super A> handler) {
        delegate.lock(position, size, shared, attachment, keeping(handler, this::guarded));
    }

    @Override
    public Future<FileLock> lock(long position, long size, boolean shared) {
        return new Pending<>(this, delegate.lock(position, size, shared), this::guarded);
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
        try {
            FileLock lock = delegate.tryLock(position, size, shared);
            return lock == null ? null : guarded(lock);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private FileLock guarded(FileLock lock) {
        return new GuardedFileLock(this, lock);
    }

    /**
     * A handler that keeps this object reachable until the operation is done. Null stays null, and the JDK refuses it.
     */
    @SuppressWarnings("NullAway")
    private <V, A extends @Nullable Object> CompletionHandler<V, A> keeping(
            @Nullable CompletionHandler<V, ? super A> handler, Function<V, V> result) {
        return handler == null ? null : new Completion<>(this, handler, result);
    }

    @Override
    public void close() throws IOException {
        tracker.close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static final class Completion<V, A extends @Nullable Object> implements CompletionHandler<V, A> {
        private final Object owner;
        private final CompletionHandler<V, ? super A> delegate;
        private final Function<V, V> result;

        Completion(Object owner, CompletionHandler<V, ? super A> delegate, Function<V, V> result) {
            this.owner = owner;
            this.delegate = delegate;
            this.result = result;
        }

        @Override
        public void completed(V value, A attachment) {
            try {
                delegate.completed(result.apply(value), attachment);
            } finally {
                Reference.reachabilityFence(owner);
            }
        }

        @Override
        public void failed(Throwable failure, A attachment) {
            try {
                delegate.failed(failure, attachment);
            } finally {
                Reference.reachabilityFence(owner);
            }
        }
    }

    private static final class Pending<V> implements Future<V> {
        private final Object owner;
        private final Future<V> delegate;
        private final Function<V, V> result;

        /** The result for the caller: the same object at each call. */
        private @Nullable V value;

        Pending(Object owner, Future<V> delegate, Function<V, V> result) {
            this.owner = owner;
            this.delegate = delegate;
            this.result = result;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return delegate.cancel(mayInterruptIfRunning);
        }

        @Override
        public boolean isCancelled() {
            return delegate.isCancelled();
        }

        @Override
        public boolean isDone() {
            return delegate.isDone();
        }

        @Override
        public V get() throws InterruptedException, ExecutionException {
            try {
                return result(delegate.get());
            } finally {
                Reference.reachabilityFence(owner);
            }
        }

        @Override
        public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            try {
                return result(delegate.get(timeout, unit));
            } finally {
                Reference.reachabilityFence(owner);
            }
        }

        private synchronized V result(V raw) {
            V v = value;
            if (v == null) {
                v = value = result.apply(raw);
            }
            return v;
        }

        @Override
        public String toString() {
            return delegate.toString();
        }
    }
}
