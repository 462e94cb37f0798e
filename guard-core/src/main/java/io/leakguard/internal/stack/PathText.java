package io.leakguard.internal.stack;

import io.leakguard.LeakPath;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The text after a site that distinguishes its paths: {@code via OrderJob.run(OrderJob.java:55)}. */
public final class PathText {

    private PathText() {}

    /**
     * Returns the caller that distinguishes a path from the others of its site; for the only path the next caller.
     * Empty if there is no caller and no other path.
     *
     * @param site the frame that is already shown
     */
    public static String of(LeakPath path, @Nullable StackTraceElement site, Collection<LeakPath> others) {
        List<StackTraceElement> frames = path.frames();
        int next = site == null ? 0 : frames.indexOf(PathRules.named(site)) + 1;
        int via = next;
        boolean sameFrames = false;
        for (LeakPath other : others) {
            if (other.equals(path)) {
                continue;
            }
            int differs = difference(frames, other.frames());
            if (differs < 0) {
                sameFrames = true;
            } else if (differs >= frames.size()) {
                via = Math.max(via, frames.size() - 1); // the other path goes on after this one's last frame
            } else if (differs > via || (differs < next && via == next)) {
                via = differs;
            }
        }
        String trail = trail(path);
        boolean library = !path.firstUse().isEmpty() || frames.size() <= 1;
        String caller = via < frames.size() && !Objects.equals(frames.get(via), site)
                ? "via " + StackInfo.text(frames.get(via))
                : "";
        if (trail.isEmpty() || !(library || sameFrames)) {
            return caller;
        }
        return caller.isEmpty() ? trail : caller + ", " + trail;
    }

    /** Returns the index at which two paths differ; negative if they have the same frames. */
    private static int difference(List<StackTraceElement> a, List<StackTraceElement> b) {
        int most = Math.min(a.size(), b.size());
        for (int i = 0; i < most; i++) {
            if (!a.get(i).equals(b.get(i))) {
                return i;
            }
        }
        return a.size() == b.size() ? -1 : most;
    }

    /** Returns the holder, and the line of the first use; empty if neither is known. */
    static String trail(LeakPath path) {
        String held = path.lastHolder().isEmpty() ? "" : "last held by " + path.lastHolder();
        String used = path.firstUse().isEmpty() ? "" : "first used at " + shortened(path.firstUse());
        return held.isEmpty() || used.isEmpty() ? held + used : held + ", " + used;
    }

    /** Without the package, since a headline is not wide. */
    static String shortened(String use) {
        int place = use.indexOf('(');
        int method = place < 0 ? -1 : use.lastIndexOf('.', place);
        int type = method < 0 ? -1 : use.lastIndexOf('.', method - 1);
        return type < 0 ? use : use.substring(type + 1);
    }
}
