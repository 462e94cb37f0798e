package io.leakguard.netty;

import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tracker of what holds other resources, such as a composite buffer: if it leaks, they are part of its report. */
final class WholeTracker<T> extends NettyTracker<T> {

    private final Contents contents;
    private final WeakReference<T> whole;
    /** Never the whole itself. As long as it is open it holds the same. */
    private volatile @Nullable Object held;
    /** What it held when it was collected. */
    private volatile @Nullable List<LeakTracker> leaked;

    WholeTracker(T whole, Contents contents, int capacity, @Nullable NettyTracker<?> source, Accesses accesses) {
        super(whole.getClass(), capacity, source, accesses);
        this.contents = contents;
        this.whole = new WeakReference<>(whole);
        this.held = contents.of(whole);
    }

    @Override
    void used() {
        T w = whole.get();
        Object now = w == null ? null : contents.of(w);
        if (now != null && now != held) {
            held = now;
        }
    }

    @Override
    public List<LeakTracker> parts() {
        List<LeakTracker> before = leaked;
        if (before != null) {
            return before;
        }
        used();
        List<LeakTracker> parts = new ArrayList<>();
        Object now = held;
        if (now != null) {
            contents.trackers(now, parts);
        }
        if (whole.get() == null) { // collected: what it held may be, too
            leaked = parts;
            held = null;
        }
        return parts;
    }
}
