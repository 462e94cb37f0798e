package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.SQLException;
import java.sql.SQLXML;

/** The handle of an SQLXML. */
final class GuardedSqlXml extends ForwardingSQLXML implements SQLXML, GuardedResource {

    private final GuardedConnection connection;
    private final LeakTracker tracker;

    GuardedSqlXml(SQLXML delegate, GuardedConnection connection) {
        super(delegate);
        this.connection = connection;
        this.tracker = connection.trackLob(this, Kinds.SQLXML);
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
            Reference.reachabilityFence(connection);
            Reference.reachabilityFence(this);
        }
    }

    /** From JDBC 4.5 (JDK 26). */
    public void close() throws SQLException {
        free();
    }
}
