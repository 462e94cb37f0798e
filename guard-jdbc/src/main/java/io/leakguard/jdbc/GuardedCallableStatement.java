package io.leakguard.jdbc;

import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.util.Map;

/** The handle of a callable statement. Its out parameters may be result sets. */
@SuppressWarnings("deprecation") // inherited methods
final class GuardedCallableStatement extends ForwardingCallableStatement implements CallableStatement, GuardedResource {

    GuardedCallableStatement(
            CallableStatement delegate, GuardedConnection connection, String sql, ResourceKind kind, int holdability) {
        super(delegate, connection, sql, kind, holdability);
    }

    @Override
    public Object getObject(int parameterIndex) throws SQLException {
        return Lobs.value(super.getObject(parameterIndex), this, tracker);
    }

    @Override
    public Object getObject(String parameterName) throws SQLException {
        return Lobs.value(super.getObject(parameterName), this, tracker);
    }

    @Override
    public Object getObject(int parameterIndex, Map<String, Class<?>> map) throws SQLException {
        return Lobs.value(super.getObject(parameterIndex, map), this, tracker);
    }

    @Override
    public Object getObject(String parameterName, Map<String, Class<?>> map) throws SQLException {
        return Lobs.value(super.getObject(parameterName, map), this, tracker);
    }

    @Override
    public <T> T getObject(int parameterIndex, Class<T> type) throws SQLException {
        return Lobs.value(super.getObject(parameterIndex, type), type, this, tracker);
    }

    @Override
    public <T> T getObject(String parameterName, Class<T> type) throws SQLException {
        return Lobs.value(super.getObject(parameterName, type), type, this, tracker);
    }

    @Override
    public Blob getBlob(int parameterIndex) throws SQLException {
        return Lobs.guard(super.getBlob(parameterIndex), connection);
    }

    @Override
    public Blob getBlob(String parameterName) throws SQLException {
        return Lobs.guard(super.getBlob(parameterName), connection);
    }

    @Override
    public Clob getClob(int parameterIndex) throws SQLException {
        return Lobs.guard(super.getClob(parameterIndex), connection);
    }

    @Override
    public Clob getClob(String parameterName) throws SQLException {
        return Lobs.guard(super.getClob(parameterName), connection);
    }

    @Override
    public NClob getNClob(int parameterIndex) throws SQLException {
        return Lobs.guard(super.getNClob(parameterIndex), connection);
    }

    @Override
    public NClob getNClob(String parameterName) throws SQLException {
        return Lobs.guard(super.getNClob(parameterName), connection);
    }

    @Override
    public SQLXML getSQLXML(int parameterIndex) throws SQLException {
        return Lobs.guard(super.getSQLXML(parameterIndex), connection);
    }

    @Override
    public SQLXML getSQLXML(String parameterName) throws SQLException {
        return Lobs.guard(super.getSQLXML(parameterName), connection);
    }

    @Override
    public Array getArray(int parameterIndex) throws SQLException {
        return Lobs.guard(super.getArray(parameterIndex), connection);
    }

    @Override
    public Array getArray(String parameterName) throws SQLException {
        return Lobs.guard(super.getArray(parameterName), connection);
    }
}
