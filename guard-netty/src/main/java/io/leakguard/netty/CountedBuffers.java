package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that a guard polls by their reference counts. Netty puts no wrapper around them, so they cost next to
 * nothing. If counts can't be read (Netty 4.1; named modules), all buffers get Netty's wrapper.
 */
final class CountedBuffers {

    private static final boolean READABLE = RefCounts.areReadable();

    /** The active guard and its polled buffers. */
    private record Source(LeakGuard guard, Polled<ByteBuf> polled) {}

    private static volatile @Nullable Source source;

    /**
     * Earlier polled buffers, as long as some are still open. When Netty hands such a buffer out again, it no longer
     * belongs to the earlier guard.
     */
    private static final List<WeakReference<Polled<ByteBuf>>> EARLIER = new CopyOnWriteArrayList<>();

    /** Channels whose buffers must name the request that they carry: on this event loop, and in all. */
    private static final FastThreadLocal<AtomicInteger> SCOPED_HERE = new FastThreadLocal<>() {
        @Override
        protected AtomicInteger initialValue() {
            return new AtomicInteger();
        }
    };

    private static final AtomicInteger SCOPED = new AtomicInteger();

    private CountedBuffers() {}

    private static final class ByCount implements Poller<ByteBuf> {
        @Override
        public boolean isOpen(ByteBuf buffer) {
            return buffer.refCnt() > 0;
        }

        @Override
        public ResourceProbe probe(ByteBuf buffer) {
            setAsideOfEarlier(buffer);
            return buffer instanceof CompositeByteBuf ? new OfComposite(buffer) : new OfCount(buffer);
        }
    }

    private static class OfCount implements ResourceProbe {
        private final Class<?> type;
        private final Object count;
        private final int capacity;

        OfCount(ByteBuf buffer) {
            this.type = buffer.getClass();
            this.count = RefCounts.of(buffer);
            this.capacity = buffer.capacity();
        }

        @Override
        public boolean isOpen() throws Exception {
            return RefCounts.read(count) > 0;
        }

        @Override
        public String describe() {
            return NettyTracker.text(type, capacity);
        }
    }

    private static final class OfComposite extends OfCount {
        private final HeldParts components;

        OfComposite(ByteBuf buffer) {
            super(buffer);
            this.components = new HeldParts(buffer, Contents.COMPONENTS);
        }

        @Override
        public List<LeakTracker> parts() {
            return components.trackers();
        }
    }

    // ------------------------------------------------------------------------------------------------- hot path

    /** False if the slow checks must run; then call {@link #track}. */
    static boolean trackQuickly(Object object) {
        Source from = source;
        return from != null && isCounted(object) && !wrapsAllHere() && from.polled.openedAtPeak((ByteBuf) object);
    }

    /** False if the buffer needs Netty's wrapper, which can record more. */
    static boolean track(LeakGuard guard, Object object) {
        if (!isCounted(object)) {
            return false;
        }
        Source from = source;
        if (from == null || from.guard != guard) {
            from = change(guard);
        }
        return from != null && from.polled.opened((ByteBuf) object);
    }

    /** Other threads' buffers are mostly new objects, and few. */
    private static boolean isCounted(Object object) {
        return READABLE
                && object instanceof AbstractReferenceCountedByteBuf
                && (Thread.currentThread() instanceof FastThreadLocalThread || RefCounts.ADAPTIVE.isInstance(object));
    }

    /**
     * Whether Netty may use the object of this new buffer again. Since 4.2 it keeps those of the pooled allocator only
     * for threads such as its event loops. For other threads each buffer is a new object.
     */
    private static boolean isKept(Object object) {
        return RefCounts.ADAPTIVE.isInstance(object)
                || (RefCounts.POOLED.isInstance(object) && Thread.currentThread() instanceof FastThreadLocalThread);
    }

    /** Something else tracks a new buffer, or nothing does. */
    static void setAside(Object object) {
        if (READABLE && isKept(object)) {
            ByteBuf buffer = (ByteBuf) object;
            Source from = source;
            if (from != null) {
                from.polled.trackedElsewhere(buffer);
            }
            setAsideOfEarlier(buffer);
        }
    }

    private static void setAsideOfEarlier(ByteBuf buffer) {
        for (WeakReference<Polled<ByteBuf>> reference : EARLIER) {
            Polled<ByteBuf> earlier = reference.get();
            if (earlier != null) {
                earlier.trackedElsewhere(buffer);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- scopes

    /**
     * From now on the buffers of this event loop get Netty's wrapper. Only the wrapper can record the request that a
     * buffer carries: the buffer is allocated before the request's scope opens.
     *
     * @return ends the wrapping, once, on any thread
     */
    static Runnable wrapAllHere() {
        if (!(Thread.currentThread() instanceof FastThreadLocalThread)) {
            return () -> {};
        }
        AtomicInteger here = SCOPED_HERE.get();
        here.incrementAndGet();
        SCOPED.incrementAndGet();
        return () -> {
            here.decrementAndGet();
            SCOPED.decrementAndGet();
        };
    }

    /** Tells whether {@link #wrapAllHere} holds for this thread. */
    static boolean wrapsAllHere() {
        return SCOPED.get() > 0
                && Thread.currentThread() instanceof FastThreadLocalThread
                && SCOPED_HERE.get().get() > 0;
    }

    // ------------------------------------------------------------------------------------------------- guards

    private static synchronized @Nullable Source change(LeakGuard guard) {
        if (!Installations.OF_PROCESS.isTracking(guard)) {
            return null;
        }
        Source before = source;
        if (before != null && before.guard == guard) {
            return before;
        }
        forget();
        Source from = new Source(guard, guard.polled(NettyGuard.BYTEBUF, new ByCount()));
        source = from;
        return from;
    }

    /** Another guard tracks now, or none. */
    static synchronized void forget() {
        Source before = source;
        source = null;
        if (before != null) {
            before.polled.close();
            EARLIER.removeIf(reference -> reference.get() == null);
            EARLIER.add(new WeakReference<>(before.polled));
        }
    }

    /** The record of a buffer that is tracked by its count; null if there is none. */
    static @Nullable LeakTracker find(ByteBuf buffer) {
        Source from = source;
        LeakTracker found = from == null ? null : from.polled.find(buffer);
        for (WeakReference<Polled<ByteBuf>> reference : EARLIER) {
            Polled<ByteBuf> earlier = found == null ? reference.get() : null;
            found = earlier == null ? found : earlier.find(buffer);
        }
        return found;
    }

    /** Makes the record of each buffer that is still open. */
    static void settle() {
        Source from = source;
        if (from != null) {
            from.polled.settle();
        }
    }
}
