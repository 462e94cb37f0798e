package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The handle of an Array. */
final class GuardedArray extends ForwardingArray implements Array, GuardedResource {

    private final GuardedConnection connection;
    private final LeakTracker tracker;

    GuardedArray(Array delegate, GuardedConnection connection) {
        super(delegate);
        this.connection = connection;
        this.tracker = connection.trackLob(this, Kinds.ARRAY);
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public void free() throws SQLException {
        tracker.close();
        try {
            super.free();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** From JDBC 4.5 (JDK 26). */
    public void close() throws SQLException {
        free();
    }

    private @Nullable ResultSet result(@Nullable ResultSet made) {
        return made == null || made instanceof GuardedResultSet
                ? made
                : new GuardedResultSet(
                        made, connection, null, "Array.getResultSet", Kinds.RESULT_SET, connection.tracker, true);
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        return result(super.getResultSet());
    }

    @Override
    public @Nullable ResultSet getResultSet(Map<String, Class<?>> map) throws SQLException {
        return result(super.getResultSet(map));
    }

    @Override
    public @Nullable ResultSet getResultSet(long index, int count) throws SQLException {
        return result(super.getResultSet(index, count));
    }

    @Override
    public @Nullable ResultSet getResultSet(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return result(super.getResultSet(index, count, map));
    }
}
