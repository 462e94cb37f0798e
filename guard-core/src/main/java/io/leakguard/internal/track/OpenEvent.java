package io.leakguard.internal.track;

import io.leakguard.RecentResources;
import io.leakguard.internal.stack.CreationStack;
import org.jspecify.annotations.Nullable;

/** How a resource was opened, of which a record is made only later. */
public final class OpenEvent implements RecentResources.Opening {
    final long nanos;
    final Thread thread;
    final @Nullable Object origin;
    final @Nullable CreationStack stack;

    public OpenEvent(long nanos, Thread thread, @Nullable Object origin, @Nullable CreationStack stack) {
        this.nanos = nanos;
        this.thread = thread;
        this.origin = origin;
        this.stack = stack;
    }
}
