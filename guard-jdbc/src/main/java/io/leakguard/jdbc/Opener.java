package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import java.util.List;

/**
 * Decides who owns a driver's connection that is still open when its scope has ended. A library that opened it may keep
 * it for others: no list can name all pools, so this proves nothing. A connection that the program opened itself is the
 * program's, unless other threads use it too. A connection that is collected without being closed is a leak in any
 * case.
 *
 * <p>Called on the reporter's thread, and only before a report.
 */
final class Opener {

    /** Known libraries, for programs that have all their libraries in one jar of their own. */
    private static final String[] LIBRARIES = {
        "org.hibernate.", "org.eclipse.persistence.", "org.apache.openjpa.", "com.jolbox.bonecp.", "org.datanucleus."
    };

    /**
     * The largest distance between the driver and the caller that asked for the connection: other drivers lie between.
     */
    private static final int FRAMES = 16;

    private Opener() {}

    /**
     * Declares a connection long-lived, with the resources open under it, unless its scope should certainly close it.
     */
    static void judge(ConnectionState state) {
        LeakTracker tracker = state.tracker;
        if (tracker == null || !tracker.isOpen() || state.pooled || !state.source.pool.isPhysical()) {
            return;
        }
        String opener = openerOf(state, tracker);
        String reason = "";
        if (opener.isEmpty()) {
            reason = "opened by an unknown line, which may keep it for others";
        } else if (!state.openedByProgram) {
            reason = "opened by " + opener + ", which may keep it for others";
        } else if (state.shared || state.source.live.anyHeld(other -> other.shared && opener.equals(openerOf(other)))) {
            reason = "opened by " + opener + ", whose connections are used by several threads";
        }
        if (!reason.isEmpty()) {
            state.source.guard.keep(tracker, reason);
        }
    }

    private static String openerOf(ConnectionState state) {
        LeakTracker tracker = state.tracker;
        return tracker == null || !tracker.isOpen() ? "" : openerOf(state, tracker);
    }

    private static String openerOf(ConnectionState state, LeakTracker tracker) {
        String opener = state.opener;
        if (opener == null) {
            opener = opener(tracker.stack());
            state.openedByProgram = !opener.isEmpty()
                    && !isLibrary(opener)
                    && tracker.siteText().equals(simple(opener));
            state.opener = opener;
        }
        return opener;
    }

    /** Returns the line that asked for the connection: the caller of {@code DriverManager}, or else of the driver. */
    private static String opener(List<StackTraceElement> stack) {
        int caller = 0;
        for (int i = 0; i < Math.min(FRAMES, stack.size()); i++) {
            if (stack.get(i).getClassName().equals("java.sql.DriverManager")) {
                caller = i + 1;
            }
        }
        return caller < stack.size() ? text(stack.get(caller)) : "";
    }

    /** With the class's full name. */
    private static String text(StackTraceElement frame) {
        String file = frame.getFileName();
        String line =
                file == null ? "unknown source" : frame.getLineNumber() < 0 ? file : file + ":" + frame.getLineNumber();
        return frame.getClassName() + "." + frame.getMethodName() + "(" + line + ")";
    }

    /** In the form of a site's text: without the package. */
    private static String simple(String opener) {
        String method = opener.substring(0, opener.indexOf('('));
        String type = method.substring(0, method.lastIndexOf('.'));
        return opener.substring(type.lastIndexOf('.') + 1);
    }

    private static boolean isLibrary(String opener) {
        for (String library : LIBRARIES) {
            if (opener.startsWith(library)) {
                return true;
            }
        }
        return false;
    }
}
