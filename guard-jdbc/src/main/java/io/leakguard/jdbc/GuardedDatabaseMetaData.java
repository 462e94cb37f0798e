package io.leakguard.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The meta data, whose result sets belong to the connection. */
final class GuardedDatabaseMetaData extends ForwardingDatabaseMetaData implements DatabaseMetaData {

    private final GuardedConnection connection;

    GuardedDatabaseMetaData(DatabaseMetaData delegate, GuardedConnection connection) {
        super(delegate);
        this.connection = connection;
    }

    @Override
    @Nullable
    ResultSet result(@Nullable ResultSet made, String method) {
        if (made == null || connection.isGuarded(made)) {
            return made;
        }
        return new GuardedResultSet(
                made, connection, null, method, Kinds.METADATA_RESULT_SET, connection.tracker, true);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        T made = super.unwrap(type);
        if (made != this) {
            connection.leadsToDelegate(made);
        }
        return made;
    }

    @Override
    public @Nullable Connection getConnection() throws SQLException {
        return super.getConnection() == null ? null : connection;
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
