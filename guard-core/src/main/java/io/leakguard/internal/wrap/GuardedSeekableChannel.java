package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel of type {@link SeekableByteChannel} that is the handle of its resource. */
final class GuardedSeekableChannel implements SeekableByteChannel, GuardedResource {

    final SeekableByteChannel delegate;
    private final LeakTracker tracker;

    GuardedSeekableChannel(
            Engine engine, SeekableByteChannel delegate, ResourceKind kind, @Nullable Object description) {

        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        try {
            return delegate.read(dst);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        try {
            return delegate.write(src);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long position() throws IOException {
        try {
            return delegate.position();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public SeekableByteChannel position(long newPosition) throws IOException {
        try {
            delegate.position(newPosition);
            return this;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long size() throws IOException {
        try {
            return delegate.size();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public SeekableByteChannel truncate(long size) throws IOException {
        try {
            delegate.truncate(size);
            return this;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean isOpen() {
        return delegate.isOpen();
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

    @Override
    public String toString() {
        return delegate.toString();
    }
}
