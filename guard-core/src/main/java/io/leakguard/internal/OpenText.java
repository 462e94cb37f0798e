package io.leakguard.internal;

import io.leakguard.OpenResources;
import java.time.temporal.ChronoUnit;

/** A snapshot of what is open, as a person reads it in a terminal. */
public final class OpenText {
    private static final int MAX_GROUPS = 50;

    private OpenText() {}

    public static String render(OpenResources open) {
        StringBuilder out = new StringBuilder(1_024);
        out.append(open.total()).append(" open at ").append(open.takenAt().truncatedTo(ChronoUnit.MILLIS));
        int shown = 0;
        for (OpenResources.Group g : open.groups()) {
            if (shown++ == MAX_GROUPS) {
                out.append("\n  … ").append(open.groups().size() - MAX_GROUPS).append(" more sites");
                break;
            }
            out.append(String.format("%n%8d  %-22s oldest %-10s ", g.count(), g.kind(), Text.duration(g.oldestAge())));
            out.append(Text.safe(g.siteText(), 300));
            if (!g.oldestDescription().isEmpty()) {
                out.append("\n          \"").append(g.oldestDescription()).append('"');
            }
        }
        return out.toString();
    }
}
