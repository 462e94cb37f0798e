package io.leakguard.internal.detect;

import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.internal.track.CurrentSpan;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A report. All its parts are texts or copies. Its copies share {@code delivery}. */
public record ReportImpl(
        LeakCause cause,
        ResourceKind kind,
        String description,
        @Nullable StackTraceElement siteFrame,
        String siteText,
        List<StackTraceElement> stack,
        LeakPath path,
        String lastUse,
        OfSite ofSite,
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
        @Nullable Object span,
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

    @Override
    public String traceId() {
        return CurrentSpan.traceId(span);
    }

    @Override
    public String spanId() {
        return CurrentSpan.spanId(span);
    }

    @Override
    public SpanContext spanContext() {
        return span instanceof SpanContext context ? context : SpanContext.getInvalid();
    }

    @Override
    public String pathText() {
        if (lastUse.isEmpty()) {
            return ofSite.text;
        }
        String last = "last used at " + lastUse;
        return ofSite.text.isEmpty() ? last : ofSite.text + ", " + last;
    }

    @Override
    public long siteOccurrences() {
        return Math.max(occurrences, ofSite.occurrences);
    }

    /**
     * The facts about a report's site and its other paths.
     *
     * @param text the part that distinguishes the path from them
     * @param occurrences the number of leaks on all paths
     * @param paths the number of distinguished paths
     * @param beyond whether the report's path is not one of those
     */
    public record OfSite(String text, long occurrences, int paths, boolean beyond) {
        public static final OfSite ALONE = new OfSite("", 0, 1, false);
    }

    /**
     * Rates how much the report explains: of two reports of one path the one with the higher rating helps more to fix
     * the bug.
     */
    int explains() {
        int touched = touches.isEmpty() ? 0 : 8;
        for (Touch touch : touches) {
            touched |= touch.stack().isEmpty() ? 0 : 4;
        }
        return (stack.isEmpty() ? 0 : 16) + touched + (scopes.isEmpty() ? 0 : 2) + (span != null ? 1 : 0);
    }

    ReportImpl counted(long occurrences, long sinceLastReport, OfSite of) {
        return new ReportImpl(
                cause,
                kind,
                description,
                siteFrame,
                siteText,
                stack,
                path,
                lastUse,
                of,
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
                span,
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
