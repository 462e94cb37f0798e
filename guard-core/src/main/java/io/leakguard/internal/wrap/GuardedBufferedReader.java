package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A buffered reader that is the handle of its resource. The inherited {@code lines()} reads by this object, and so
 * keeps it reachable.
 */
class GuardedBufferedReader extends ForwardingBufferedReader implements GuardedResource {

    private final LeakTracker tracker;

    GuardedBufferedReader(Engine engine, BufferedReader delegate, ResourceKind kind, @Nullable Object description) {
        super(delegate);
        this.tracker = engine.track(this, kind, description, null, delegate);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
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
            return NewerJdk.readAllAsString(delegate);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Overrides the method of JDK 25. */
    public List<String> readAllLines() throws IOException {
        try {
            return NewerJdk.readAllLines(delegate);
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
}
