package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceProbe;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the guard asks and closes behind collected handles: "closed" is trusted, "open" never proves anything. */
final class Probes {
    private Probes() {}

    /**
     * A connection. The delegate is unknown where it may lead back to the handle: the physical connection of a {@code
     * PooledConnection} knows its listeners, and through them the pool.
     */
    static final class OfConnection implements ResourceProbe {
        private final ConnectionState state;
        private final @Nullable Connection delegate;

        OfConnection(ConnectionState state, @Nullable Connection delegate) {
            this.state = state;
            this.delegate = delegate;
        }

        @Override
        public boolean isOpen() throws SQLException {
            LeakTracker tracker = state.tracker;
            if (tracker == null || tracker.isOpen()) {
                return true; // in use: its driver is not asked from another thread
            }
            Connection connection = delegate;
            if (state.frozen == null) {
                String url = connection == null ? "" : JdbcSource.urlOf(connection);
                state.frozen = new ConnectionState.Frozen(url, tracker.siteText(), tracker.stack());
            }
            boolean open = state.aborted || connection == null || !connection.isClosed();
            if (!open) {
                state.source.holders.remove(state);
            } else {
                state.source.holders.collected();
            }
            return open;
        }

        /** Gives a collected connection back, as its user should have. */
        @Override
        public void close() throws SQLException {
            Connection connection = delegate;
            if (connection == null) {
                throw new SQLException("the connection belongs to a PooledConnection, which must close it");
            }
            try {
                if (!state.aborted && !connection.getAutoCommit()) {
                    connection.rollback(); // nobody will commit it, and some drivers refuse to close it otherwise
                }
            } finally {
                connection.close();
                state.source.holders.remove(state);
            }
        }
    }

    /** A statement, a result set or a large object: its connection's close ends it. */
    abstract static class OfChild implements ResourceProbe {
        final ConnectionState connection;
        private final int returns;

        OfChild(ConnectionState connection) {
            this.connection = connection;
            this.returns = connection.returns;
        }

        /** False too once a pool has taken the connection back. */
        @Override
        public final boolean isOpen() throws SQLException {
            return returns == connection.returns && isDelegateOpen();
        }

        /** What the driver says. */
        abstract boolean isDelegateOpen() throws SQLException;

        @Override
        public final Duration parentGrace() {
            return connection.source.options.childGrace();
        }

        /** Whether a commit or rollback ends it, or may. */
        boolean endsWithTransaction() {
            return false;
        }

        @Override
        public final void close() throws SQLException {
            throw new SQLException(
                    "left to its connection's close, since others may be using the connection on their thread");
        }
    }

    /** A statement. */
    static final class OfStatement extends OfChild implements java.util.function.Supplier<String> {
        private final @Nullable Statement delegate;
        volatile @Nullable SqlText sql;

        OfStatement(ConnectionState connection, @Nullable Statement delegate, @Nullable SqlText sql) {
            super(connection);
            this.delegate = delegate;
            this.sql = sql;
        }

        @Override
        boolean isDelegateOpen() throws SQLException {
            Statement statement = delegate;
            return statement == null || !statement.isClosed();
        }

        @Override
        public String get() {
            SqlText text = sql;
            return text == null ? "" : text.get();
        }
    }

    /** A result set. */
    static final class OfResultSet extends OfChild {
        private final @Nullable ResultSet delegate;
        private final boolean endsWithTransaction;
        /** For {@code getResultSet()}, which gives one result's wrapper again. */
        final WeakReference<GuardedResultSet> handle;

        OfResultSet(
                ConnectionState connection,
                @Nullable ResultSet delegate,
                boolean endsWithTransaction,
                GuardedResultSet handle) {
            super(connection);
            this.delegate = delegate;
            this.endsWithTransaction = endsWithTransaction;
            this.handle = new WeakReference<>(handle);
        }

        @Override
        boolean endsWithTransaction() {
            return endsWithTransaction;
        }

        @Override
        boolean isDelegateOpen() throws SQLException {
            ResultSet result = delegate;
            return result == null || !result.isClosed();
        }
    }

    /** A large object, which can't be asked. */
    static final class OfLob extends OfChild {
        OfLob(ConnectionState connection) {
            super(connection);
        }

        @Override
        boolean endsWithTransaction() {
            return true;
        }

        @Override
        boolean isDelegateOpen() {
            return true;
        }
    }
}
