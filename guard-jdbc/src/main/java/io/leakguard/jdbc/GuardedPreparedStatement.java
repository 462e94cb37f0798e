package io.leakguard.jdbc;

import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The handle of a prepared statement. */
@SuppressWarnings("deprecation") // inherited methods
class GuardedPreparedStatement extends ForwardingPreparedStatement implements PreparedStatement, GuardedResource {

    private final String sql;

    GuardedPreparedStatement(
            PreparedStatement delegate, GuardedConnection connection, String sql, ResourceKind kind, int holdability) {
        super(delegate, connection, sql, kind, holdability);
        this.sql = sql;
    }

    @Override
    public @Nullable ResultSet executeQuery() throws SQLException {
        executing(sql);
        return result(super.executeQuery());
    }

    @Override
    public boolean execute() throws SQLException {
        executing(sql);
        return super.execute();
    }

    @Override
    public int executeUpdate() throws SQLException {
        executing(sql);
        return super.executeUpdate();
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        executing(sql);
        return super.executeLargeUpdate();
    }
}
