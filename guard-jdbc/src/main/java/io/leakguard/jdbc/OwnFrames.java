package io.leakguard.jdbc;

import java.util.ArrayList;
import java.util.List;

/**
 * Removes the guard's own frames from a thread's current stack: a reader looks for the program's and the pool's frames.
 */
final class OwnFrames {

    private static final String PACKAGE = OwnFrames.class.getPackageName() + '.';

    private OwnFrames() {}

    /** Returns the frames without ours. If the thread reads its own stack, also without the frames that ours called. */
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

    /** Tells whether a frame may lie between the thread's reading of its own stack and our call that made it do so. */
    private static boolean isPlumbing(StackTraceElement frame) {
        String name = frame.getClassName();
        return isOwn(frame) || name.startsWith("java.lang.") || name.startsWith("java.util.");
    }

    private static boolean isOwn(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith(PACKAGE) && name.indexOf('.', PACKAGE.length()) < 0;
    }
}
