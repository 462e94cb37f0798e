package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.lang.ref.Reference;
import java.nio.CharBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reader that is the handle of its resource. */
final class GuardedReader extends Reader implements GuardedResource {

    final Reader delegate;
    private final LeakTracker tracker;

    GuardedReader(Engine engine, Reader delegate, ResourceKind kind, @Nullable Object description) {

        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, delegate);
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
    public int read(char[] cbuf) throws IOException {
        try {
            return delegate.read(cbuf);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int read(char[] cbuf, int off, int len) throws IOException {
        try {
            return delegate.read(cbuf, off, len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int read(CharBuffer target) throws IOException {
        try {
            return delegate.read(target);
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
    public boolean ready() throws IOException {
        try {
            return delegate.ready();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean markSupported() {
        return delegate.markSupported();
    }

    @Override
    public void mark(int readAheadLimit) throws IOException {
        try {
            delegate.mark(readAheadLimit);
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
    public long transferTo(Writer out) throws IOException {
        try {
            return delegate.transferTo(Wrap.unwrap(out));
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(out);
        }
    }

    /** Overrides the method of JDK 25. */
    public String readAllAsString() throws IOException {
        try {
            return Newer.readAllAsString(delegate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Overrides the method of JDK 25. */
    public List<String> readAllLines() throws IOException {
        try {
            return Newer.readAllLines(delegate);
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
