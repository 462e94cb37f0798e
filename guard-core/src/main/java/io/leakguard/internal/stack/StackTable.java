package io.leakguard.internal.stack;

import io.leakguard.internal.base.BoundedMap;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creation stacks as elements with their sites. Equal stacks share one {@link StackInfo}. Any thread. */
public final class StackTable {

    private record Key(List<StackTraceElement> frames, String handleClass) {
        // By hand: the methods of a record are linked at their first use, and a full heap can make that fail for ever.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && handleClass.equals(k.handleClass) && frames.equals(k.frames);
        }

        @Override
        public int hashCode() {
            return 31 * frames.hashCode() + handleClass.hashCode();
        }
    }

    private final SiteFinder siteFinder;
    private final int capacity;
    /** Made at the first use: loading a cache's classes takes longer than the rest of a guard's start. */
    private volatile @Nullable BoundedMap<Key, StackInfo> stacks;

    public StackTable(SiteFinder siteFinder, int capacity) {
        this.siteFinder = siteFinder;
        this.capacity = capacity;
    }

    public StackInfo explain(CreationStack stack, String handleClass) {
        StackTraceElement[] raw = stack.getStackTrace();
        return stacks().get(new Key(Arrays.asList(raw), handleClass), key -> siteFinder.explain(raw, handleClass));
    }

    /** Tells whether a frame may be blamed: it is the application's, and not the guard's. */
    public boolean isBlamable(StackTraceElement frame) {
        return siteFinder.isBlamable(frame);
    }

    private BoundedMap<Key, StackInfo> stacks() {
        BoundedMap<Key, StackInfo> made = stacks;
        if (made == null) {
            synchronized (this) {
                made = stacks;
                if (made == null) {
                    made = stacks = BoundedMap.of(capacity, gone -> {});
                }
            }
        }
        return made;
    }
}
