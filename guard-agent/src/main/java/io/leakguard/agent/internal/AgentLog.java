package io.leakguard.agent.internal;

import io.leakguard.internal.base.Threads;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes the guard's lines to the application's SLF4J if it has one that is ready, else to standard error. Keeps lines
 * while SLF4J is getting ready. A hook may run under any lock of the application, so a thread of the guard writes all
 * lines. Thread-safe.
 */
final class AgentLog {

    private static final int MAX_WAITING = 10_000;
    private static final long POLL_MILLIS = 100;

    private record Line(
            String level,
            String logger,
            String message,
            @Nullable Throwable failure) {}

    private static final BlockingQueue<Line> WAITING = new LinkedBlockingQueue<>(MAX_WAITING);

    private static final AtomicLong DROPPED = new AtomicLong();
    private static volatile boolean ending;
    private static volatile @Nullable Thread writing;

    private AgentLog() {}

    /** Starts the thread that writes. */
    static void start() {
        ending = false; // it may have been taken out, and come again
        Thread writer = Threads.daemon(AgentLog::write, "leakguard-agent-log");
        writing = writer;
        writer.start();
    }

    private static void write() {
        while (!ending) {
            try {
                writeNext();
            } catch (InterruptedException e) {
                break; // either the process ends or the agent was detached
            } catch (Throwable t) {
                DROPPED.incrementAndGet(); // out of memory: later lines may succeed
            }
        }
        flush();
    }

    /** Blocks without polling, so an idle agent does not wake up. */
    private static void writeNext() throws InterruptedException {
        Line line = WAITING.take();
        try {
            while (isAppLogAwaited()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } finally {
            write(line); // also at the end
        }
    }

    private static boolean isAppLogAwaited() {
        AppLog app = AppLog.seen();
        return app != null && !app.isReady() && app.isAwaited() && !ending;
    }

    private static void write(Line line) {
        AppLog app = AppLog.seen();
        if (app != null && app.isReady() && app.log(line.level, line.logger, line.message, line.failure)) {
            return;
        }
        System.err.println("[leakguard] " + line.level + " " + line.logger + " - " + line.message
                + (line.failure == null ? "" : "\n" + stack(line.failure)));
    }

    /** Writes the waiting lines at the end. */
    static synchronized void flush() {
        Line line = WAITING.poll();
        while (line != null) {
            write(line);
            line = WAITING.poll();
        }
    }

    /** No thread writes from now on: each caller writes its own line. */
    static void stop() {
        ending = true;
        Thread writer = writing;
        if (writer != null) {
            writer.interrupt();
        }
        flush();
    }

    /** Writes a line of the agent itself, before anything is ready. */
    static void line(String text) {
        System.err.println("[leakguard] " + text);
    }

    static void log(String level, String logger, String message, @Nullable Throwable failure) {
        Line line = new Line(level, logger, message, failure);
        if (ending) {
            write(line);
        } else if (!WAITING.offer(line)) {
            DROPPED.incrementAndGet();
        }
    }

    /** The number of lines that were lost because too many waited. */
    static long dropped() {
        return DROPPED.get();
    }

    private static String stack(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
