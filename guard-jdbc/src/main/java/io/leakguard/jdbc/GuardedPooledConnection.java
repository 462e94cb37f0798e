package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.PooledConnection;
import javax.sql.StatementEvent;
import javax.sql.StatementEventListener;
import org.jspecify.annotations.Nullable;

/** The handle of a physical connection, for its owner: an application server or a pool. */
class GuardedPooledConnection extends ForwardingPooledConnection implements PooledConnection, GuardedResource {

    private final JdbcSource source;
    private final LeakTracker tracker;
    private final IdentityHashMap<ConnectionEventListener, ConnectionEventListener> listeners = new IdentityHashMap<>();
    private final IdentityHashMap<StatementEventListener, StatementEventListener> statementListeners =
            new IdentityHashMap<>();

    /** The state of the connection that was handed out last. */
    private @Nullable ConnectionState given;

    GuardedPooledConnection(PooledConnection delegate, JdbcSource source, ResourceKind kind) {
        super(delegate);
        this.source = source;
        // Without the delegate: it references its listeners, and through them the owner of this handle.
        this.tracker = source.guard.track(this, kind, (java.util.function.Supplier<String>) source::url);
        Pools.caller().ifPresent(pool -> source.guard.keep(tracker, Pools.reason(pool)));
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    /** Hands out a connection. This ends the one before. */
    @Override
    public Connection getConnection() throws SQLException {
        endGiven();
        Connection made = Borrow.connection(source, this, delegate::getConnection);
        if (made instanceof GuardedConnection connection) {
            synchronized (listeners) {
                given = connection.state;
            }
        }
        return made;
    }

    private void endGiven() {
        ConnectionState before;
        synchronized (listeners) {
            before = given;
            given = null;
        }
        if (before != null) {
            LeakTracker open = before.tracker;
            if (open != null) {
                open.close();
            }
            source.live.remove(before);
        }
    }

    @Override
    public void close() throws SQLException {
        tracker.close();
        endGiven();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void addConnectionEventListener(ConnectionEventListener listener) {
        super.addConnectionEventListener(listener == null ? null : translated(listener));
    }

    private ConnectionEventListener translated(ConnectionEventListener listener) {
        synchronized (listeners) {
            return listeners.computeIfAbsent(listener, Translated::new);
        }
    }

    @Override
    public void removeConnectionEventListener(ConnectionEventListener listener) {
        ConnectionEventListener known;
        synchronized (listeners) {
            known = listeners.remove(listener);
        }
        super.removeConnectionEventListener(known != null ? known : listener);
    }

    @Override
    public void addStatementEventListener(StatementEventListener listener) {
        if (listener == null) {
            super.addStatementEventListener(null);
            return;
        }
        StatementEventListener known;
        synchronized (listeners) {
            known = statementListeners.computeIfAbsent(listener, TranslatedStatement::new);
        }
        super.addStatementEventListener(known);
    }

    @Override
    public void removeStatementEventListener(StatementEventListener listener) {
        StatementEventListener known;
        synchronized (listeners) {
            known = statementListeners.remove(listener);
        }
        super.removeStatementEventListener(known != null ? known : listener);
    }

    /** Pools look up the source of an event: it must be the object that they hold. */
    private final class Translated implements ConnectionEventListener {
        private final ConnectionEventListener listener;

        Translated(ConnectionEventListener listener) {
            this.listener = listener;
        }

        @Override
        public void connectionClosed(ConnectionEvent event) {
            listener.connectionClosed(translated(event));
        }

        @Override
        public void connectionErrorOccurred(ConnectionEvent event) {
            listener.connectionErrorOccurred(translated(event));
        }

        private ConnectionEvent translated(ConnectionEvent event) {
            return event.getSource() == delegate
                    ? new ConnectionEvent(GuardedPooledConnection.this, event.getSQLException())
                    : event;
        }
    }

    /** The same for statements. The statement itself is the driver's. */
    private final class TranslatedStatement implements StatementEventListener {
        private final StatementEventListener listener;

        TranslatedStatement(StatementEventListener listener) {
            this.listener = listener;
        }

        @Override
        public void statementClosed(StatementEvent event) {
            listener.statementClosed(translated(event));
        }

        @Override
        public void statementErrorOccurred(StatementEvent event) {
            listener.statementErrorOccurred(translated(event));
        }

        private StatementEvent translated(StatementEvent event) {
            return event.getSource() == delegate
                    ? new StatementEvent(GuardedPooledConnection.this, event.getStatement(), event.getSQLException())
                    : event;
        }
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
