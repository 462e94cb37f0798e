package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.ResourceProbe;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The probes of JDBC resources behind collected handles. They trust a driver's "closed"; "open" never proves anything.
 */
final class Probes {
    private Probes() {}

    /**
     * A connection. The delegate is unknown if it may reference the handle: the physical connection of a
     * {@code PooledConnection} references its listeners, and through them the pool.
     */
    static final class OfConnection implements ResourceProbe, UnwrappedWatch.Probe {
        private final ConnectionState state;
        private @Nullable Connection delegate;
        /** In place of the delegate, after that was unwrapped. */
        private volatile @Nullable WeakReference<Connection> unwrapped;

        OfConnection(ConnectionState state, @Nullable Connection delegate) {
            this.state = state;
            this.delegate = delegate;
        }

        @Override
        public boolean isOpen() throws SQLException {
            LeakTracker tracker = state.tracker;
            WeakReference<Connection> out = unwrapped;
            if (tracker == null || tracker.isOpen()) {
                Opener.judge(state);
                Connection raw = out == null ? null : out.get();
                // In use: no other thread asks its driver, unless the connection may have been closed directly.
                return raw == null || !raw.isClosed();
            }
            if (out != null) {
                state.source.live.remove(state);
                return false; // it may still be in use: nothing is proven
            }
            Connection connection = delegate;
            if (state.frozen == null) {
                String url = connection == null ? "" : JdbcSource.urlOf(connection);
                state.frozen = new ConnectionState.Frozen(url, tracker.siteText(), tracker.path(), tracker.stack());
            }
            boolean open = state.aborted || connection == null || !connection.isClosed();
            if (!open) {
                state.source.live.remove(state);
            } else {
                state.source.live.collected();
            }
            return open;
        }

        @Override
        public void clearDetails() {
            Connection connection = delegate;
            if (connection != null && unwrapped == null) {
                unwrapped = new WeakReference<>(connection);
                delegate = null;
            }
        }

        @Override
        public void unreachable(Object handle) {
            if (unwrapped != null) {
                delegate = ((GuardedConnection) handle).delegate;
                unwrapped = null;
            }
        }

        @Override
        public boolean hasEnded() {
            LeakTracker tracker = state.tracker;
            return tracker == null || !tracker.isOpen();
        }

        /** Gives a collected connection back, as its user should have done. */
        @Override
        public void close() throws SQLException {
            if (state.unwrappedFromPool) {
                throw new SQLException("its driver's connection was unwrapped, and may be in use");
            }
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
                state.source.live.remove(state);
            }
        }
    }

    private static boolean isTracked(@Nullable LeakTracker tracker) {
        return tracker != null && tracker.isOpen();
    }

    /** A statement, a result set or a large object: its connection's close ends it. */
    interface OfChild extends ResourceProbe {
        ConnectionState connection();

        /** The number of times that a pool had taken the connection back when this was opened. */
        int returns();

        /** Asks the driver. */
        boolean isDelegateOpen() throws SQLException;

        /** Tells whether a commit or rollback ends it, or may. */
        default boolean endsWithTransaction() {
            return false;
        }

        /** Also false after a pool has taken the connection back. */
        @Override
        default boolean isOpen() throws SQLException {
            Opener.judge(connection());
            return returns() == connection().returns && isDelegateOpen();
        }

        @Override
        default Duration parentGrace() {
            return connection().source.options.childGrace();
        }

        @Override
        default void close() throws SQLException {
            throw new SQLException(
                    "left to its connection's close, since others may be using the connection on their thread");
        }
    }

    /** A statement. */
    static final class OfStatement implements OfChild, Supplier<String>, UnwrappedWatch.Probe {
        private final ConnectionState connection;
        private final int returns;
        private @Nullable Statement delegate;
        private volatile @Nullable WeakReference<Statement> unwrapped;
        private @Nullable LeakTracker tracker;
        /** The SQL that it runs. Reports read it, and may see it a moment late. */
        @Nullable
        String sql;

        OfStatement(ConnectionState connection, @Nullable Statement delegate, @Nullable String sql) {
            this.connection = connection;
            this.returns = connection.returns;
            this.delegate = delegate;
            this.sql = sql;
        }

        @Override
        public ConnectionState connection() {
            return connection;
        }

        @Override
        public int returns() {
            return returns;
        }

        @Override
        public boolean isDelegateOpen() throws SQLException {
            WeakReference<Statement> out = unwrapped;
            if (out != null) {
                Statement raw = out.get();
                return isTracked(tracker) && (raw == null || !raw.isClosed());
            }
            Statement statement = delegate;
            return statement == null || !statement.isClosed();
        }

        /** Begins after it was unwrapped. */
        void watch(GuardedStatement handle, Object made) {
            if (unwrapped == null && delegate != null) {
                tracker = handle.tracker;
                UnwrappedWatch.begin(this, handle, handle.delegate, made);
            }
        }

        @Override
        public void clearDetails() {
            Statement statement = delegate;
            if (statement != null) {
                unwrapped = new WeakReference<>(statement);
                delegate = null;
            }
        }

        @Override
        public void unreachable(Object handle) {
            delegate = ((GuardedStatement) handle).delegate;
            unwrapped = null;
        }

        @Override
        public boolean hasEnded() {
            return !isTracked(tracker);
        }

        @Override
        public String get() {
            String text = sql;
            return text == null ? "" : SqlText.show(text, connection.source);
        }
    }

    /**
     * A result set. It references its handle for {@code getResultSet()}, which returns the same handle for one result.
     * This object is the reference itself, since there is one for each query.
     */
    static final class OfResultSet extends WeakReference<GuardedResultSet> implements OfChild, UnwrappedWatch.Probe {
        private final ConnectionState connection;
        private final int returns;
        private @Nullable ResultSet delegate;
        private volatile @Nullable WeakReference<ResultSet> unwrapped;
        private @Nullable LeakTracker tracker;
        private final boolean endsWithTransaction;

        OfResultSet(
                ConnectionState connection,
                @Nullable ResultSet delegate,
                boolean endsWithTransaction,
                GuardedResultSet handle) {
            super(handle);
            this.connection = connection;
            this.returns = connection.returns;
            this.delegate = delegate;
            this.endsWithTransaction = endsWithTransaction;
        }

        @Override
        public ConnectionState connection() {
            return connection;
        }

        @Override
        public int returns() {
            return returns;
        }

        @Override
        public boolean endsWithTransaction() {
            return endsWithTransaction;
        }

        @Override
        public boolean isDelegateOpen() throws SQLException {
            WeakReference<ResultSet> out = unwrapped;
            if (out != null) {
                ResultSet raw = out.get();
                return isTracked(tracker) && (raw == null || !raw.isClosed());
            }
            ResultSet result = delegate;
            return result == null || !result.isClosed();
        }

        /** Begins after it was unwrapped. */
        void watch(GuardedResultSet handle, Object made) {
            if (unwrapped == null && delegate != null) {
                tracker = handle.leakTracker();
                UnwrappedWatch.begin(this, handle, handle.delegate, made);
            }
        }

        @Override
        public void clearDetails() {
            ResultSet result = delegate;
            if (result != null) {
                unwrapped = new WeakReference<>(result);
                delegate = null;
            }
        }

        @Override
        public void unreachable(Object handle) {
            delegate = ((GuardedResultSet) handle).delegate;
            unwrapped = null;
        }

        @Override
        public boolean hasEnded() {
            return !isTracked(tracker);
        }
    }

    /** A large object, which can't be asked whether it is open. */
    record OfLob(ConnectionState connection, int returns) implements OfChild {
        OfLob(ConnectionState connection) {
            this(connection, connection.returns);
        }

        @Override
        public boolean endsWithTransaction() {
            return true;
        }

        @Override
        public boolean isDelegateOpen() {
            return true;
        }
    }
}
