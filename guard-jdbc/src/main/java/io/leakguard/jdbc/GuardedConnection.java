package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The handle of a connection. */
final class GuardedConnection extends ForwardingConnection implements Connection, GuardedResource {

    private static final int UNKNOWN_HOLDABILITY = -1;

    final JdbcSource source;
    final ConnectionState state;
    final LeakTracker tracker;
    private final Probes.OfConnection probe;
    private boolean watched;
    /** Whether the guard may hold the driver's objects: not if they could reference a handle of ours. */
    final boolean mayHoldDelegates;

    /** The same guard is beneath the pool too, and would report each leaked statement and result set again. */
    private final boolean alsoBeneath;

    /** The handle under which this one is open. Kept reachable. */
    @SuppressWarnings("UnusedVariable")
    private final @Nullable GuardedPooledConnection owner;

    private @Nullable GuardedDatabaseMetaData metaData;
    private int holdability = UNKNOWN_HOLDABILITY;

    private GuardedConnection(Connection delegate, @Nullable GuardedPooledConnection owner, ConnectionState state) {
        super(delegate);
        this.source = state.source;
        this.owner = owner;
        this.mayHoldDelegates = owner == null;
        this.state = state;
        this.alsoBeneath = source.isAlsoBeneath(delegate);
        this.probe = new Probes.OfConnection(state, mayHoldDelegates ? delegate : null);
        LeakTracker made =
                source.guard.track(this, Kinds.CONNECTION, state, owner == null ? null : owner.leakTracker(), probe);
        this.tracker = made;
        state.tracker = made;
        if (!made.isOpen()) {
            source.live.remove(state); // the guard is closed
        }
        String pool = source.poolAbove(delegate, state.startNanos);
        if (pool != null) {
            state.pooled = true;
            source.guard.keep(made, Pools.reason(pool));
        }
    }

    /** Returns the connection guarded, or as it is if it is guarded already. */
    static Connection guard(Connection delegate, @Nullable GuardedPooledConnection owner, ConnectionState state) {
        if (delegate instanceof GuardedConnection || delegate == null) {
            state.source.live.remove(state);
            if (delegate instanceof GuardedConnection guarded) {
                state.source.live.leadTo(guarded.source.live);
            }
            return delegate;
        }
        GuardedConnection connection = new GuardedConnection(delegate, owner, state);
        state.source.learnUrl(delegate);
        return connection;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    // --------------------------------------------------------------------------------------------- unwrapped objects

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        T made = super.unwrap(type);
        if (made != this) {
            leadsToDelegate(made);
        }
        return made;
    }

    /**
     * Called when the program gets an object of the driver that is, or references, the connection behind this handle.
     */
    void leadsToDelegate(@Nullable Object made) {
        if (made == null || watched) {
            return;
        }
        if (made != delegate && source.isPooled(delegate)) {
            state.unwrappedFromPool = true; // closing it doesn't return it to the pool
            return;
        }
        watched = true;
        UnwrappedWatch.begin(probe, this, delegate, made);
    }

    // --------------------------------------------------------------------------------------------- its end

    @Override
    public void close() throws SQLException {
        if (tracker.close()) {
            source.live.closed(state);
        } else {
            source.live.remove(state); // another event ended it before
        }
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Ends all resources open under it. The connection itself must still be closed, or its pool may never get it back.
     */
    @Override
    public void abort(Executor executor) throws SQLException {
        boolean before = state.aborted;
        state.aborted = true;
        tracker.endChildren(child -> true);
        try {
            super.abort(executor);
        } catch (SQLException e) {
            state.aborted = before; // the driver can't abort
            throw e;
        }
    }

    @Override
    public void endRequest() throws SQLException {
        super.endRequest();
        tracker.endChildren(GuardedConnection::isClosed);
    }

    /**
     * The pool's work on the physical connection after the program has closed its own. It ends all resources that the
     * program left open under it: most pools close them, and if one doesn't, the program has done nothing wrong.
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // a connection is taken back by one thread at a time
    private void maybeReturned() {
        ConnectionState s = state;
        if (s.pooled) {
            s.returns = s.returns + 1;
            source.guard.keep(tracker, "kept by a pool"); // with its cached statements
        }
    }

    @Override
    public void clearWarnings() throws SQLException {
        maybeReturned();
        super.clearWarnings();
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        maybeReturned();
        return super.getWarnings();
    }

    private static boolean isClosed(@Nullable AutoCloseable child) {
        try {
            return child instanceof Probes.OfChild probe && !probe.isDelegateOpen();
        } catch (Exception e) {
            return false; // the driver can't tell: the guard asks again if the handle is collected
        }
    }

    // --------------------------------------------------------------------------------------------- transactions

    /** Called before each execution, on the thread that executes. */
    void executing(@Nullable String sql) {
        ConnectionState s = state;
        s.lastSql = sql;
        s.executions++;
        s.usedBy(Thread.currentThread());
        if (s.autoCommit != ConnectionState.ON) {
            s.inTransaction = !isAutoCommit();
        }
    }

    private boolean isAutoCommit() {
        if (state.autoCommit == ConnectionState.UNKNOWN) {
            try {
                knowAutoCommit(delegate.getAutoCommit());
            } catch (SQLException e) {
                return true; // the following execution will fail with the reason
            }
        }
        return state.autoCommit == ConnectionState.ON;
    }

    private void knowAutoCommit(boolean on) {
        state.autoCommit = on ? ConnectionState.ON : ConnectionState.OFF;
    }

    /** The end of a transaction may close cursors, and only some drivers do so. The guard no longer reports them. */
    private void transactionEnds() {
        if (state.endsWithTransaction) {
            state.endsWithTransaction = false;
            tracker.endChildren(child -> child instanceof Probes.OfChild probe && probe.endsWithTransaction());
        }
    }

    /** Tells whether a result set that is opened now may end with the transaction. */
    boolean cursorsEndWithTransaction(int statementHoldability) {
        if (isAutoCommit()) {
            return false;
        }
        int h = statementHoldability != UNKNOWN_HOLDABILITY ? statementHoldability : defaultHoldability();
        return h != ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    private int defaultHoldability() {
        if (holdability == UNKNOWN_HOLDABILITY) {
            try {
                holdability = delegate.getHoldability();
            } catch (SQLException | RuntimeException e) {
                holdability = ResultSet.CLOSE_CURSORS_AT_COMMIT; // unknown: when in doubt, no report
            }
        }
        return holdability;
    }

    @Override
    public void setHoldability(int newHoldability) throws SQLException {
        super.setHoldability(newHoldability);
        holdability = newHoldability;
    }

    @Override
    public void commit() throws SQLException {
        transactionEnds();
        super.commit();
        state.inTransaction = false;
    }

    @Override
    public void rollback() throws SQLException {
        transactionEnds();
        super.rollback();
        state.inTransaction = false;
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        transactionEnds();
        super.rollback(savepoint);
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        if (state.autoCommit != (autoCommit ? ConnectionState.ON : ConnectionState.OFF)) {
            transactionEnds(); // a change commits
        }
        super.setAutoCommit(autoCommit);
        knowAutoCommit(autoCommit);
        state.inTransaction = false;
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        boolean on = super.getAutoCommit();
        knowAutoCommit(on);
        return on;
    }

    // ----------------------------------------------------------------------------------------------- opened objects

    /**
     * Tells whether an object has the handle that it needs already. One from beneath the pool belongs to the pool's
     * connection.
     */
    boolean isGuarded(Object made) {
        return made instanceof GuardedResource && !alsoBeneath;
    }

    /** Makes the handle above answer for the object alone, if there is one beneath the pool too. */
    void takeOver(Wrapper made) {
        GuardedResource beneath = alsoBeneath ? JdbcSource.beneath(made, GuardedResource.class) : null;
        if (beneath != null) {
            beneath.leakTracker().close();
        }
    }

    private @Nullable Statement guard(@Nullable Statement made, int cursors) {
        if (made == null || isGuarded(made)) {
            return made;
        }
        return new GuardedStatement(made, this, null, Kinds.STATEMENT, cursors);
    }

    private @Nullable PreparedStatement guard(@Nullable PreparedStatement made, String sql, int cursors) {
        if (made == null || isGuarded(made)) {
            return made;
        }
        return new GuardedPreparedStatement(made, this, sql, Kinds.PREPARED_STATEMENT, cursors);
    }

    private @Nullable CallableStatement guard(@Nullable CallableStatement made, String sql, int cursors) {
        if (made == null || isGuarded(made)) {
            return made;
        }
        return new GuardedCallableStatement(made, this, sql, Kinds.CALLABLE_STATEMENT, cursors);
    }

    @Override
    public @Nullable Statement createStatement() throws SQLException {
        return guard(super.createStatement(), UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable Statement createStatement(int type, int concurrency) throws SQLException {
        return guard(super.createStatement(type, concurrency), UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable Statement createStatement(int type, int concurrency, int cursors) throws SQLException {
        return guard(super.createStatement(type, concurrency, cursors), cursors);
    }

    @Override
    public @Nullable PreparedStatement prepareStatement(String sql) throws SQLException {
        return guard(super.prepareStatement(sql), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable PreparedStatement prepareStatement(String sql, int generatedKeys) throws SQLException {
        return guard(super.prepareStatement(sql, generatedKeys), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return guard(super.prepareStatement(sql, columnIndexes), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return guard(super.prepareStatement(sql, columnNames), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return guard(super.prepareStatement(sql, type, concurrency), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable PreparedStatement prepareStatement(String sql, int type, int concurrency, int cursors)
            throws SQLException {
        return guard(super.prepareStatement(sql, type, concurrency, cursors), sql, cursors);
    }

    @Override
    public @Nullable CallableStatement prepareCall(String sql) throws SQLException {
        return guard(super.prepareCall(sql), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return guard(super.prepareCall(sql, type, concurrency), sql, UNKNOWN_HOLDABILITY);
    }

    @Override
    public @Nullable CallableStatement prepareCall(String sql, int type, int concurrency, int cursors)
            throws SQLException {
        return guard(super.prepareCall(sql, type, concurrency, cursors), sql, cursors);
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        DatabaseMetaData made = super.getMetaData();
        GuardedDatabaseMetaData known = metaData;
        if (known != null && known.delegate == made) {
            return known;
        }
        if (made == null || (made instanceof GuardedDatabaseMetaData && !alsoBeneath)) {
            return made;
        }
        GuardedDatabaseMetaData guarded = new GuardedDatabaseMetaData(made, this);
        metaData = guarded;
        return guarded;
    }

    // --------------------------------------------------------------------------------------------- large objects

    /** Tracks a large object, if the setting asks for that. */
    LeakTracker trackLob(Object handle, ResourceKind kind) {
        state.endsWithTransaction = true;
        return source.guard.track(
                handle,
                kind,
                state.lastSql == null ? null : new SqlText(state.lastSql, source),
                tracker,
                new Probes.OfLob(state));
    }

    @Override
    public Blob createBlob() throws SQLException {
        return Lobs.guard(super.createBlob(), this);
    }

    @Override
    public Clob createClob() throws SQLException {
        return Lobs.guard(super.createClob(), this);
    }

    @Override
    public NClob createNClob() throws SQLException {
        return Lobs.guard(super.createNClob(), this);
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return Lobs.guard(super.createSQLXML(), this);
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return Lobs.guard(super.createArrayOf(typeName, elements), this);
    }

    // ------------------------------------------- JDBC 4.5 (JDK 26), where the interface of our release has no such
    // method

    public String enquoteLiteral(String text) throws SQLException {
        return LaterJdbc.text(LaterJdbc.ENQUOTE_LITERAL, delegate, text);
    }

    public String enquoteNCharLiteral(String text) throws SQLException {
        return LaterJdbc.text(LaterJdbc.ENQUOTE_NCHAR_LITERAL, delegate, text);
    }

    public String enquoteIdentifier(String identifier, boolean alwaysDelimit) throws SQLException {
        return LaterJdbc.enquoteIdentifier(delegate, identifier, alwaysDelimit);
    }

    public boolean isSimpleIdentifier(String identifier) throws SQLException {
        return LaterJdbc.isSimpleIdentifier(delegate, identifier);
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
