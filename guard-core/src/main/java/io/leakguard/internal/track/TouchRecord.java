package io.leakguard.internal.track;

import io.leakguard.internal.stack.CreationStack;
import org.jspecify.annotations.Nullable;

/** A touch as it was made. Only a report turns it into text. */
public record TouchRecord(
        @Nullable Object hint,
        String threadName,
        long nanos,
        @Nullable CreationStack stack) {}
