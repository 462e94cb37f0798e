package io.leakguard.netty;

import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a resource holds that is tracked itself. It holds those and never the resource. */
final class HeldParts {

    private final Contents contents;
    private final WeakReference<Object> whole;
    /** As long as the whole is open it holds the same. */
    private volatile @Nullable Object held;
    /** What it held when it was collected. */
    private volatile @Nullable List<LeakTracker> leaked;

    HeldParts(Object whole, Contents contents) {
        this.contents = contents;
        this.whole = new WeakReference<>(whole);
        this.held = contents.of(whole);
    }

    /** What is held may have changed. */
    void look() {
        Object w = whole.get();
        Object now = w == null ? null : contents.of(w);
        if (now != null && now != held) {
            held = now;
        }
    }

    List<LeakTracker> trackers() {
        List<LeakTracker> before = leaked;
        if (before != null) {
            return before;
        }
        look();
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
