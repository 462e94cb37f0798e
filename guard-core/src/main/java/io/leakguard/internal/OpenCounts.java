package io.leakguard.internal;

import io.leakguard.ResourceKind;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many resources of one kind and one site have been open for a while, and whether that keeps growing. */
final class OpenCounts {
    final ResourceKind kind;
    final @Nullable StackInfo exemplar;
    final AtomicLong open = new AtomicLong();

    // The reporter's thread only.
    @Nullable
    TrendTest trend;

    boolean alarmed;

    /** Of objects of pools, as of the last sample. */
    long ofPools;

    /** On the reporter's thread. */
    long count() {
        return open.get() + ofPools;
    }

    OpenCounts(ResourceKind kind, @Nullable StackInfo exemplar) {
        this.kind = kind;
        this.exemplar = exemplar;
    }
}
