package io.leakguard.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Opens something, and tells of a slow or failed attempt who holds the connections. */
final class Borrow {
    private Borrow() {}

    interface Opening<T> {
        T open() throws SQLException;
    }

    /** Opens a connection and guards it. */
    static Connection connection(
            JdbcSource source, @Nullable GuardedPooledConnection owner, Opening<Connection> opening)
            throws SQLException {
        Holders holders = source.holders;
        long start = System.nanoTime();
        Connection made = open(holders, start, opening);
        Connection given = GuardedConnection.guard(made, source, owner, start);
        // The clock is read once for both.
        long end = given instanceof GuardedConnection handle ? handle.state.openedNanos : System.nanoTime();
        holders.borrowed(end - start);
        return given;
    }

    /** Opens a physical connection. */
    static <T> T physical(JdbcSource source, Opening<T> opening) throws SQLException {
        long start = System.nanoTime();
        T made = open(source.holders, start, opening);
        source.holders.borrowed(System.nanoTime() - start);
        return made;
    }

    private static <T> T open(Holders holders, long start, Opening<T> opening) throws SQLException {
        int slot = holders.startWaiting(start);
        try {
            return opening.open();
        } catch (SQLException | RuntimeException e) {
            holders.failed(e, System.nanoTime() - start);
            throw e;
        } finally {
            holders.stopWaiting(slot);
        }
    }
}
