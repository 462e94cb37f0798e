package io.leakguard.netty;

import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tracked resources that another resource holds. This class holds the parts and never the whole. */
final class HeldParts {

    private final Contents contents;
    private final WeakReference<Object> whole;
    /** The parts. They stay the same while the whole is open. */
    private volatile @Nullable Object held;
    /** The parts' trackers when the whole was collected. */
    private volatile @Nullable List<LeakTracker> leaked;

    HeldParts(Object whole, Contents contents) {
        this.contents = contents;
        this.whole = new WeakReference<>(whole);
        this.held = contents.of(whole);
    }

    /** The parts may have changed. */
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
        if (whole.get() == null) { // collected: its parts may be collected too
            leaked = parts;
            held = null;
        }
        return parts;
    }
}
