package io.leakguard.internal.track;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The span in which a resource is opened, if the application has {@code opentelemetry-api}. Only this class of the
 * engine uses it: elsewhere a span's context has type {@code Object}.
 */
public final class CurrentSpan {

    private static final boolean AVAILABLE = isAvailable();

    private CurrentSpan() {}

    private static boolean isAvailable() {
        try {
            Api.current();
            return true;
        } catch (NoClassDefFoundError e) {
            String missing = String.valueOf(e.getMessage());
            if (!missing.equals("io/opentelemetry/context/Context")) {
                LoggerFactory.getLogger("io.leakguard")
                        .warn("reports will name no trace: OpenTelemetry's API is there without {}", missing);
            }
            return false;
        } catch (Throwable t) {
            LoggerFactory.getLogger("io.leakguard").warn("reports will name no trace: OpenTelemetry's API fails", t);
            return false;
        }
    }

    /** The span's context; null if there is no span, or no OpenTelemetry. */
    static @Nullable Object context() {
        return AVAILABLE ? Api.current() : null;
    }

    public static String traceId(@Nullable Object context) {
        return context == null ? "" : Api.traceId(context);
    }

    public static String spanId(@Nullable Object context) {
        return context == null ? "" : Api.spanId(context);
    }

    /** Loaded only if OpenTelemetry is present. */
    private static final class Api {
        private Api() {}

        static @Nullable Object current() {
            Span span = Span.fromContextOrNull(Context.current());
            if (span == null) {
                return null;
            }
            SpanContext context = span.getSpanContext();
            return context.isValid() ? context : null;
        }

        static String traceId(Object context) {
            return ((SpanContext) context).getTraceId();
        }

        static String spanId(Object context) {
            return ((SpanContext) context).getSpanId();
        }
    }
}
