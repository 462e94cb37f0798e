package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Glob;

/** Matches the frame patterns of annotations against leaks. */
final class FramePatterns {
    private FramePatterns() {}

    /**
     * Matches the frames of a creation stack. A pattern that contains {@code <} is matched against its path, as in a
     * suppression.
     */
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
