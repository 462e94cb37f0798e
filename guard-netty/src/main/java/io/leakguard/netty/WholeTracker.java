package io.leakguard.netty;

import io.leakguard.LeakTracker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tracker of a resource that holds others, such as a composite buffer. If it leaks, its report lists its parts. */
final class WholeTracker<T> extends NettyTracker<T> {

    private final HeldParts held;

    WholeTracker(T whole, Contents contents, int capacity, @Nullable NettyTracker<?> source, Accesses accesses) {
        super(whole.getClass(), capacity, source, accesses);
        this.held = new HeldParts(whole, contents);
    }

    @Override
    void used() {
        held.look();
    }

    @Override
    public List<LeakTracker> parts() {
        return held.trackers();
    }
}
