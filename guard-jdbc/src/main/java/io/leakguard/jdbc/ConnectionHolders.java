package io.leakguard.jdbc;

import io.leakguard.LeakPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The holders of a data source's connections: a snapshot, grouped by the line that borrowed them, the largest group
 * first. Immutable.
 *
 * {@snippet :
 * System.err.println(JdbcGuard.holders(dataSource).toText());
 * }
 *
 * @param takenAt the time of the snapshot
 * @param total the number of held connections
 * @param groups the holders by site
 */
public record ConnectionHolders(Instant takenAt, int total, List<Group> groups) {

    /** Copies the list. */
    public ConnectionHolders {
        groups = List.copyOf(groups);
    }

    /**
     * The connections that one line borrowed. Each holder's path names the caller of that line.
     *
     * @param siteText the line, or a text that it is unknown since no creation stack was captured
     * @param stack a creation stack, empty if none was captured
     * @param holders the connections, longest held first
     */
    public record Group(String siteText, List<StackTraceElement> stack, List<Holder> holders) {
        /** Copies the lists. */
        public Group {
            stack = List.copyOf(stack);
            holders = List.copyOf(holders);
        }

        /** Returns the group as text, in the form of {@link ConnectionHolders#toText}. */
        @Override
        public String toString() {
            return HoldersText.render(this);
        }
    }

    /**
     * One connection in use.
     *
     * @param age the time for which it has been held
     * @param unused the time for which it has certainly run no statement; zero if unknown
     * @param lastSql the last SQL that it ran, empty if it ran none
     * @param transaction auto-commit and the transaction in words
     * @param path the path on which it was borrowed, which distinguishes two callers of one helper;
     *     {@link LeakPath#UNKNOWN} if no creation stack was captured
     * @param threadName the thread that used it last
     * @param threadStack the current stack of that thread; empty if it has ended
     * @param collected true if nobody can give it back any more: its handle was collected without being closed
     */
    public record Holder(
            Duration age,
            Duration unused,
            String lastSql,
            String transaction,
            LeakPath path,
            String threadName,
            List<StackTraceElement> threadStack,
            boolean collected) {
        /** Copies the list. */
        public Holder {
            threadStack = List.copyOf(threadStack);
        }

        /** Returns the holder as text, in the form of {@link ConnectionHolders#toText}. */
        @Override
        public String toString() {
            return HoldersText.render(this);
        }
    }

    /**
     * Returns the snapshot as text for a log.
     *
     * @return several lines of text without a trailing line break
     */
    public String toText() {
        return HoldersText.render(this);
    }

    /** Returns the same as {@link #toText}. */
    @Override
    public String toString() {
        return toText();
    }
}
