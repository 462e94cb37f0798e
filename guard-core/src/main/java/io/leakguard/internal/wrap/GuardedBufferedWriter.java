package io.leakguard.internal.wrap;

import io.leakguard.GuardedResource;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.Engine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** A buffered writer that is the handle of its resource. */
final class GuardedBufferedWriter extends BufferedWriter implements GuardedResource {

    final BufferedWriter delegate;
    private final LeakTracker tracker;

    GuardedBufferedWriter(Engine engine, BufferedWriter delegate, ResourceKind kind, @Nullable Object description) {
        super(Writer.nullWriter(), 1); // its own buffer is never used
        this.delegate = delegate;
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void newLine() throws IOException {
        try {
            delegate.newLine();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(int c) throws IOException {
        try {
            delegate.write(c);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(char[] cbuf) throws IOException {
        try {
            delegate.write(cbuf);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(char[] cbuf, int off, int len) throws IOException {
        try {
            delegate.write(cbuf, off, len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(String str) throws IOException {
        try {
            delegate.write(str);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(String str, int off, int len) throws IOException {
        try {
            delegate.write(str, off, len);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Writer append(@Nullable CharSequence csq) throws IOException {
        try {
            delegate.append(csq);
            return this;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Writer append(@Nullable CharSequence csq, int start, int end) throws IOException {
        try {
            delegate.append(csq, start, end);
            return this;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Writer append(char c) throws IOException {
        try {
            delegate.append(c);
            return this;
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
