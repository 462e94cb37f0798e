package io.leakguard.internal.detect;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.SiteFinder;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A report as text for the log, enough to fix the bug from it alone. */
final class ReportText {

    private static final int MAX_FRAMES = 40;
    private static final int MAX_TOUCH_FRAMES = 8;

    private ReportText() {}

    static String render(ReportImpl r) {
        StringBuilder out = new StringBuilder(1_024);
        out.append(r.cause().confidence() == LeakCause.Confidence.SUSPECTED ? "SUSPECTED LEAK " : "LEAK ")
                .append(r.kind())
                .append(' ')
                .append(r.cause().text(r.kind()));
        if (r.siteFrame() != null) {
            out.append(" · opened at ").append(Text.safe(r.siteText(), 300));
        } else {
            out.append(" · ").append(r.siteText());
        }
        if (!r.pathText().isEmpty()) {
            out.append(' ').append(Text.safe(r.pathText(), 600));
        }

        String library = SiteFinder.library(r.stack(), r.siteText());
        if (!library.isEmpty()) {
            out.append(" by ").append(Text.safe(library, 300));
        }

        line(out);
        if (!r.description().isEmpty()) {
            out.append('"').append(r.description()).append("\" · ");
        }
        if (r.cause() == LeakCause.GROWING) {
            out.append("the oldest of them"); // the detail has their number
        } else {
            boolean others = r.siteOccurrences() > r.occurrences();
            out.append(r.occurrences())
                    .append(verb(r.cause()))
                    .append(r.ofSite().beyond() ? " on these paths" : others ? " on this path" : " from here");
            if (r.occurrences() > r.sinceLastReport()) {
                out.append(" (").append(r.sinceLastReport()).append(" since the last report)");
            }
            if (others) {
                out.append(", ")
                        .append(r.siteOccurrences())
                        .append(" from this line on ")
                        .append(Text.count(r.ofSite().paths(), "path"))
                        .append(r.ofSite().beyond() ? " and more" : "");
            }
        }
        out.append(" · open ").append(Text.duration(r.openFor()));
        out.append(" · thread ").append(Text.safe(r.threadName(), 100));
        if (!r.scopes().isEmpty()) {
            out.append(" · scope ").append(Text.safe(String.join(" > ", r.scopes()), 200));
        }
        if (!r.traceId().isEmpty()) {
            out.append(" · trace ").append(r.traceId());
            out.append(" span ").append(r.spanId());
        }

        line(out);
        out.append("opened ").append(r.openedAt().truncatedTo(ChronoUnit.MILLIS));
        out.append(" · ").append(r.cause().confidence().name().toLowerCase(java.util.Locale.ROOT));
        if (!r.outcome().isEmpty()) {
            out.append(" · ").append(r.outcome());
        }
        if (!r.detail().isEmpty()) {
            line(out);
            out.append(Text.safe(r.detail(), 500));
        }
        if (!r.heldBy().isEmpty()) {
            line(out);
            out.append("held by ").append(r.heldBy());
        }
        if (!r.attributes().isEmpty()) {
            line(out);
            String separator = "";
            for (Map.Entry<String, String> e : r.attributes().entrySet()) {
                out.append(separator)
                        .append(Text.safe(e.getKey(), 100))
                        .append('=')
                        .append(Text.safe(e.getValue(), 200));
                separator = " · ";
            }
        }
        children(out, r);
        touches(out, r);
        frames(out, r.stack(), MAX_FRAMES, "    at ");
        if (!r.threadStackNow().isEmpty()) {
            line(out);
            out.append("the thread that opened it is now");
            frames(out, r.threadStackNow(), 20, "    at ");
        }
        return out.toString();
    }

    private static String verb(LeakCause cause) {
        return switch (cause) {
            case COLLECTED, ESCAPED_SCOPE -> " leaked";
            case OVERDUE -> " overdue";
            case GROWING, OPEN_AT_SHUTDOWN -> " open";
        };
    }

    private static void children(StringBuilder out, ReportImpl r) {
        Map<LeakReport.Child, Integer> counted = new LinkedHashMap<>();
        r.children().forEach(c -> counted.merge(c, 1, Integer::sum));
        if (counted.isEmpty()) {
            return;
        }
        String label = "still open under it: ";
        int shown = 0;
        for (Map.Entry<LeakReport.Child, Integer> e : counted.entrySet()) {
            line(out);
            if (shown == 10) {
                out.append("                     … ").append(r.childCount()).append(" in all");
                break;
            }
            out.append(label).append(e.getValue()).append(' ').append(e.getKey().kind());
            if (!e.getKey().description().isEmpty()) {
                out.append(" \"").append(e.getKey().description()).append('"');
            }
            out.append(" · ").append(Text.safe(e.getKey().siteText(), 300));
            label = "                     ";
            shown++;
        }
    }

    private static void touches(StringBuilder out, ReportImpl r) {
        List<LeakReport.Touch> touches = r.touches();
        for (int i = 0; i < touches.size(); i++) {
            LeakReport.Touch touch = touches.get(i);
            line(out);
            out.append(i == touches.size() - 1 ? "last touched " : i == 0 ? "first touched " : "touched ");
            out.append(touch.at().truncatedTo(ChronoUnit.MILLIS))
                    .append(" · thread ")
                    .append(Text.safe(touch.threadName(), 100));
            if (!touch.hint().isEmpty()) {
                out.append(" · \"").append(touch.hint()).append('"');
            }
            frames(out, touch.stack(), MAX_TOUCH_FRAMES, "      at ");
        }
        if (r.touchCount() > touches.size()) {
            line(out);
            out.append("touched ").append(r.touchCount()).append(" times in all");
        }
    }

    private static void frames(StringBuilder out, List<StackTraceElement> frames, int max, String indent) {
        int n = Math.min(frames.size(), max);
        for (int i = 0; i < n; i++) {
            out.append('\n').append(indent).append(Text.safe(Objects.toString(frames.get(i)), 400));
        }
        if (frames.size() > n) {
            out.append('\n')
                    .append(indent)
                    .append("… ")
                    .append(frames.size() - n)
                    .append(" more");
        }
    }

    private static void line(StringBuilder out) {
        out.append("\n  ");
    }
}
