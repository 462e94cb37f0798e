package io.leakguard.internal.track;

import io.leakguard.ResourceKind.AtCollection;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.StackInfo;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The record of a resource that was not tracked by its holder, but seen by a hook in the class that opens it. It is
 * found by the identity of its handle in an {@link ObservedTable}, whose chains link these records directly.
 */
public final class Observed extends Tracker {

    final ObservedTable table;
    /** The handle's identity hash code. */
    final int hash;
    /**
     * The numbers of the descriptors behind it: an {@code int[]}, an {@code Integer}, or null if they are not known. A {@code
     * Long} is no descriptor, but a key of {@link Reclaimed}.
     */
    @Nullable
    volatile Object descriptors;

    /** The next record in its chain, and whether it is in one. Both under the lock of its stripe. */
    @Nullable
    Observed next;

    boolean listed;

    Observed(
            ObservedTable table,
            @Nullable Object descriptors,
            Object handle,
            ReferenceQueue<Object> collected,
            Shard shard,
            KindState kind,
            @Nullable Object description,
            @Nullable CreationStack stack,
            long openedNanos,
            Thread thread,
            @Nullable Object origin,
            @Nullable ScopeImpl scope) {
        super(
                handle,
                collected,
                shard,
                kind,
                description,
                stack,
                openedNanos,
                thread,
                handle.getClass().getName(),
                null,
                null,
                origin,
                scope);
        this.table = table;
        this.descriptors = descriptors;
        this.hash = System.identityHashCode(handle);
    }

    /** The known numbers of its descriptors. */
    public int[] descriptors() {
        Object known = descriptors;
        if (known instanceof Integer one) {
            return new int[] {one};
        }
        return known instanceof int[] some ? some.clone() : new int[0];
    }

    @Override
    public boolean close() {
        table.remove(this);
        return super.close();
    }

    void addDescriptorsTo(Set<Integer> numbers) {
        Object known = descriptors;
        if (known instanceof Integer one) {
            numbers.add(one);
        } else if (known instanceof int[] some) {
            for (int number : some) {
                numbers.add(number);
            }
        }
    }

    @Override
    public void collected() {
        table.outlives(this);
        table.remove(this);
        super.collected();
    }

    @Override
    public boolean shutDown() {
        table.remove(this);
        return super.shutDown();
    }

    /** It is a part of another resource, or nobody must close it. It counts as never opened. */
    boolean forget() {
        boolean captured = stack != null;
        int before = end(CLOSED);
        if (before < 0) {
            return false;
        }
        table.remove(this);
        shard.uncount(this, kind.index, captured);
        leaveLists();
        if (before != 0) {
            shard.registry.findings.ended(this);
        }
        clearDetails();
        return true;
    }

    @Override
    public boolean isSetApart(@Nullable StackInfo info) {
        boolean nobodys = info != null && isNobodys(info);
        if (nobodys) {
            table.setApart(this);
        }
        return nobodys;
    }

    /** Tells whether no unit of work is to end it: it ends when it is collected, as a buffer does, or it is set apart. */
    public boolean outlivesScopes() {
        return (table.endsByCollection(kind.kind) && kind.kind.atCollection() == AtCollection.CLOSED_BY_JDK)
                || isSetApart(explained());
    }

    /** What has become of it after its collection. */
    public enum Fate {
        /** It is not told of this kind. */
        UNSEEN,
        /** The JDK has not closed it yet. */
        LEFT,
        /** The JDK has closed it: seen, not inferred. */
        CLOSED
    }

    /** What was seen since it was collected. */
    public Fate fate() {
        Object key = descriptors;
        if (key == null || key instanceof int[] || !table.isReclaimSeen(kind.kind)) {
            return Fate.UNSEEN;
        }
        return table.isReclaimed(key, openedNanos) ? Fate.CLOSED : Fate.LEFT;
    }

    /** It was collected, and that is no leak: nobody was to close it, or it ends so. */
    public boolean hasEnded() {
        if (table.endsByCollection(kind.kind)) {
            closedDirectly();
            return true;
        }
        StackInfo info = explained();
        if (info != null && isNobodys(info)) {
            endedUnknown();
            return true;
        }
        table.leaked(this, info);
        return false;
    }

    private boolean isNobodys(StackInfo info) {
        return table.isNobodys(kind.kind, info.frames);
    }
}
