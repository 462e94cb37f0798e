package io.leakguard.internal;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A report; everything in it is text or a copy. {@code delivery} is shared by its copies. */
record ReportImpl(
        LeakCause cause,
        ResourceKind kind,
        String description,
        @Nullable StackTraceElement siteFrame,
        String siteText,
        List<StackTraceElement> stack,
        long occurrences,
        long sinceLastReport,
        String threadName,
        long threadId,
        List<StackTraceElement> threadStackNow,
        Instant openedAt,
        Instant detectedAt,
        Duration openFor,
        List<String> scopes,
        Map<String, String> attributes,
        SpanContext spanContext,
        List<Touch> touches,
        long touchCount,
        List<Child> children,
        long childCount,
        String outcome,
        String detail,
        Delivery delivery)
        implements LeakReport {

    @Override
    public Optional<StackTraceElement> site() {
        return Optional.ofNullable(siteFrame);
    }

    ReportImpl counted(long occurrences, long sinceLastReport) {
        return new ReportImpl(
                cause,
                kind,
                description,
                siteFrame,
                siteText,
                stack,
                occurrences,
                sinceLastReport,
                threadName,
                threadId,
                threadStackNow,
                openedAt,
                detectedAt,
                openFor,
                scopes,
                attributes,
                spanContext,
                touches,
                touchCount,
                children,
                childCount,
                outcome,
                detail,
                delivery);
    }

    @Override
    public String toText() {
        return ReportText.render(this);
    }

    @Override
    public String toString() {
        return toText();
    }
}
