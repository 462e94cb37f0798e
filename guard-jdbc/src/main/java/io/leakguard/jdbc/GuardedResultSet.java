package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The handle of a result set. The methods called for each row are inherited as generated: plain calls. */
@SuppressWarnings("deprecation") // inherited methods
final class GuardedResultSet extends ForwardingResultSet implements ResultSet, GuardedResource {

    final Probes.OfResultSet probe;

    private final GuardedConnection connection;
    private final LeakTracker tracker;
    /** The statement of this result; null for a result of the meta data. */
    private final @Nullable GuardedStatement statement;
    /** Not the statement's result but a value: the driver may return another statement for it. */
    private final boolean nested;

    private @Nullable GuardedStatement hidden;

    GuardedResultSet(
            ResultSet delegate,
            GuardedConnection connection,
            @Nullable GuardedStatement statement,
            @Nullable Object description,
            ResourceKind kind,
            LeakTracker parent,
            boolean endsWithTransaction) {
        this(delegate, connection, statement, description, kind, parent, endsWithTransaction, false);
    }

    GuardedResultSet(
            ResultSet delegate,
            GuardedConnection connection,
            @Nullable GuardedStatement statement,
            @Nullable Object description,
            ResourceKind kind,
            LeakTracker parent,
            boolean endsWithTransaction,
            boolean nested) {
        super(delegate);
        this.connection = connection;
        this.statement = statement;
        this.nested = nested;
        if (endsWithTransaction) {
            connection.state.endsWithTransaction = true;
        }
        connection.takeOver(delegate);
        this.probe = new Probes.OfResultSet(
                connection.state, connection.mayHoldDelegates ? delegate : null, endsWithTransaction, this);
        this.tracker = connection.source.guard.track(this, kind, description, parent, probe);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        T made = super.unwrap(type);
        if (made != this && made != null) {
            probe.watch(this, made);
            GuardedStatement s = statement;
            if (s != null) {
                s.leadsToDelegate(made);
            }
            connection.leadsToDelegate(made);
        }
        return made;
    }

    @Override
    public void close() throws SQLException {
        boolean first = tracker.close();
        try {
            delegate.close();
        } finally {
            GuardedStatement s = statement;
            if (first && s != null) {
                s.resultClosed();
            }
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public @Nullable Statement getStatement() throws SQLException {
        Statement real = super.getStatement(); // called in any case: a closed result set throws
        GuardedStatement s = statement;
        if (s != null && (!nested || real == s.delegate)) {
            return s;
        }
        if (real == null || real instanceof GuardedStatement) {
            return real;
        }
        GuardedStatement known = hidden;
        if (known == null || known.delegate != real) {
            known = new GuardedStatement(real, connection, tracker);
            hidden = known;
        }
        return known;
    }

    @Override
    public Object getObject(int columnIndex) throws SQLException {
        return value(super.getObject(columnIndex));
    }

    @Override
    public Object getObject(String columnLabel) throws SQLException {
        return value(super.getObject(columnLabel));
    }

    @Override
    public Object getObject(int columnIndex, Map<String, Class<?>> map) throws SQLException {
        return value(super.getObject(columnIndex, map));
    }

    @Override
    public Object getObject(String columnLabel, Map<String, Class<?>> map) throws SQLException {
        return value(super.getObject(columnLabel, map));
    }

    @Override
    public <T> T getObject(int columnIndex, Class<T> type) throws SQLException {
        T made = super.getObject(columnIndex, type);
        return statement == null ? made : Lobs.value(made, type, statement, tracker);
    }

    @Override
    public <T> T getObject(String columnLabel, Class<T> type) throws SQLException {
        T made = super.getObject(columnLabel, type);
        return statement == null ? made : Lobs.value(made, type, statement, tracker);
    }

    private Object value(Object made) {
        GuardedStatement s = statement;
        return s == null ? made : Lobs.value(made, s, tracker);
    }

    @Override
    public Blob getBlob(int columnIndex) throws SQLException {
        return Lobs.guard(super.getBlob(columnIndex), connection);
    }

    @Override
    public Blob getBlob(String columnLabel) throws SQLException {
        return Lobs.guard(super.getBlob(columnLabel), connection);
    }

    @Override
    public Clob getClob(int columnIndex) throws SQLException {
        return Lobs.guard(super.getClob(columnIndex), connection);
    }

    @Override
    public Clob getClob(String columnLabel) throws SQLException {
        return Lobs.guard(super.getClob(columnLabel), connection);
    }

    @Override
    public NClob getNClob(int columnIndex) throws SQLException {
        return Lobs.guard(super.getNClob(columnIndex), connection);
    }

    @Override
    public NClob getNClob(String columnLabel) throws SQLException {
        return Lobs.guard(super.getNClob(columnLabel), connection);
    }

    @Override
    public SQLXML getSQLXML(int columnIndex) throws SQLException {
        return Lobs.guard(super.getSQLXML(columnIndex), connection);
    }

    @Override
    public SQLXML getSQLXML(String columnLabel) throws SQLException {
        return Lobs.guard(super.getSQLXML(columnLabel), connection);
    }

    @Override
    public Array getArray(int columnIndex) throws SQLException {
        return Lobs.guard(super.getArray(columnIndex), connection);
    }

    @Override
    public Array getArray(String columnLabel) throws SQLException {
        return Lobs.guard(super.getArray(columnLabel), connection);
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
