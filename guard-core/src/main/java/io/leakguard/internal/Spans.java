package io.leakguard.internal;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** Asks OpenTelemetry for the span of the current thread. */
final class Spans {
    private Spans() {}

    /** Null if there is none, or no valid one. */
    static @Nullable SpanContext current() {
        Span span = Span.fromContextOrNull(Context.current());
        if (span == null) {
            return null;
        }
        SpanContext context = span.getSpanContext();
        return context.isValid() ? context : null;
    }
}
