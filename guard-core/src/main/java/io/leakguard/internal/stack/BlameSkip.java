package io.leakguard.internal.stack;

import io.leakguard.internal.base.Glob;
import java.util.List;

/** The helpers that are never blamed: the application's own factories, through which all its code opens resources. */
public final class BlameSkip {

    static final BlameSkip NONE = new BlameSkip(List.of());

    private final List<String> patterns;

    /** Each pattern is a package, a class or a method, in which {@code *} stands for any characters. */
    public BlameSkip(List<String> patterns) {
        this.patterns = patterns;
    }

    boolean skips(StackTraceElement frame) {
        if (patterns.isEmpty()) {
            return false;
        }
        String name = PathRules.className(frame.getClassName()) + '.' + frame.getMethodName();
        for (String pattern : patterns) {
            if (pattern.indexOf('*') >= 0
                    ? Glob.matches(pattern, name) || Glob.matches(pattern + ".*", name)
                    : name.startsWith(pattern) && endsAt(name, pattern.length())) {
                return true;
            }
        }
        return false;
    }

    /** A package ends at a dot. A class ends at a dot or at the beginning of an inner class. */
    private static boolean endsAt(String name, int end) {
        return end == name.length() || name.charAt(end) == '.' || name.charAt(end) == '$';
    }
}
