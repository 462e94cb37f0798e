package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.lang.ref.Reference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The handle of a statement, with the model of its open result sets. */
class GuardedStatement extends ForwardingStatement implements Statement, GuardedResource {

    final GuardedConnection connection;
    final LeakTracker tracker;

    private final Probes.OfStatement probe;
    private final int holdability;

    /** The current result of {@code getResultSet()}, until the next result. */
    private Probes.@Nullable OfResultSet current;

    /** The number of result sets and generated keys that were opened and not closed since the last execution. */
    private int openResults;

    private boolean closeOnCompletion;

    GuardedStatement(
            Statement delegate,
            GuardedConnection connection,
            @Nullable String sql,
            ResourceKind kind,
            int holdability) {
        super(delegate);
        this.connection = connection;
        this.holdability = holdability;
        connection.takeOver(delegate);
        this.probe = new Probes.OfStatement(connection.state, connection.mayHoldDelegates ? delegate : null, sql);
        this.tracker = connection.source.guard.track(this, kind, probe, connection.tracker, probe);
    }

    /** A statement that the driver made for itself. It is never reported. */
    GuardedStatement(Statement hidden, GuardedConnection connection, LeakTracker tracker) {
        super(hidden);
        this.connection = connection;
        this.holdability = -1;
        this.probe = new Probes.OfStatement(connection.state, null, null);
        this.tracker = tracker;
    }

    @Override
    public LeakTracker leakTracker() {
        return tracker;
    }

    @Override
    public @Nullable Connection getConnection() throws SQLException {
        return super.getConnection() == null ? null : connection; // a closed statement throws
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        T made = super.unwrap(type);
        if (made != this && made != null) {
            leadsToDelegate(made);
            connection.leadsToDelegate(made);
        }
        return made;
    }

    /**
     * Called when the program gets an object of the driver that is, or references, the statement behind this handle.
     */
    final void leadsToDelegate(Object made) {
        probe.watch(this, made);
    }

    // --------------------------------------------------------------------------------------------- its end

    @Override
    public void close() throws SQLException {
        tracker.close();
        try {
            delegate.close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        super.closeOnCompletion();
        closeOnCompletion = true;
    }

    /** One of its result sets was closed. With {@code closeOnCompletion} the last one's close ends the statement. */
    void resultClosed() {
        countEnd();
        if (closeOnCompletion && (openResults == 0 || isDelegateClosed())) {
            tracker.close(); // HSQLDB's driver leaves it open
        }
    }

    private boolean isDelegateClosed() {
        try {
            return delegate.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    // --------------------------------------------------------------------------------------------- executions

    /** Any execution, also a failing one, ends the result sets and generated keys of the one before. */
    final void executing(@Nullable String sql) {
        endResults();
        connection.executing(sql);
    }

    private void executingNow(String sql) {
        probe.sql = sql;
        executing(sql);
    }

    private void endResults() {
        current = null;
        if (openResults != 0) {
            openResults = 0;
            tracker.endChildren(child -> true);
        }
    }

    private void endCurrent() {
        Probes.OfResultSet ended = current;
        current = null;
        if (ended != null) {
            tracker.endChildren(child -> child == ended && countEnd());
        }
    }

    private boolean countEnd() {
        openResults = Math.max(0, openResults - 1);
        return true;
    }

    /** Guards a result set of an execution. */
    final @Nullable ResultSet result(@Nullable ResultSet made) {
        if (made == null || connection.isGuarded(made)) {
            return made;
        }
        GuardedResultSet guarded = open(made, Kinds.RESULT_SET);
        current = guarded.probe;
        return guarded;
    }

    private GuardedResultSet open(ResultSet made, ResourceKind kind) {
        openResults++;
        return new GuardedResultSet(
                made, connection, this, probe, kind, parent(), connection.cursorsEndWithTransaction(holdability));
    }

    /** SQLite's driver returns result sets of closed statements: the connection's close ends those. */
    private LeakTracker parent() {
        return tracker.isOpen() ? tracker : connection.tracker;
    }

    /** Guards a result set that is a value: a cursor among the columns or the out parameters. */
    final ResultSet nested(ResultSet made, LeakTracker parent) {
        if (connection.isGuarded(made)) {
            return made;
        }
        openResults++;
        return new GuardedResultSet(
                made,
                connection,
                this,
                probe,
                Kinds.RESULT_SET,
                parent,
                connection.cursorsEndWithTransaction(-1),
                true);
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        ResultSet made = super.getResultSet();
        Probes.OfResultSet known = current;
        GuardedResultSet given = known == null ? null : known.get();
        // A pool's proxy is another object each time. Until the next result it is the same one here.
        return made == null || given == null ? result(made) : given;
    }

    @Override
    public @Nullable ResultSet getGeneratedKeys() throws SQLException {
        ResultSet made = super.getGeneratedKeys();
        if (made == null || connection.isGuarded(made)) {
            return made;
        }
        return open(made, Kinds.GENERATED_KEYS);
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        endCurrent();
        return super.getMoreResults();
    }

    @Override
    public boolean getMoreResults(int what) throws SQLException {
        switch (what) {
            case Statement.CLOSE_CURRENT_RESULT -> endCurrent();
            case Statement.CLOSE_ALL_RESULTS -> endResults();
            default -> current = null; // kept open
        }
        return super.getMoreResults(what);
    }

    @Override
    public @Nullable ResultSet executeQuery(String sql) throws SQLException {
        executingNow(sql);
        return result(super.executeQuery(sql));
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        executingNow(sql);
        return super.execute(sql);
    }

    @Override
    public boolean execute(String sql, int generatedKeys) throws SQLException {
        executingNow(sql);
        return super.execute(sql, generatedKeys);
    }

    @Override
    public boolean execute(String sql, int[] columnIndexes) throws SQLException {
        executingNow(sql);
        return super.execute(sql, columnIndexes);
    }

    @Override
    public boolean execute(String sql, String[] columnNames) throws SQLException {
        executingNow(sql);
        return super.execute(sql, columnNames);
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
        executingNow(sql);
        return super.executeUpdate(sql);
    }

    @Override
    public int executeUpdate(String sql, int generatedKeys) throws SQLException {
        executingNow(sql);
        return super.executeUpdate(sql, generatedKeys);
    }

    @Override
    public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
        executingNow(sql);
        return super.executeUpdate(sql, columnIndexes);
    }

    @Override
    public int executeUpdate(String sql, String[] columnNames) throws SQLException {
        executingNow(sql);
        return super.executeUpdate(sql, columnNames);
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        executingNow(sql);
        return super.executeLargeUpdate(sql);
    }

    @Override
    public long executeLargeUpdate(String sql, int generatedKeys) throws SQLException {
        executingNow(sql);
        return super.executeLargeUpdate(sql, generatedKeys);
    }

    @Override
    public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
        executingNow(sql);
        return super.executeLargeUpdate(sql, columnIndexes);
    }

    @Override
    public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
        executingNow(sql);
        return super.executeLargeUpdate(sql, columnNames);
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        super.addBatch(sql);
        probe.sql = sql;
    }

    @Override
    public int[] executeBatch() throws SQLException {
        executing(lastSql());
        return super.executeBatch();
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        executing(lastSql());
        return super.executeLargeBatch();
    }

    final @Nullable String lastSql() {
        return probe.sql;
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
