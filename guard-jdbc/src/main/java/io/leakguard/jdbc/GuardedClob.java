package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.Clob;
import java.sql.SQLException;

/** The handle of a Clob. */
class GuardedClob extends ForwardingClob implements Clob, GuardedResource {

    private final GuardedConnection connection;
    private final LeakTracker tracker;

    GuardedClob(Clob delegate, GuardedConnection connection, ResourceKind kind) {
        super(delegate);
        this.connection = connection;
        this.tracker = connection.trackLob(this, kind);
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
