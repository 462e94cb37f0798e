package io.leakguard.internal.track;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.SpinLock;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.StackInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The resources that hooks in other classes have seen the process open. Each record is found by the identity of its
 * handle. Opening and closing take only the lock of one stripe. Any thread; nothing throws.
 */
public final class ObservedTable {

    private static final int STRIPES = 64;
    private static final int FIRST_BUCKETS = 16;

    private static final class Stripe extends SpinLock {
        @Nullable
        Observed[] buckets = new Observed[FIRST_BUCKETS];

        int size;
    }

    /** Decides who owns a resource, on the guard's threads. */
    public interface Owners {

        /**
         * Decides by its creation stack that the application need not close a resource. The resource is then counted
         * {@linkplain #apart() apart}, and never reported.
         */
        boolean isNobodys(ResourceKind kind, List<StackTraceElement> frames);

        /** Whether resources of a kind end by their collection only, which is no leak. */
        boolean endsByCollection(ResourceKind kind);

        /** A resource was collected without being closed. From now on nobody can close it. */
        void leaked(ResourceKind kind, String description, String siteText, int[] descriptors);

        /** The resource behind a descriptor was set apart. */
        void setApart(ResourceKind kind, int descriptor);

        /** Whether {@link #reclaimed} is called when the JDK closes a collected resource of a kind. */
        boolean isReclaimSeen(ResourceKind kind);
    }

    private final Admission admission;
    private final Kinds kinds;
    private final Failures failures;
    private final Owners owners;
    private final Stripe[] stripes = new Stripe[STRIPES];
    private final AtomicLong apart = new AtomicLong();
    /** Descriptors of records that are gone while the descriptor may be open: the JVM's own, and what was collected. */
    private final Set<Integer> outlived = ConcurrentHashMap.newKeySet();

    private final Reclaimed reclaimed = new Reclaimed();

    public ObservedTable(Admission admission, Kinds kinds, Failures failures, Owners owners) {
        this.admission = admission;
        this.kinds = kinds;
        this.failures = failures;
        this.owners = owners;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /**
     * A resource was opened by the caller's caller.
     *
     * @param descriptors the numbers of its descriptors: an {@code int[]}, an {@code Integer}, or null; or a {@code Long}
     *     by which {@link #reclaimed} tells of it
     * @return false if the guard is closed
     */
    public boolean opened(
            Object handle, ResourceKind kind, @Nullable Object description, @Nullable Object descriptors) {
        if (admission.isClosed()) {
            return false;
        }
        try {
            long now = admission.openingNanos();
            KindState state = kinds.of(kind);
            CreationStack stack = state.admit(now, admission.isPeak()) ? new CreationStack() : null;
            admission.observe(this, descriptors, handle, state, description, stack, now);
        } catch (Throwable t) {
            failures.internal("recording what was opened", t);
        }
        return true;
    }

    /**
     * Takes over a record of another guard.
     *
     * @param ageNanos how long ago it was opened
     *     its creation stack; empty if unknown
     * @return false if this guard is closed
     */
    public boolean adopt(
            Object handle,
            ResourceKind kind,
            @Nullable Object description,
            @Nullable Object descriptors,
            long ageNanos,
            String threadName,
            long threadId,
            StackTraceElement[] stack) {
        if (admission.isClosed()) {
            return false;
        }
        try {
            CreationStack captured = null;
            if (stack.length > 0) {
                Throwable before = new Throwable(null, null, false, true) {};
                before.setStackTrace(stack);
                captured = CreationStack.of(before);
            }
            long opened = admission.openingNanos() - ageNanos;
            LeakTracker made =
                    admission.observe(this, descriptors, handle, kinds.of(kind), description, captured, opened);
            if (made instanceof Observed record) {
                record.threadName = threadName;
                record.threadId = threadId;
            }
        } catch (Throwable t) {
            failures.internal("taking over what was opened", t);
        }
        return true;
    }

    /**
     * Gives a record away for another guard to {@link #adopt}: description, descriptors, age, thread's name and id,
     * stack.
     *
     * null if the handle is unknown, or nobody must close it
     */
    public Object @Nullable [] release(Object handle) {
        try {
            Observed record = find(handle);
            if (record == null || record.isSetApart(record.explained())) {
                return null;
            }
            StackInfo info = record.explained();
            @Nullable
            Object[] data = {
                record.kind(),
                text(record),
                record.descriptors,
                record.age().toNanos(),
                record.threadName,
                record.threadId,
                info == null ? new StackTraceElement[0] : info.frames.toArray(new StackTraceElement[0])
            };
            return record.forget() ? data : null;
        } catch (Throwable t) {
            failures.internal("giving a resource away", t);
            return null;
        }
    }

    /** From now on nobody reports ends. Open resources count as never opened. Returns their number. */
    public int forgetAll() {
        List<Observed> all = new ArrayList<>();
        forEach(all::add);
        all.forEach(Observed::forget);
        return all.size();
    }

    /**
     * The application has begun to close a resource.
     *
     * @return true if it was known and open
     */
    public boolean closed(Object handle) {
        try {
            Observed record = take(handle);
            return record != null && record.close();
        } catch (Throwable t) {
            failures.internal("recording what was closed", t);
            return false;
        }
    }

    /**
     * A resource turns out to be a part of another one. It counts as never opened by itself.
     *
     * @return true if it was known and open
     */
    public boolean forget(Object handle) {
        try {
            Observed record = take(handle);
            return record != null && record.forget();
        } catch (Throwable t) {
            failures.internal("forgetting a part", t);
            return false;
        }
    }

    /** Sets a description that is known only after the opening. */
    public void describe(Object handle, Object description) {
        try {
            Observed record = find(handle);
            if (record != null) {
                record.description = description;
            }
        } catch (Throwable t) {
            failures.internal("describing a resource", t);
        }
    }

    /** Sets a descriptor that is known only after the opening. */
    public void descriptor(Object handle, Integer number) {
        try {
            Observed record = find(handle);
            if (record != null) {
                record.descriptors = number;
            }
        } catch (Throwable t) {
            failures.internal("describing a resource", t);
        }
    }

    /**
     * The JDK closes a resource that was collected.
     *
     * @param key its descriptor, an {@code Integer}, or the {@code Long} that it was opened with
     */
    public void reclaimed(Object key) {
        try {
            reclaimed.add(key, admission.registry.clock.nanos());
        } catch (Throwable t) {
            failures.internal("what the JDK has closed", t);
        }
    }

    boolean isReclaimSeen(ResourceKind kind) {
        return owners.isReclaimSeen(kind);
    }

    /** Whether the JDK has closed what was opened then, or something later that had the same number. */
    boolean isReclaimed(Object key, long openedNanos) {
        return reclaimed.isSince(key, openedNanos);
    }

    /** How many resources were told apart as nobody's to close. */
    public long apart() {
        return apart.get();
    }

    /** The record of a handle that is open; null if there is none. */
    public @Nullable Observed known(Object handle) {
        return find(handle);
    }

    /**
     * Which of the process's descriptors this table has or had a record of. The others of them were opened where no hook looks.
     *
     * @param open the numbers of those that are open now
     */
    public Set<Integer> seenOf(Set<Integer> open) {
        outlived.retainAll(open);
        Set<Integer> seen = new HashSet<>(outlived);
        forEach(record -> record.addDescriptorsTo(seen));
        return seen;
    }

    /** Under the locks of the table: the action may take none, and may not change the table. */
    private void forEach(Consumer<Observed> action) {
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                for (Observed first : stripe.buckets) {
                    for (Observed record = first; record != null; record = record.next) {
                        action.accept(record);
                    }
                }
            } finally {
                stripe.unlock();
            }
        }
    }

    /** A record goes, and its descriptor may stay. */
    void outlives(Observed record) {
        record.addDescriptorsTo(outlived);
    }

    /** Of a resource that a hook has seen, whose description calls no code of the application. */
    private static @Nullable Object text(Observed record) {
        Object description = record.description;
        return description instanceof Supplier<?> text ? text.get() : description;
    }

    void leaked(Observed record, @Nullable StackInfo info) {
        owners.leaked(
                record.kind(),
                text(record) instanceof String text ? text : "",
                info == null ? "an unknown line" : info.siteText,
                record.descriptors());
    }

    boolean isNobodys(ResourceKind kind, List<StackTraceElement> frames) {
        return owners.isNobodys(kind, frames);
    }

    boolean endsByCollection(ResourceKind kind) {
        return owners.endsByCollection(kind);
    }

    void setApart(Observed record) {
        outlives(record);
        if (record.forget()) {
            apart.incrementAndGet();
            for (int descriptor : record.descriptors()) {
                owners.setApart(record.kind(), descriptor);
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- the table

    private Stripe stripe(int hash) {
        return stripes[(hash * 0x9E3779B9) >>> 26];
    }

    private static int bucket(int hash, int buckets) {
        return hash & (buckets - 1);
    }

    void put(Observed record) {
        Stripe stripe = stripe(record.hash);
        stripe.lock();
        try {
            if (stripe.size > 2 * stripe.buckets.length) {
                grow(stripe);
            }
            int at = bucket(record.hash, stripe.buckets.length);
            record.next = stripe.buckets[at];
            record.listed = true;
            stripe.buckets[at] = record;
            stripe.size++;
        } finally {
            stripe.unlock();
        }
    }

    private static void grow(Stripe stripe) {
        @Nullable Observed[] before = stripe.buckets;
        @Nullable Observed[] more;
        try {
            more = new Observed[before.length * 4];
        } catch (OutOfMemoryError e) {
            return; // the chains get longer then
        }
        for (Observed first : before) {
            Observed record = first;
            while (record != null) {
                Observed following = record.next;
                int at = bucket(record.hash, more.length);
                record.next = more[at];
                more[at] = record;
                record = following;
            }
        }
        stripe.buckets = more;
    }

    /** Removes and returns the record of a handle; null if there is none. */
    private @Nullable Observed take(Object handle) {
        int hash = System.identityHashCode(handle);
        Stripe stripe = stripe(hash);
        stripe.lock();
        try {
            int at = bucket(hash, stripe.buckets.length);
            Observed before = null;
            for (Observed record = stripe.buckets[at]; record != null; record = record.next) {
                if (record.hash == hash && record.refersTo(handle)) {
                    unlink(stripe, at, before, record);
                    return record;
                }
                before = record;
            }
            return null;
        } finally {
            stripe.unlock();
        }
    }

    private @Nullable Observed find(Object handle) {
        int hash = System.identityHashCode(handle);
        Stripe stripe = stripe(hash);
        stripe.lock();
        try {
            Observed record = stripe.buckets[bucket(hash, stripe.buckets.length)];
            while (record != null && !(record.hash == hash && record.refersTo(handle))) {
                record = record.next;
            }
            return record;
        } finally {
            stripe.unlock();
        }
    }

    void remove(Observed record) {
        Stripe stripe = stripe(record.hash);
        stripe.lock();
        try {
            if (!record.listed) {
                return;
            }
            int at = bucket(record.hash, stripe.buckets.length);
            Observed before = null;
            Observed one = stripe.buckets[at];
            while (one != null && one != record) {
                before = one;
                one = one.next;
            }
            if (one != null) {
                unlink(stripe, at, before, one);
            }
        } finally {
            stripe.unlock();
        }
    }

    private static void unlink(Stripe stripe, int at, @Nullable Observed before, Observed record) {
        if (before == null) {
            stripe.buckets[at] = record.next;
        } else {
            before.next = record.next;
        }
        record.next = null;
        record.listed = false;
        stripe.size--;
    }
}
