package io.leakguard.internal.stack;

import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.internal.base.Text;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Distinguishes leaks whose creation stacks are the same: by the last holder of the resource, and its first user. */
public final class PathTrail {

    private PathTrail() {}

    /** Returns the path of a creation stack, with the known facts about the resource's way after it. */
    public static LeakPath path(@Nullable StackInfo info, String lastHolder, String firstUse) {
        if (info == null) {
            return lastHolder.isEmpty() && firstUse.isEmpty()
                    ? LeakPath.UNKNOWN
                    : LeakPath.of(List.of(), lastHolder, firstUse);
        }
        if (lastHolder.isEmpty() && firstUse.isEmpty()) {
            return info.path;
        }
        // Of libraries' frames the site is enough: the same buffer is read in several ways, and the holder is to blame.
        List<StackTraceElement> frames =
                info.byApplication || info.site == null ? info.path.frames() : List.of(info.site);
        return LeakPath.of(frames, lastHolder, firstUse);
    }

    /** Returns the first line of the application that used it; without one, the hint of the first use. */
    public static String firstUse(List<LeakReport.Touch> touches, Predicate<StackTraceElement> isOfApplication) {
        for (LeakReport.Touch touch : touches) {
            String line = line(touch, isOfApplication);
            if (!line.isEmpty()) {
                return line;
            }
        }
        for (LeakReport.Touch touch : touches) {
            if (!touch.hint().isEmpty()) {
                return PathRules.hint(Text.safe(touch.hint(), 200));
            }
        }
        return "";
    }

    /**
     * Returns the last line of the application that used it, for people; empty if there is none, or it is the line of
     * the first use.
     */
    public static String lastUse(
            List<LeakReport.Touch> touches, String firstUse, Predicate<StackTraceElement> isOfApplication) {
        for (int i = touches.size() - 1; i >= 0; i--) {
            String line = line(touches.get(i), isOfApplication);
            if (!line.isEmpty()) {
                return line.equals(firstUse) ? "" : PathText.shortened(line);
            }
        }
        return "";
    }

    /** Returns the innermost line of the application in a use; empty if there is none. */
    private static String line(LeakReport.Touch touch, Predicate<StackTraceElement> isOfApplication) {
        for (StackTraceElement frame : touch.stack()) {
            if (isOfApplication.test(frame)) {
                StackTraceElement named = PathRules.named(frame);
                String line = named.getLineNumber() >= 0 ? ":" + named.getLineNumber() : "";
                return named.getClassName() + '.' + named.getMethodName() + '(' + named.getFileName() + line + ')';
            }
        }
        return "";
    }
}
