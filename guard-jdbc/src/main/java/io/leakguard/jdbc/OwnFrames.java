package io.leakguard.jdbc;

import java.util.ArrayList;
import java.util.List;

/** Takes the guard's own frames off what a thread is doing now: a reader looks for the program's and the pool's. */
final class OwnFrames {

    private static final String PACKAGE = OwnFrames.class.getPackageName() + '.';

    private OwnFrames() {}

    /** The frames without ours, and without what ours called if this is the thread that looks. */
    static List<StackTraceElement> cut(StackTraceElement[] frames) {
        int start = 0;
        for (int i = 0; i < frames.length && isPlumbing(frames[i]); i++) {
            if (isOwn(frames[i])) {
                start = i + 1;
            }
        }
        List<StackTraceElement> kept = new ArrayList<>(frames.length);
        for (int i = start; i < frames.length; i++) {
            if (!isOwn(frames[i])) {
                kept.add(frames[i]);
            }
        }
        return kept;
    }

    /** What may lie between the thread's look at itself and the call of ours that made it look. */
    private static boolean isPlumbing(StackTraceElement frame) {
        String name = frame.getClassName();
        return isOwn(frame) || name.startsWith("java.lang.") || name.startsWith("java.util.");
    }

    private static boolean isOwn(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith(PACKAGE) && name.indexOf('.', PACKAGE.length()) < 0;
    }
}
