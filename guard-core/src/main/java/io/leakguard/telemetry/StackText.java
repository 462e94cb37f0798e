package io.leakguard.telemetry;

import java.util.List;

/** A stack as one text, for an attribute or a field of an event. */
final class StackText {

    private static final int MAX_FRAMES = 128;

    private StackText() {}

    /** The frames as a Java stack trace shows them. */
    static String of(List<StackTraceElement> frames) {
        StringBuilder out = new StringBuilder();
        int shown = Math.min(frames.size(), MAX_FRAMES);
        for (int i = 0; i < shown; i++) {
            out.append(i == 0 ? "" : "\n").append("\tat ").append(frames.get(i));
        }
        if (frames.size() > shown) {
            out.append("\n\t... ").append(frames.size() - shown).append(" more");
        }
        return out.toString();
    }
}
