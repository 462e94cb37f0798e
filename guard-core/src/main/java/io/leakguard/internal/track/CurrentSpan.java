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

    /** Where the API came only after this class. */
    private static volatile boolean isLate;

    private CurrentSpan() {}

    /** Looks again, where a class loader has got the API only now. */
    public static void lookAgain() {
        isLate = !AVAILABLE && isAvailable();
    }

    private static boolean isAvailable() {
        try {
            // A class that was linked in vain once stays so.
            Class.forName("io.opentelemetry.context.Context", false, CurrentSpan.class.getClassLoader());
            Api.current();
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        } catch (NoClassDefFoundError e) {
            LoggerFactory.getLogger("io.leakguard")
                    .warn("reports will name no trace: OpenTelemetry's API is there without {}", e.getMessage());
            return false;
        } catch (Throwable t) {
            LoggerFactory.getLogger("io.leakguard").warn("reports will name no trace: OpenTelemetry's API fails", t);
            return false;
        }
    }

    /** The span's context; null if there is no span, or no OpenTelemetry. */
    static @Nullable Object context() {
        return AVAILABLE || isLate ? Api.current() : null;
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
