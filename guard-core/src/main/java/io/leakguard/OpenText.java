package io.leakguard;

import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.GeneratedFrames;
import io.leakguard.internal.stack.SiteFinder;
import io.leakguard.internal.stack.StackInfo;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A snapshot of the open resources, as text for a terminal. */
final class OpenText {
    private static final int MAX_GROUPS = 50;
    /** Groups that are shown with the callers of their site. The first groups matter most to the reader. */
    private static final int MAX_STACKS = 10;

    private static final int MAX_CALLERS = 3;
    private static final int LONGEST_KIND = 30;
    private static final String INDENT = "          ";

    private OpenText() {}

    static String render(OpenResources open) {
        StringBuilder out = new StringBuilder(2_048);
        List<OpenResources.Group> groups = open.groups();
        out.append(open.total()).append(open.total() == 1 ? " resource" : " resources");
        out.append(" open at ").append(open.takenAt().truncatedTo(ChronoUnit.MILLIS));
        if (groups.isEmpty()) {
            return out.toString();
        }
        Map<List<Object>, Integer> ofSite = new HashMap<>();
        groups.forEach(g -> ofSite.merge(siteOf(g), 1, Integer::sum));
        int sites = ofSite.size();
        out.append(", from ").append(Text.count(sites, "site"));
        if (sites < groups.size()) {
            out.append(" on ").append(Text.count(groups.size(), "path"));
        }
        int kindWidth = 4;
        int ageWidth = 6;
        for (OpenResources.Group g : groups.subList(0, Math.min(groups.size(), MAX_GROUPS))) {
            kindWidth =
                    Math.max(kindWidth, Math.min(LONGEST_KIND, g.kind().name().length()));
            ageWidth = Math.max(ageWidth, Text.duration(g.oldestAge()).length());
        }
        String row = "\n%8s  %-" + kindWidth + "s  %-" + ageWidth + "s  ";
        out.append(String.format(row, "count", "kind", "oldest")).append("opened at");
        for (int i = 0; i < groups.size(); i++) {
            if (i == MAX_GROUPS) {
                out.append("\n          … ")
                        .append(Text.count(
                                groups.size() - MAX_GROUPS, sites < groups.size() ? "more path" : "more site"));
                break;
            }
            OpenResources.Group g = groups.get(i);
            out.append(String.format(row, g.count(), g.kind().name(), Text.duration(g.oldestAge())));
            out.append(Text.safe(g.siteText(), 300));
            if (ofSite.getOrDefault(siteOf(g), 1) > 1) {
                detail(out, "", Text.safe(g.pathText(), 600), "");
            }
            detail(out, "by ", Text.safe(SiteFinder.library(g.stack(), g.siteText()), 300), "");
            detail(out, "the oldest is \"", g.oldestDescription(), "\"");
            detail(out, "kept: ", g.keptReason(), "");
            detail(out, g.scopes().size() == 1 ? "scope " : "scopes ", names(g.scopes()), "");
            detail(out, g.threads().size() == 1 ? "thread " : "threads ", names(g.threads()), "");
            detail(out, "held by ", g.heldBy(), "");
            if (i < MAX_STACKS && g.keptReason().isEmpty()) {
                callers(out, g);
            }
        }
        return out.toString();
    }

    private static List<Object> siteOf(OpenResources.Group g) {
        return List.of(g.kind(), g.siteText(), g.keptReason());
    }

    private static void detail(StringBuilder out, String before, String text, String after) {
        if (!text.isEmpty()) {
            out.append('\n').append(INDENT).append(before).append(text).append(after);
        }
    }

    /** The callers of the site, without packages, since a terminal is not wide. The group has the whole stack. */
    private static void callers(StringBuilder out, OpenResources.Group g) {
        List<StackTraceElement> stack = g.stack();
        int site = 0;
        while (site < stack.size() && !StackInfo.text(stack.get(site)).equals(g.siteText())) {
            site++;
        }
        int shown = 0;
        for (int i = site + 1; i < stack.size() && shown < MAX_CALLERS; i++) {
            StackTraceElement frame = stack.get(i);
            if (!SiteFinder.isLibrary(frame) && !SiteFinder.isOwn(frame) && !GeneratedFrames.is(frame)) {
                detail(out, "called by ", Text.safe(StackInfo.text(frame), 300), "");
                shown++;
            }
        }
    }

    private static String names(List<String> names) {
        return String.join(", ", names.stream().map(n -> Text.safe(n, 200)).toList());
    }
}
