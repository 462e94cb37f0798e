package io.leakguard.telemetry;

import io.leakguard.LeakReport;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;

/** A report as attributes of a span or an event. */
final class ReportAttributes {

    private ReportAttributes() {}

    static Attributes of(LeakReport report) {
        AttributesBuilder all = Attributes.builder();
        all.put(Names.KIND, report.kind().name());
        all.put(Names.CAUSE, report.cause().name());
        all.put(Names.SITE, report.siteText());
        String path = report.path().toString();
        if (!path.isEmpty()) {
            all.put(Names.PATH, path);
        }
        all.put(Names.OCCURRENCES, report.occurrences());
        all.put(Names.NEW_OCCURRENCES, report.sinceLastReport());
        all.put(Names.THREAD_NAME, report.threadName());
        all.put(Names.THREAD_ID, report.threadId());
        if (!report.description().isEmpty()) {
            all.put(Names.DESCRIPTION, report.description());
        }
        List<String> scopes = report.scopes();
        if (!scopes.isEmpty()) {
            all.put(Names.SCOPE_NAME, scopes.get(scopes.size() - 1));
        }
        report.site().ifPresent(frame -> {
            all.put(Names.CODE_FUNCTION, frame.getClassName() + "." + frame.getMethodName());
            if (frame.getLineNumber() > 0) {
                all.put(Names.CODE_LINE, (long) frame.getLineNumber());
            }
        });
        if (!report.stack().isEmpty()) {
            all.put(Names.CODE_STACK, StackText.of(report.stack()));
        }
        report.attributes().forEach((key, value) -> all.put(Names.CONTEXT_PREFIX + key, value));
        return all.build();
    }
}
