package io.leakguard.internal;

import io.leakguard.RecentResources;
import org.jspecify.annotations.Nullable;

/** How a resource was opened, of which a record is made only later. */
final class Opened implements RecentResources.Opening {
    final long nanos;
    final Thread thread;
    final @Nullable Object origin;
    final @Nullable CreationStack stack;

    Opened(long nanos, Thread thread, @Nullable Object origin, @Nullable CreationStack stack) {
        this.nanos = nanos;
        this.thread = thread;
        this.origin = origin;
        this.stack = stack;
    }
}
