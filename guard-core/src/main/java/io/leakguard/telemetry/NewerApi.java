package io.leakguard.telemetry;

import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;

/**
 * What OpenTelemetry's API has had only since some version after 1.31, the oldest that is supported. It is tried, since
 * reflection would need to be told to a native image.
 */
final class NewerApi {
    private NewerApi() {}

    /** True where it can't be asked. */
    static boolean isEnabled(Tracer tracer) {
        try {
            return tracer.isEnabled();
        } catch (NoSuchMethodError e) {
            return true;
        }
    }

    /** True where it can't be asked: durations are then measured without an SDK too. */
    static boolean isEnabled(DoubleHistogram histogram) {
        try {
            return histogram.isEnabled();
        } catch (NoSuchMethodError e) {
            return true;
        }
    }

    /** As an attribute where there is no other place, as older conventions had it. */
    static LogRecordBuilder setEventName(LogRecordBuilder builder, String name) {
        try {
            return builder.setEventName(name);
        } catch (NoSuchMethodError e) {
            return builder.setAttribute(Names.EVENT_NAME, name);
        }
    }

    /** The SDK's own boundaries where they can't be advised. */
    static DoubleHistogramBuilder setBoundaries(DoubleHistogramBuilder builder, List<Double> boundaries) {
        try {
            return builder.setExplicitBucketBoundariesAdvice(boundaries);
        } catch (NoSuchMethodError e) {
            return builder;
        }
    }
}
