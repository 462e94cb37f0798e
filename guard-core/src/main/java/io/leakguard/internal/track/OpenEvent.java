package io.leakguard.internal.track;

import io.leakguard.internal.stack.CreationStack;
import org.jspecify.annotations.Nullable;

/** The opening of a polled object, whose record is made only later. */
record OpenEvent(
        long nanos,
        Thread thread,
        @Nullable Object origin,
        @Nullable CreationStack stack) {}
