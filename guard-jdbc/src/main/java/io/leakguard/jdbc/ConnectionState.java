package io.leakguard.jdbc;

import io.leakguard.LeakPath;
import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a connection in use, apart from its handle and its delegate, which this never references. The
 * connection's user writes it without synchronisation. Reports read it, and may see a change a moment late.
 */
final class ConnectionState implements Supplier<String> {

    static final int UNKNOWN = 0;
    static final int ON = 1;
    static final int OFF = 2;

    final JdbcSource source;

    /**
     * The start of the wait; 0 if unknown, since reading the clock takes as long as the rest of a borrow. The sweep
     * over waiting borrows sets it for one that is still waiting.
     */
    volatile long startNanos;

    /** Its place among the connections in use, for {@link ConnectionSlots} alone. */
    int slot;

    /** Null while a caller waits for it. */
    @Nullable
    LeakTracker tracker;

    WeakReference<Thread> user;
    String threadName;

    @Nullable
    String lastSql;

    /** The number of statements that it ran. */
    int executions;

    /** The number of statements at the last sweep, and the time since when it has run no more. */
    private int executionsSeen = -1;

    private volatile long unusedSinceNanos;

    int autoCommit;
    /** Statements were run since the last commit or rollback, with auto-commit off. */
    boolean inTransaction;
    /** A result set or a large object is open that ends, or may end, with the transaction. */
    boolean endsWithTransaction;

    volatile boolean aborted;

    /** Opened by a pool above the guard. */
    boolean pooled;

    /**
     * The line that asked the driver for it, and whether that line is the program's own; set once {@link Opener} needs
     * it.
     */
    volatile @Nullable String opener;

    volatile boolean openedByProgram;

    /** Used by more than one thread. */
    volatile boolean shared;

    /**
     * The driver's connection was unwrapped from a pool's connection. Only closing the pool's connection gives it back.
     */
    volatile boolean unwrappedFromPool;

    /**
     * The number of times that the pool above has taken it back, as far as visible. Each ends the resources open under
     * it.
     */
    volatile int returns;

    /** Set when the handle was collected: the tracker drops these facts then. */
    volatile @Nullable Frozen frozen;

    record Frozen(String url, String siteText, LeakPath path, List<StackTraceElement> stack) {}

    ConnectionState(JdbcSource source, Thread user) {
        this.source = source;
        this.user = source.reference(user);
        this.threadName = user.getName();
        if (source.readsClock()) {
            this.startNanos = System.nanoTime() | 1;
        }
    }

    void usedBy(Thread thread) {
        if (!user.refersTo(thread)) {
            shared = true;
            user = source.reference(thread);
            threadName = thread.getName();
        }
    }

    /**
     * Notes whether it was used since the last sweep. Executions are only counted, so that none reads the clock. Called
     * by the sweep alone.
     */
    void lookAtUse(long now) {
        int n = executions;
        if (n != executionsSeen) {
            executionsSeen = n;
            unusedSinceNanos = now | 1;
        }
    }

    /**
     * Returns the time for which it has certainly run no statement; zero if no sweep saw it, or it has run one since.
     */
    Duration unused(long now) {
        long since = unusedSinceNanos;
        return since == 0 || executions != executionsSeen ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - since));
    }

    /** Returns the time for which it has been in use. */
    Duration age() {
        LeakTracker t = tracker;
        return t == null ? Duration.ZERO : t.age();
    }

    boolean isCollected() {
        return frozen != null;
    }

    /** Auto-commit and the transaction in words. */
    String transaction() {
        return switch (autoCommit) {
            case ON -> "auto-commit on";
            case OFF -> inTransaction ? "auto-commit off, open transaction" : "auto-commit off, no open transaction";
            default -> "auto-commit unknown";
        };
    }

    String lastSqlText() {
        String sql = lastSql;
        return sql == null ? "" : SqlText.show(sql, source);
    }

    @Override
    public String get() {
        StringBuilder text = new StringBuilder(200);
        if (aborted) {
            text.append("aborted and never closed: most pools don't get the slot back · ");
        }
        Frozen f = frozen;
        String url = f != null && !f.url.isEmpty() ? f.url : source.url();
        if (!url.isEmpty()) {
            text.append(url.length() > 300 ? url.substring(0, 300) + "…" : url).append(" · ");
        }
        text.append(transaction());
        String sql = lastSqlText();
        if (!sql.isEmpty()) {
            text.append(" · last SQL: ").append(sql);
        } else if (lastSql == null) {
            text.append(" · no SQL run");
        }
        return text.toString();
    }
}
