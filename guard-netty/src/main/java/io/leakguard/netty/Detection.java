package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import org.jspecify.annotations.Nullable;

/** Tracks the resources of Netty's detectors, for the active guard. */
final class Detection {

    private static final Installations INSTALLATIONS = Installations.OF_PROCESS;

    private Detection() {}

    /** The active guard; null if Netty must act as it does without a guard. */
    static @Nullable LeakGuard guard() {
        return INSTALLATIONS.guard();
    }

    static boolean isActive() {
        return INSTALLATIONS.isActive();
    }

    /** Tracks a buffer by its reference count. False if it needs Netty's wrapper. */
    static boolean trackByCount(@Nullable LeakGuard guard, Object buffer) {
        if (guard != null
                && INSTALLATIONS.accesses().compareTo(Accesses.OF_APPLICATION) < 0
                && !CountedBuffers.wrapsAllHere()
                && CountedBuffers.track(guard, buffer)) {
            return true;
        }
        CountedBuffers.setAside(buffer);
        return false;
    }

    /** Returns null if Netty must act as it does without a guard. */
    static <T> @Nullable NettyTracker<T> track(
            @Nullable LeakGuard guard, ResourceType resource, T object, boolean derived) {
        if (guard == null) {
            return null;
        }
        NettyTracker<?> source = derived ? Contents.sourceOf(object) : null;
        int capacity = object instanceof ByteBuf buffer ? buffer.capacity() : 0;
        Contents contents = object instanceof CompositeByteBuf ? Contents.COMPONENTS : resource.contents;
        Accesses accesses = resource.buffers ? INSTALLATIONS.accesses() : Accesses.NONE;
        NettyTracker<T> tracker = contents == Contents.NOTHING
                ? new NettyTracker<>(object.getClass(), capacity, source, accesses)
                : new WholeTracker<>(object, contents, capacity, source, accesses);
        LeakTracker parent = source == null ? null : source.tracker();
        LeakTracker tracked = guard.track(object, resource.kind, tracker, parent, null);
        tracker.tracker(tracked);
        if (resource.isCached) {
            guard.keep(tracked, "OpenSSL's context caches it until the context is released");
        }
        return tracker;
    }

    static boolean levelRecords() {
        return ResourceLeakDetector.getLevel().compareTo(Level.ADVANCED) >= 0;
    }
}
