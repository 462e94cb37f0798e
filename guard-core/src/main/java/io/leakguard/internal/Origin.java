package io.leakguard.internal;

import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

/** The span and what context providers captured, for the few guards that have any: others keep the span alone. */
final class Origin {
    final @Nullable SpanContext span;
    final @Nullable Object[] captured;

    Origin(@Nullable SpanContext span, @Nullable Object[] captured) {
        this.span = span;
        this.captured = captured;
    }
}
