package io.leakguard.internal.stack;

import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.internal.base.Text;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tells leaks apart whose creation stacks are the same: by who had the resource last, and who used it first. */
public final class PathTrail {

    private PathTrail() {}

    /** The path of a creation stack, with what is known of the resource's way after it. */
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

    /** The first line of the application that used it; without one, what was said of the first use. */
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

    /** The last line of the application that used it, for people; empty if none did, or if it is that of the first use. */
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

    /** The innermost line of the application in a use; empty if it has none. */
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
