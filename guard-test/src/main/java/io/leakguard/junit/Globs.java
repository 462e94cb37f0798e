package io.leakguard.junit;

import io.leakguard.LeakReport;
import io.leakguard.Suppression;

/** Matches texts against patterns in which {@code *} stands for any characters. */
final class Globs {
    private Globs() {}

    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Matches the frames of a creation stack; a pattern with {@code <} in it its path, as a suppression's does. */
    static boolean matchesFrame(String pattern, LeakReport report) {
        if (pattern.indexOf('<') >= 0) {
            return Suppression.of("*", pattern, "of an annotation").matches(report);
        }
        if (pattern.equals("*")) {
            return true;
        }
        for (StackTraceElement frame : report.stack()) {
            if (matches(pattern, frame.getClassName() + "." + frame.getMethodName())) {
                return true;
            }
        }
        return false;
    }
}
