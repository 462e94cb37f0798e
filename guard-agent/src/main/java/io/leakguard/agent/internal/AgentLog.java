package io.leakguard.agent.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where the guard's lines go: standard error. A hook may run under any lock of the application, so what is said there is
 * written by a thread of the guard's. Thread-safe.
 */
final class AgentLog {

    private static final int MAX_WAITING = 1_000;
    private static final BlockingQueue<String> WAITING = new ArrayBlockingQueue<>(MAX_WAITING);

    private static volatile boolean dropped;

    private AgentLog() {}

    /** Starts the thread that writes for others. */
    static void start() {
        Thread writer = new Thread(null, AgentLog::write, "leakguard-agent-log", 0, false);
        writer.setDaemon(true);
        writer.start();
    }

    private static void write() {
        try {
            while (true) {
                System.err.println(WAITING.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; then others write for themselves
        }
    }

    /** Writes a line of the agent's own, at its start and its end. */
    static void line(String text) {
        System.err.println("[leakguard] " + text);
    }

    static void log(String level, String logger, String message, @Nullable Throwable failure) {
        String text = "[leakguard] " + level + " " + logger + " - " + message
                + (failure == null ? "" : "\n" + stack(failure));
        if (Thread.currentThread().getName().startsWith("leakguard-")) {
            System.err.println(text);
        } else {
            dropped |= !WAITING.offer(text);
        }
    }

    /** Whether a line was lost because too many waited. */
    static boolean hasDropped() {
        return dropped;
    }

    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
