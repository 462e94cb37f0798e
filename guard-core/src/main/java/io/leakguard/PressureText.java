package io.leakguard;

import io.leakguard.internal.base.Text;

/** A pressure report, as text for the log. */
final class PressureText {
    private static final int MAX_LINES = 12;
    private static final int MAX_SITES = 10;
    private static final int MAX_FRAMES = 12;
    private static final int MAX_STACKS = 3;

    private PressureText() {}

    static String render(PressureReport report) {
        StringBuilder out = new StringBuilder(1_024);
        out.append(report.level() == PressureReport.Level.NORMAL ? "RELIEVED " : "PRESSURE ")
                .append(report.area().text())
                .append(" · ")
                .append(Text.safe(report.summary(), 500));
        for (PressureReport.Section section : report.sections()) {
            out.append("\n  ").append(section.title()).append(':');
            int shown = 0;
            for (PressureReport.Line line : section.lines()) {
                if (shown++ == MAX_LINES) {
                    out.append(", and ")
                            .append(section.lines().size() - MAX_LINES)
                            .append(" more");
                    break;
                }
                out.append(shown == 1 ? " " : ", ")
                        .append(line.count())
                        .append(' ')
                        .append(Text.safe(line.name(), 200));
            }
        }
        if (report.untracked().isPresent()) {
            out.append("\n  not opened through the guard: ")
                    .append(report.untracked().getAsLong());
        }
        int sites = 0;
        for (OpenResources.Group group : report.opened()) {
            if (sites++ == MAX_SITES) {
                out.append("\n  … ").append(report.opened().size() - MAX_SITES).append(" more sites");
                break;
            }
            out.append("\n  ")
                    .append(group.count())
                    .append(' ')
                    .append(group.kind())
                    .append(" opened at ")
                    .append(Text.safe(group.siteText(), 300))
                    .append(" · oldest ")
                    .append(Text.duration(group.oldestAge()));
            if (!group.oldestDescription().isEmpty()) {
                out.append(" · \"")
                        .append(Text.safe(group.oldestDescription(), 200))
                        .append('"');
            }
            if (sites <= MAX_STACKS) {
                int frames = 0;
                for (StackTraceElement frame : group.stack()) {
                    if (frames++ == MAX_FRAMES) {
                        out.append("\n      … ")
                                .append(group.stack().size() - MAX_FRAMES)
                                .append(" more frames");
                        break;
                    }
                    out.append("\n      at ").append(frame);
                }
            }
        }
        if (!report.advice().isEmpty()) {
            out.append("\n  ").append(report.advice());
        }
        return out.toString();
    }
}
