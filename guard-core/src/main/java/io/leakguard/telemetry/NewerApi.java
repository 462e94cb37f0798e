package io.leakguard.telemetry;

import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;

/**
 * Methods of OpenTelemetry's API that came after 1.31, the oldest supported version. The code calls them and catches
 * the error, since reflection would need metadata in a native image.
 */
final class NewerApi {
    private NewerApi() {}

    /** True if the API has no such question. */
    static boolean isEnabled(Tracer tracer) {
        try {
            return tracer.isEnabled();
        } catch (NoSuchMethodError e) {
            return true;
        }
    }

    /** True if the API has no such question: durations are then measured without an SDK too. */
    static boolean isEnabled(DoubleHistogram histogram) {
        try {
            return histogram.isEnabled();
        } catch (NoSuchMethodError e) {
            return true;
        }
    }

    /** Sets an attribute if there is no other place, as in older conventions. */
    static LogRecordBuilder setEventName(LogRecordBuilder builder, String name) {
        try {
            return builder.setEventName(name);
        } catch (NoSuchMethodError e) {
            return builder.setAttribute(Names.EVENT_NAME, name);
        }
    }

    /** Does nothing if boundaries can't be advised: the SDK's own apply then. */
    static DoubleHistogramBuilder setBoundaries(DoubleHistogramBuilder builder, List<Double> boundaries) {
        try {
            return builder.setExplicitBucketBoundariesAdvice(boundaries);
        } catch (NoSuchMethodError e) {
            return builder;
        }
    }
}
