package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** An input stream that is the handle of its resource, or that keeps the handle (its socket) reachable. */
final class GuardedInputStream extends InputStream implements GuardedResource {

    final InputStream delegate;
    private final LeakTracker tracker;

    /** The handle, if it is another object: reachable as long as this stream is. */
    final @Nullable Object owner;

    GuardedInputStream(Engine engine, InputStream delegate, ResourceKind kind, @Nullable Object description) {
        this.delegate = delegate;
        this.owner = null;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    /** A stream of the resource that {@code owner} is the handle of. */
    GuardedInputStream(InputStream delegate, LeakTracker tracker, Object owner) {
        this.delegate = delegate;
        this.owner = owner;
        this.tracker = tracker;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public int read() throws IOException {
        try {
            return delegate.read();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int read(byte[] b) throws IOException {
        try {
            return delegate.read(b);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        try {
            return delegate.read(b, off, len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public byte[] readAllBytes() throws IOException {
        try {
            return delegate.readAllBytes();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public byte[] readNBytes(int len) throws IOException {
        try {
            return delegate.readNBytes(len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int readNBytes(byte[] b, int off, int len) throws IOException {
        try {
            return delegate.readNBytes(b, off, len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long skip(long n) throws IOException {
        try {
            return delegate.skip(n);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void skipNBytes(long n) throws IOException {
        try {
            delegate.skipNBytes(n);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int available() throws IOException {
        try {
            return delegate.available();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void mark(int readlimit) {
        try {
            delegate.mark(readlimit);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void reset() throws IOException {
        try {
            delegate.reset();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean markSupported() {
        return delegate.markSupported();
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        try {
            // The JDK copies faster between streams that it knows.
            return delegate.transferTo(out instanceof GuardedOutputStream guarded ? guarded.delegate : out);
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(out);
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
