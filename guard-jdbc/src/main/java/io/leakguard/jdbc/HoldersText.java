package io.leakguard.jdbc;

import io.leakguard.LeakPath;
import io.leakguard.internal.base.Text;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The holders as text for a log: short enough for an exception, long enough to fix the bug. */
final class HoldersText {

    private static final int MAX_GROUPS = 10;
    private static final int MAX_HOLDERS = 3;
    private static final int MAX_FRAMES = 12;

    /** A holder that has run no statement for this long, while others wait for a connection, may have forgotten it. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(30);

    private HoldersText() {}

    static String render(ConnectionHolders.Group group) {
        StringBuilder out = new StringBuilder(256);
        group(out, group);
        return out.toString().strip();
    }

    static String render(ConnectionHolders.Holder holder) {
        StringBuilder out = new StringBuilder(256);
        holder(out, holder);
        return out.toString();
    }

    static String render(ConnectionHolders all) {
        StringBuilder out = new StringBuilder(512);
        out.append(all.total()).append(all.total() == 1 ? " connection held" : " connections held");
        int shown = 0;
        for (ConnectionHolders.Group group : all.groups()) {
            if (shown++ == MAX_GROUPS) {
                out.append("\n  … ").append(all.groups().size() - MAX_GROUPS).append(" more sites");
                break;
            }
            group(out, group);
        }
        return out.toString();
    }

    private static void group(StringBuilder out, ConnectionHolders.Group group) {
        List<ConnectionHolders.Holder> holders = group.holders();
        out.append("\n  ").append(holders.size()).append(" borrowed at ").append(oneLine(group.siteText()));
        if (!holders.isEmpty()) {
            out.append(" · longest held for ").append(text(holders.get(0).age()));
        }
        callers(out, holders);
        for (int i = 0; i < Math.min(MAX_HOLDERS, holders.size()); i++) {
            holder(out.append("\n    "), holders.get(i));
        }
        if (holders.size() > MAX_HOLDERS) {
            out.append("\n    … ").append(holders.size() - MAX_HOLDERS).append(" more from there");
        }
    }

    private static void holder(StringBuilder out, ConnectionHolders.Holder h) {
        out.append("held for ").append(text(h.age())).append(" · thread ").append(oneLine(h.threadName()));
        out.append(" · ").append(h.transaction());
        out.append(h.lastSql().isEmpty() ? "" : " · last SQL: " + oneLine(h.lastSql()));
        if (h.collected()) {
            out.append(" · LEAKED: collected without close()");
            return;
        }
        if (h.unused().compareTo(FORGOTTEN) >= 0) {
            out.append(" · FORGOTTEN? no statement for ").append(text(h.unused()));
        }
        if (h.threadStack().isEmpty()) {
            out.append(" · its thread has ended");
        } else {
            out.append(" · its thread is now");
            frames(out, h.threadStack());
        }
    }

    /** The callers of the borrowing line, if there are several: each is a bug of its own. */
    private static void callers(StringBuilder out, List<ConnectionHolders.Holder> holders) {
        Map<LeakPath, Integer> paths = new LinkedHashMap<>();
        holders.forEach(h -> paths.merge(h.path(), 1, Integer::sum));
        if (paths.size() < 2) {
            return;
        }
        List<LeakPath> mostFirst = paths.keySet().stream()
                .sorted(Comparator.comparingInt((LeakPath p) -> -paths.getOrDefault(p, 0)))
                .toList();
        for (LeakPath path : mostFirst.subList(0, Math.min(MAX_GROUPS, mostFirst.size()))) {
            out.append("\n    ").append(paths.get(path)).append(" via ").append(oneLine(caller(path, mostFirst)));
        }
        if (mostFirst.size() > MAX_GROUPS) {
            out.append("\n    … ").append(mostFirst.size() - MAX_GROUPS).append(" more callers");
        }
    }

    /** The innermost frame that distinguishes a path from all others. */
    private static String caller(LeakPath path, List<LeakPath> all) {
        List<StackTraceElement> frames = path.frames();
        int parts = 0;
        for (LeakPath other : all) {
            int same = 0;
            while (!other.equals(path)
                    && same < Math.min(frames.size(), other.frames().size())
                    && frames.get(same).equals(other.frames().get(same))) {
                same++;
            }
            parts = Math.max(parts, same);
        }
        return frames.isEmpty()
                ? "an unknown caller"
                : frames.get(Math.min(parts, frames.size() - 1)).toString();
    }

    private static void frames(StringBuilder out, List<StackTraceElement> frames) {
        for (int i = 0; i < Math.min(MAX_FRAMES, frames.size()); i++) {
            out.append("\n      at ").append(oneLine(String.valueOf(frames.get(i))));
        }
        if (frames.size() > MAX_FRAMES) {
            out.append("\n      … ").append(frames.size() - MAX_FRAMES).append(" more");
        }
    }

    static String text(Duration d) {
        long ms = d.toMillis();
        if (ms < 1_000) {
            return ms + " ms";
        }
        if (ms < 10_000) {
            return String.format(Locale.ROOT, "%.1f s", ms / 1_000.0);
        }
        return String.format(Locale.ROOT, "%02d:%02d:%02d", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    }

    /** Neither SQL nor a thread's name may forge a log line. */
    private static String oneLine(String text) {
        return Text.safe(text, Integer.MAX_VALUE);
    }
}
