package io.leakguard.jdbc;

import io.leakguard.LeakPath;
import io.leakguard.LeakTracker;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection in use, apart from its handle and its delegate, which this never references. Written by
 * the connection's user without synchronisation, read by reports: they may see it a moment late.
 */
final class ConnectionState implements Supplier<String> {

    static final int UNKNOWN = 0;
    static final int ON = 1;
    static final int OFF = 2;

    final JdbcSource source;

    /**
     * Since when it is waited for; 0 if that is not known, since reading the clock takes as long as all else that a
     * borrow costs here. Whoever looks at those who wait sets it for one that is still waiting.
     */
    volatile long startNanos;

    /** Its place among those in use, for {@link ConnectionSlots} alone. */
    int slot;

    /** Null while it is being waited for. */
    @Nullable
    LeakTracker tracker;

    WeakReference<Thread> user;
    String threadName;

    @Nullable
    String lastSql;

    /** How many statements it ran. */
    int executions;

    /** How many it had run when those in use were looked at last, and since when it has run no more. */
    private int executionsSeen = -1;

    private volatile long unusedSinceNanos;

    int autoCommit;
    /** Statements were run since the last commit or rollback, with auto-commit off. */
    boolean inTransaction;
    /** A result set or a large object was opened that ends, or may end, with the transaction. */
    boolean endsWithTransaction;

    volatile boolean aborted;

    /** Opened by a pool that is above the guard. */
    boolean pooled;

    /** The line that asked the driver for it, and whether that is the program's own; once {@link Opener} had to know. */
    volatile @Nullable String opener;

    volatile boolean openedByProgram;

    /** Used by more threads than one. */
    volatile boolean shared;

    /** The driver's connection was unwrapped from a pool's, which is given back by closing the pool's alone. */
    volatile boolean unwrappedFromPool;

    /** How often the pool above has taken it back, as far as that shows: that ends what is open under it. */
    volatile int returns;

    /** Set when the handle was collected: the tracker forgets these then. */
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
     * Notes whether it was used since the last look. Executions are only counted, so that none reads the clock. Called by
     * the sweep alone.
     */
    void lookAtUse(long now) {
        int n = executions;
        if (n != executionsSeen) {
            executionsSeen = n;
            unusedSinceNanos = now | 1;
        }
    }

    /** For how long it has certainly run no statement; zero if it was never looked at, or has run one since. */
    Duration unused(long now) {
        long since = unusedSinceNanos;
        return since == 0 || executions != executionsSeen ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - since));
    }

    /** How long it has been in use. */
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
