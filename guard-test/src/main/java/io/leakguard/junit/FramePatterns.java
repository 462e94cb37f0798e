package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Glob;

/** Matches the frame patterns of annotations against leaks. */
final class FramePatterns {
    private FramePatterns() {}

    /** Matches the frames of a creation stack; a pattern with {@code <} in it its path, as a suppression's does. */
    static boolean matches(String pattern, LeakReport report) {
        if (pattern.indexOf('<') >= 0) {
            return Suppression.of("*", pattern, "of an annotation").matches(report);
        }
        if (pattern.equals("*")) {
            return true;
        }
        for (StackTraceElement frame : report.stack()) {
            if (Glob.matches(pattern, frame.getClassName() + "." + frame.getMethodName())) {
                return true;
            }
        }
        return false;
    }
}
