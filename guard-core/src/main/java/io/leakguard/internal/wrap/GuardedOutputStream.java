package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** An output stream that is the handle of its resource, or that keeps the handle (its socket) reachable. */
final class GuardedOutputStream extends OutputStream implements GuardedResource {

    final OutputStream delegate;
    private final LeakTracker tracker;

    /** The handle, if it is another object: reachable as long as this stream is. */
    final @Nullable Object owner;

    GuardedOutputStream(Engine engine, OutputStream delegate, ResourceKind kind, @Nullable Object description) {
        this.delegate = delegate;
        this.owner = null;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    /** A stream of the resource that {@code owner} is the handle of. */
    GuardedOutputStream(OutputStream delegate, LeakTracker tracker, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
        this.tracker = tracker;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void write(int b) throws IOException {
        try {
            delegate.write(b);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(byte[] b) throws IOException {
        try {
            delegate.write(b);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
        try {
            delegate.write(b, off, len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            delegate.flush();
        } finally {
            Reference.reachabilityFence(this);
        }
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
