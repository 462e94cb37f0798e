package io.leakguard.jdbc;

import io.leakguard.LeakPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Who holds the connections of a data source: a snapshot, grouped by the line that borrowed them, the largest group
 * first. Immutable.
 *
 * {@snippet :
 * System.err.println(JdbcGuard.holders(dataSource).toText());
 * }
 *
 * @param takenAt when
 * @param total how many connections were held
 * @param groups the holders by site
 */
public record ConnectionHolders(Instant takenAt, int total, List<Group> groups) {

    /** Copies the list. */
    public ConnectionHolders {
        groups = List.copyOf(groups);
    }

    /**
     * The connections that one line borrowed; each holder's path says who called that line.
     *
     * @param siteText the line, or that it is unknown since no creation stack was captured
     * @param stack a creation stack, empty if none was captured
     * @param holders the connections, longest held first
     */
    public record Group(String siteText, List<StackTraceElement> stack, List<Holder> holders) {
        /** Copies the lists. */
        public Group {
            stack = List.copyOf(stack);
            holders = List.copyOf(holders);
        }

        /** Returns the group as {@link ConnectionHolders#toText} shows it. */
        @Override
        public String toString() {
            return HoldersText.render(this);
        }
    }

    /**
     * One connection in use.
     *
     * @param age how long it has been held
     * @param unused for how long it is certain that it ran no statement; zero if that isn't known
     * @param lastSql the SQL that it ran last, empty if it ran none
     * @param transaction auto-commit and the transaction in words
     * @param path the path on which it was borrowed, which tells two callers of one helper apart; {@link LeakPath#UNKNOWN} if
     *     no creation stack was captured
     * @param threadName the thread that used it last
     * @param threadStack what that thread is doing now; empty if it has ended
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

        /** Returns the holder as {@link ConnectionHolders#toText} shows it. */
        @Override
        public String toString() {
            return HoldersText.render(this);
        }
    }

    /**
     * Returns the snapshot as a person reads it in a log.
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
