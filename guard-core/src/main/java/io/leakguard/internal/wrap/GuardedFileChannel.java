package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A file channel that is the handle of its resource. {@code isOpen} is final in the JDK and knows only this object. So
 * if a call notices that the channel behind was closed (by an interrupt, or directly), this one is closed too.
 */
class GuardedFileChannel extends ForwardingFileChannel implements GuardedResource {

    private final LeakTracker tracker;

    GuardedFileChannel(Engine engine, FileChannel delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    /** Called by the override of JDK 22's {@code map} into an arena. */
    Object mapSegment(MapMode mode, long position, long size, Object arena) throws IOException {
        try {
            return NewerJdk.map(delegate, mode, position, size, arena);
        } catch (ClosedChannelException e) {
            throw closedDirectly(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        try {
            // The JDK has a fast path for its own channels.
            return delegate.transferTo(position, count, Wrap.unwrap(target));
        } catch (ClosedChannelException e) {
            throw closedDirectly(e, target);
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public long transferFrom(ReadableByteChannel src, long position, long count) throws IOException {
        try {
            return delegate.transferFrom(Wrap.unwrap(src), position, count);
        } catch (ClosedChannelException e) {
            throw closedDirectly(e, src);
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(src);
        }
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        try {
            return new GuardedFileLock(this, delegate.lock(position, size, shared));
        } catch (ClosedChannelException e) {
            throw closedDirectly(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
        try {
            FileLock lock = delegate.tryLock(position, size, shared);
            return lock == null ? null : new GuardedFileLock(this, lock);
        } catch (ClosedChannelException e) {
            throw closedDirectly(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private ClosedChannelException closedDirectly(ClosedChannelException e, @Nullable Object other) {
        return other instanceof GuardedFileChannel guarded
                ? guarded.closedDirectly(closedDirectly(e))
                : closedDirectly(e);
    }

    @Override
    ClosedChannelException closedDirectly(ClosedChannelException e) {
        if (isOpen() && !delegate.isOpen()) {
            try {
                close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
        }
        return e;
    }

    @Override
    protected void implCloseChannel() throws IOException {
        tracker.close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
