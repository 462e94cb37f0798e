package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.RecentResources;
import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What this thread has allocated a moment ago: most buffers are released within a request, and then the guard has nothing to
 * do with them but to count. Of threads such as event loops, on Netty 4.2, where reference counts can be read.
 */
final class RecentBuffers {

    private static final FastThreadLocal<RecentBuffers> HERE = new FastThreadLocal<>() {
        @Override
        protected RecentBuffers initialValue() {
            return new RecentBuffers();
        }

        @Override
        protected void onRemoval(RecentBuffers value) {
            RecentResources.OfThread its = value.its;
            if (its != null) {
                its.end();
            }
        }
    };

    /** Of the guard that tracks. */
    private static volatile @Nullable Source source;

    private record Source(LeakGuard guard, RecentResources resources) {}

    /** What this thread tells; null if nothing does at the moment. Written after the source it belongs to. */
    private volatile RecentResources.@Nullable OfThread its;

    private volatile @Nullable Source of;

    /** How many channels of this event loop name the request that a buffer carries. */
    private final AtomicInteger scoped = new AtomicInteger();

    private RecentBuffers() {}

    /**
     * From now on the buffers of this event loop are put into Netty's wrapper, which alone can say what a buffer carries: those
     * that a request is read into are there before its scope.
     *
     * @return ends that, on any thread
     */
    static Runnable wrapAllHere() {
        if (!(Thread.currentThread() instanceof FastThreadLocalThread)) {
            return () -> {}; // whose buffers are wrapped, or known by their counts
        }
        AtomicInteger here = HERE.get().scoped;
        here.incrementAndGet();
        return here::decrementAndGet;
    }

    /** Tells whether that was asked for on this thread. */
    static boolean wrapsAllHere() {
        return Thread.currentThread() instanceof FastThreadLocalThread
                && HERE.get().scoped.get() > 0;
    }

    /** False if it is not known yet whether it can be tracked so; then the others have to be asked. */
    static boolean trackQuickly(Object buffer) {
        if (!isFor(buffer)) {
            return false;
        }
        RecentBuffers here = HERE.get();
        RecentResources.OfThread its = here.its;
        return its != null && here.of == source && here.scoped.get() == 0 && its.openedAtPeak(buffer);
    }

    private static boolean isFor(Object buffer) {
        return PooledBuffers.instance() != null
                && Thread.currentThread() instanceof FastThreadLocalThread
                && buffer instanceof AbstractReferenceCountedByteBuf;
    }

    /** What this thread tells of its buffers; null if it is to be tracked otherwise. */
    static RecentResources.@Nullable OfThread of(LeakGuard guard, Object buffer) {
        if (!isFor(buffer)) {
            return null;
        }
        Source from = source;
        if (from == null || from.guard != guard) {
            from = change(guard);
            if (from == null) {
                return null;
            }
        }
        RecentBuffers here = HERE.get();
        RecentResources.OfThread its = here.its;
        if (its == null || here.of != from) {
            here.forgetIts();
            its = from.resources.ofThisThread(here::forgetIts);
            here.of = from;
            here.its = its;
            if (source != from) {
                here.forgetIts(); // it may have been ended before this was there, and a guard would be held
            }
        }
        return its;
    }

    private void forgetIts() {
        its = null;
        of = null;
    }

    private static synchronized @Nullable Source change(LeakGuard guard) {
        Source before = source;
        PooledBuffers pooled = PooledBuffers.instance();
        if (pooled == null || !Detection.isTracking(guard)) {
            return null;
        }
        if (before != null && before.guard == guard) {
            return before;
        }
        forget();
        RecentResources resources = guard.trackRecent(NettyGuard.BYTEBUF, pooled.of(guard));
        Source from = resources == null ? null : new Source(guard, resources);
        source = from;
        return from;
    }

    /** Another guard tracks now, or none. */
    static synchronized void forget() {
        Source before = source;
        source = null;
        if (before != null) {
            before.resources.close();
        }
    }

    /** Something else tracks a buffer now. */
    static void otherwise(Object buffer) {
        Source from = source;
        if (from != null) {
            from.resources.otherwise(buffer);
        }
    }

    /** All that is still open gets its record. */
    static void settle() {
        Source from = source;
        if (from != null) {
            from.resources.settle();
        }
    }
}
