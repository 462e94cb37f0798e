package io.leakguard.telemetry;

import io.leakguard.LeakReport;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;

/** A report as attributes of a span or an event. */
final class ReportAttributes {

    private static final int MAX_FRAMES = 128;

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
            all.put(Names.CODE_STACK, stack(report.stack()));
        }
        report.attributes().forEach((key, value) -> all.put(Names.CONTEXT_PREFIX + key, value));
        return all.build();
    }

    /** The frames as a Java stack trace shows them. */
    static String stack(List<StackTraceElement> frames) {
        StringBuilder out = new StringBuilder();
        int shown = Math.min(frames.size(), MAX_FRAMES);
        for (int i = 0; i < shown; i++) {
            out.append(i == 0 ? "" : "\n").append("\tat ").append(frames.get(i));
        }
        if (frames.size() > shown) {
            out.append("\n\t... ").append(frames.size() - shown).append(" more");
        }
        return out.toString();
    }
}
