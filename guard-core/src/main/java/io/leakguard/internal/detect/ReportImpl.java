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
    public String heldBy() {
        return delivery.heldBy;
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
        return new Builder(this).counts(occurrences, sinceLastReport, of).build();
    }

    @Override
    public String toText() {
        return ReportText.render(this);
    }

    @Override
    public String toString() {
        return toText();
    }

    /** Collects the parts of a report, group by group. A part that isn't set is empty. For one thread. */
    public static final class Builder {
        private final LeakCause cause;
        private final ResourceKind kind;
        private final String description;
        private @Nullable StackTraceElement siteFrame;
        private String siteText = "";
        private List<StackTraceElement> stack = List.of();
        private LeakPath path = LeakPath.UNKNOWN;
        private String lastUse = "";
        private OfSite ofSite = OfSite.ALONE;
        private long occurrences = 1;
        private long sinceLastReport = 1;
        private String threadName = "";
        private long threadId;
        private List<StackTraceElement> threadStackNow = List.of();
        private Instant openedAt = Instant.EPOCH;
        private Instant detectedAt = Instant.EPOCH;
        private Duration openFor = Duration.ZERO;
        private List<String> scopes = List.of();
        private Map<String, String> attributes = Map.of();
        private @Nullable Object span;
        private List<Touch> touches = List.of();
        private long touchCount;
        private List<Child> children = List.of();
        private long childCount;
        private String outcome = "";
        private String detail = "";
        private Delivery delivery = new Delivery();

        public Builder(LeakCause cause, ResourceKind kind, String description) {
            this.cause = cause;
            this.kind = kind;
            this.description = description;
        }

        private Builder(ReportImpl report) {
            this(report.cause, report.kind, report.description);
            site(report.siteFrame, report.siteText, report.stack);
            path(report.path, report.lastUse);
            counts(report.occurrences, report.sinceLastReport, report.ofSite);
            thread(report.threadName, report.threadId, report.threadStackNow);
            times(report.openedAt, report.detectedAt, report.openFor);
            scope(report.scopes, report.attributes, report.span);
            touches(report.touches, report.touchCount);
            children(report.children, report.childCount);
            outcome(report.outcome, report.detail);
            delivery = report.delivery;
        }

        public Builder site(@Nullable StackTraceElement frame, String text, List<StackTraceElement> creationStack) {
            siteFrame = frame;
            siteText = text;
            stack = creationStack;
            return this;
        }

        public Builder path(LeakPath leakPath, String lastUsedAt) {
            path = leakPath;
            lastUse = lastUsedAt;
            return this;
        }

        public Builder counts(long all, long sinceLast, OfSite site) {
            occurrences = all;
            sinceLastReport = sinceLast;
            ofSite = site;
            return this;
        }

        public Builder thread(String name, long id, List<StackTraceElement> stackNow) {
            threadName = name;
            threadId = id;
            threadStackNow = stackNow;
            return this;
        }

        public Builder times(Instant opened, Instant detected, Duration open) {
            openedAt = opened;
            detectedAt = detected;
            openFor = open;
            return this;
        }

        public Builder scope(List<String> names, Map<String, String> ofScope, @Nullable Object spanContext) {
            scopes = names;
            attributes = ofScope;
            span = spanContext;
            return this;
        }

        public Builder touches(List<Touch> recorded, long count) {
            touches = recorded;
            touchCount = count;
            return this;
        }

        public Builder children(List<Child> shown, long count) {
            children = shown;
            childCount = count;
            return this;
        }

        public Builder outcome(String text, String more) {
            outcome = text;
            detail = more;
            return this;
        }

        public ReportImpl build() {
            return new ReportImpl(
                    cause,
                    kind,
                    description,
                    siteFrame,
                    siteText,
                    stack,
                    path,
                    lastUse,
                    ofSite,
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
    }
}
