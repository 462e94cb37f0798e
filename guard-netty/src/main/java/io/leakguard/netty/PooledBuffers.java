package io.leakguard.netty;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.PooledTracker;
import io.leakguard.RecentResources;
import io.leakguard.adapter.ResourceProbe;
import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of Netty's pools that a guard tracks by their reference counts: Netty puts no wrapper around them, so they
 * cost next to nothing. Netty hands the same objects out again and again, so each has its entry here, as long as it lives.
 *
 * <p>Since 4.2 a buffer's reference count is an object of its own, which can be asked when the buffer is no more. Where it
 * can't be read (Netty 4.1; named modules), all buffers are put into Netty's wrapper.
 *
 * <p>An entry is used by whoever has the buffer out of its pool, and the pool is what orders those; and, with the lock, by
 * whoever looks at what was {@linkplain RecentBuffers allocated lately}. Entries are looked for without a lock.
 */
final class PooledBuffers {

    /** A power of two. */
    private static final int BUCKETS = 2_048;
    /** More buffers than this are put into the wrapper, as are those of threads whose buffers Netty doesn't keep. */
    private static final int PER_BUCKET = 4;

    private static final @Nullable PooledBuffers INSTANCE = Counts.FIELD == null ? null : new PooledBuffers();

    private final AtomicReferenceArray<@Nullable Entry> buckets = new AtomicReferenceArray<>(BUCKETS);
    /** Nothing was ever added: there is nothing to look for. */
    private volatile boolean used;

    private PooledBuffers() {}

    /** Null if reference counts can't be read. */
    static @Nullable PooledBuffers instance() {
        return INSTANCE;
    }

    private static final class Entry implements ResourceProbe, Supplier<String> {
        private static final VarHandle TRACKER = own("tracker", PooledTracker.class);
        private static final VarHandle GUARD = own("guard", LeakGuard.class);

        private final Class<?> type;
        private final Object count;
        private int capacity;

        /** Written before the tracker, and read after it: a tracker of this guard, or of the one before. */
        private volatile @Nullable LeakGuard guard;
        /** Null once its guard tracks no more: the entry is of no use. */
        private volatile @Nullable PooledTracker tracker;

        private volatile @Nullable Entry next;

        Entry(ByteBuf buffer, LeakGuard guard) {
            this.type = buffer.getClass();
            this.count = Counts.countOf(buffer);
            this.capacity = buffer.capacity();
            this.guard = guard;
        }

        private static VarHandle own(String field, Class<?> type) {
            try {
                return MethodHandles.lookup().findVarHandle(Entry.class, field, type);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        boolean isOf(Object buffer) {
            PooledTracker t = tracker;
            return t != null && t.isOf(buffer);
        }

        boolean isGone() {
            PooledTracker t = tracker;
            return t == null || t.isGone();
        }

        /**
         * Lets go of a guard, so that it can be collected, unless the buffer is out: then the next to hand it out does.
         * Somebody may be handing it out now; whoever finds that its tracker was taken away has it tracked otherwise.
         */
        void forget(LeakGuard before) {
            PooledTracker t = tracker;
            if (t == null || guard != before || !TRACKER.compareAndSet(this, t, null)) {
                return;
            }
            if (t.isOpen()) {
                TRACKER.compareAndSet(this, null, t);
            } else {
                t.close();
                GUARD.compareAndSet(this, before, null);
            }
        }

        @Override
        public boolean isOpen() throws Exception {
            return Counts.of(count) > 0;
        }

        @Override
        public void close() {}

        @Override
        public String get() {
            return NettyTracker.text(type, capacity);
        }
    }

    /**
     * Tracks a buffer that was just allocated by its reference count, if it is one of a pool and the guard need not know
     * more of it. Null if it is to be put into the wrapper.
     */
    @Nullable
    PooledTracker track(LeakGuard guard, Object object) {
        if (!isKept(object)) {
            return null;
        }
        int bucket = bucket(object);
        int others = 0;
        boolean room = false;
        for (Entry e = buckets.get(bucket); e != null; e = e.next) {
            if (e.isOf(object)) {
                return handedOut(e, guard, (ByteBuf) object);
            }
            others++;
            room |= e.isGone();
        }
        return room || others < PER_BUCKET ? add(guard, (ByteBuf) object, bucket) : null;
    }

    private static @Nullable PooledTracker handedOut(Entry e, LeakGuard guard, ByteBuf buffer) {
        PooledTracker tracker = e.tracker;
        if (tracker == null) {
            return null;
        }
        if (e.guard != guard) {
            return change(e, tracker, guard, buffer);
        }
        int capacity = buffer.capacity();
        if (e.capacity != capacity) {
            e.capacity = capacity;
        }
        if (!tracker.handedOut(buffer)) {
            return null;
        }
        if (e.tracker != tracker) {
            tracker.close(); // its guard has just ended: nobody would tell it of the next time
            return null;
        }
        return tracker;
    }

    /** The guard that tracks is another one now. */
    private static @Nullable PooledTracker change(Entry e, PooledTracker before, LeakGuard guard, ByteBuf buffer) {
        before.close();
        return keep(e, guard, buffer, guard.trackPooled(buffer, NettyGuard.BYTEBUF, e, e));
    }

    private static @Nullable PooledTracker keep(
            Entry e, LeakGuard guard, ByteBuf buffer, @Nullable PooledTracker tracker) {
        if (tracker != null) {
            e.capacity = buffer.capacity();
            e.guard = guard;
            e.tracker = tracker;
        }
        return tracker;
    }

    private synchronized @Nullable PooledTracker add(LeakGuard guard, ByteBuf buffer, int bucket) {
        Entry e = entry(buffer, bucket);
        if (e != null) { // one that was opened a moment ago was found meanwhile
            return handedOut(e, guard, buffer);
        }
        Entry added = new Entry(buffer, guard);
        PooledTracker tracker = guard.trackPooled(buffer, NettyGuard.BYTEBUF, added, added);
        if (tracker != null) {
            added.tracker = tracker;
            add(added, bucket);
        }
        return tracker;
    }

    private void add(Entry added, int bucket) {
        used = true;
        drop(bucket);
        added.next = buckets.get(bucket);
        buckets.set(bucket, added);
    }

    private @Nullable Entry entry(Object buffer, int bucket) {
        for (Entry e = buckets.get(bucket); e != null; e = e.next) {
            if (e.isOf(buffer)) {
                return e;
            }
        }
        return null;
    }

    /** Tells a guard which of the buffers that were {@linkplain RecentBuffers allocated lately} are out. */
    RecentResources.Owner of(LeakGuard guard) {
        return new RecentResources.Owner() {
            @Override
            public boolean isOpen(Object handle) {
                return ((AbstractReferenceCountedByteBuf) handle).refCnt() > 0;
            }

            @Override
            public boolean keep(Object handle, RecentResources.Opening opening) {
                return PooledBuffers.this.keep(guard, (ByteBuf) handle, opening);
            }
        };
    }

    private synchronized boolean keep(LeakGuard guard, ByteBuf buffer, RecentResources.Opening opening) {
        int bucket = bucket(buffer);
        Entry e = entry(buffer, bucket);
        PooledTracker before = e == null ? null : e.tracker;
        if (e != null && before != null && e.guard == guard) {
            e.capacity = buffer.capacity();
            return before.handedOut(buffer, opening);
        }
        if (before != null) {
            before.close(); // of the guard before
        }
        Entry its = e == null ? new Entry(buffer, guard) : e;
        Object description = buffer instanceof CompositeByteBuf
                ? new WholeTracker<>(buffer, Contents.COMPONENTS, buffer.capacity(), null, Accesses.NONE)
                : its;
        PooledTracker tracker =
                keep(its, guard, buffer, guard.trackPooled(buffer, NettyGuard.BYTEBUF, description, its, opening));
        if (tracker != null && e == null) {
            add(its, bucket);
        }
        return tracker != null;
    }

    /** Takes those out whose buffers are no more. Who is at one of them meanwhile goes on from there along the chain. */
    private void drop(int bucket) {
        Entry before = null;
        for (Entry e = buckets.get(bucket); e != null; e = e.next) {
            if (!e.isGone()) {
                before = e;
            } else if (before == null) {
                buckets.set(bucket, e.next);
            } else {
                before.next = e.next;
            }
        }
    }

    /** A guard tracks no more. */
    void forget(LeakGuard guard) {
        for (int i = 0; i < BUCKETS; i++) {
            for (Entry e = buckets.get(i); e != null; e = e.next) {
                e.forget(guard);
            }
        }
    }

    /**
     * Tells whether Netty may hand out the same object again, to a buffer that is allocated now. Since 4.2 it keeps those of
     * the pooled allocator for threads such as its event loops' alone; of others each is a new object.
     */
    private static boolean isKept(Object object) {
        return Counts.ADAPTIVE.isInstance(object)
                || (Counts.POOLED.isInstance(object) && Thread.currentThread() instanceof FastThreadLocalThread);
    }

    /** From now on something else tracks a buffer that was just allocated, or nothing does. */
    void setAside(Object object) {
        if (isKept(object)) {
            RecentBuffers.otherwise(object);
            LeakTracker tracker = find(object);
            if (tracker != null) {
                tracker.close();
            }
        }
    }

    /** What tracks a buffer by its count; null if nothing does. */
    @Nullable
    LeakTracker find(Object object) {
        Entry e = used ? entry(object, bucket(object)) : null;
        return e == null ? null : e.tracker;
    }

    private static int bucket(Object object) {
        return System.identityHashCode(object) & (BUCKETS - 1);
    }

    /** Netty's reference counts, which are private; FIELD is null if they can't be read. */
    private static final class Counts {
        static final Class<?> POOLED = Contents.find(Contents.BUFFER + "PooledByteBuf");
        static final Class<?> ADAPTIVE = Contents.find(Contents.BUFFER + "AdaptivePoolingAllocator$AdaptiveByteBuf");
        private static final Class<?> COUNT = Contents.find("io.netty.util.internal.RefCnt");

        private static final @Nullable MethodHandle READ = reader();
        static final @Nullable VarHandle FIELD =
                tested(READ == null ? null : Contents.field(AbstractReferenceCountedByteBuf.class, "refCnt", COUNT));

        private static @Nullable MethodHandle reader() {
            try {
                return MethodHandles.publicLookup()
                        .findStatic(COUNT, "refCnt", MethodType.methodType(int.class, COUNT))
                        .asType(MethodType.methodType(int.class, Object.class));
            } catch (ReflectiveOperationException | LinkageError e) {
                return null; // Netty 4.1, or one that has changed
            }
        }

        /** A Netty that has changed may use the same names for something else. */
        private static @Nullable VarHandle tested(@Nullable VarHandle field) {
            if (field == null) {
                return null;
            }
            try {
                ByteBuf buffer = Unpooled.buffer(1); // nobody tracks a plain byte array
                Object count = field.get((AbstractReferenceCountedByteBuf) buffer);
                int first = of(count);
                buffer.retain();
                int second = of(count);
                buffer.release(2);
                return first == 1 && second == 2 && of(count) == 0 ? field : null;
            } catch (Throwable t) {
                return null;
            }
        }

        static Object countOf(ByteBuf buffer) {
            return Objects.requireNonNull(FIELD).get((AbstractReferenceCountedByteBuf) buffer);
        }

        static int of(Object count) throws Exception {
            try {
                return (int) Objects.requireNonNull(READ).invokeExact(count);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
        }
    }
}
