package io.leakguard.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Opens a connection. If the attempt is slow or fails, says who holds the connections. */
final class Borrow {
    private Borrow() {}

    interface Opening<T> {
        T open() throws SQLException;
    }

    /** Opens a connection and guards it. */
    static Connection connection(
            JdbcSource source, @Nullable GuardedPooledConnection owner, Opening<Connection> opening)
            throws SQLException {
        if (!source.guard.isEnabled()) {
            return opening.open();
        }
        ConnectionState state = new ConnectionState(source, Thread.currentThread());
        Connection made = open(source.live, state, opening);
        Connection given = GuardedConnection.guard(made, owner, state);
        source.live.borrowed(state);
        return given;
    }

    /** Opens a physical connection. */
    static <T> T physical(JdbcSource source, Opening<T> opening) throws SQLException {
        if (!source.guard.isEnabled()) {
            return opening.open();
        }
        ConnectionState state = new ConnectionState(source, Thread.currentThread());
        T made = open(source.live, state, opening);
        source.live.remove(state);
        source.live.borrowed(state);
        return made;
    }

    /** After success the caller must take the connection out of the live connections. */
    private static <T> T open(LiveConnections live, ConnectionState state, Opening<T> opening) throws SQLException {
        live.startWaiting(state);
        boolean opened = false;
        try {
            T made = opening.open();
            opened = true;
            return made;
        } catch (SQLException | RuntimeException e) {
            live.failed(e, state);
            throw e;
        } finally {
            if (!opened) {
                live.remove(state);
            }
        }
    }
}
