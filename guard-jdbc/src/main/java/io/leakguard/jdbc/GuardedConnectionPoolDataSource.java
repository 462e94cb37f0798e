package io.leakguard.jdbc;

import java.sql.SQLException;
import java.sql.ShardingKey;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.PooledConnection;
import javax.sql.PooledConnectionBuilder;

/** A {@link ConnectionPoolDataSource} whose connections are guarded. */
class GuardedConnectionPoolDataSource extends ForwardingConnectionPoolDataSource implements ConnectionPoolDataSource {

    private final JdbcSource source;

    GuardedConnectionPoolDataSource(ConnectionPoolDataSource delegate, JdbcSource source) {
        super(delegate);
        this.source = source;
    }

    JdbcSource source() {
        return source;
    }

    private PooledConnection guard(PooledConnection made) {
        return made == null || made instanceof GuardedPooledConnection || !source.guard.isEnabled()
                ? made
                : new GuardedPooledConnection(made, source, Kinds.POOLED_CONNECTION);
    }

    @Override
    public PooledConnection getPooledConnection() throws SQLException {
        return guard(Borrow.physical(source, delegate::getPooledConnection));
    }

    @Override
    public PooledConnection getPooledConnection(String user, String password) throws SQLException {
        return guard(Borrow.physical(source, () -> delegate.getPooledConnection(user, password)));
    }

    @Override
    public PooledConnectionBuilder createPooledConnectionBuilder() throws SQLException {
        return new Builder(super.createPooledConnectionBuilder());
    }

    @Override
    public String toString() {
        return delegate.toString();
    }

    private final class Builder implements PooledConnectionBuilder {
        private final PooledConnectionBuilder builder;

        Builder(PooledConnectionBuilder builder) {
            this.builder = builder;
        }

        @Override
        public PooledConnectionBuilder user(String name) {
            builder.user(name);
            return this;
        }

        @Override
        public PooledConnectionBuilder password(String password) {
            builder.password(password);
            return this;
        }

        @Override
        public PooledConnectionBuilder shardingKey(ShardingKey key) {
            builder.shardingKey(key);
            return this;
        }

        @Override
        public PooledConnectionBuilder superShardingKey(ShardingKey key) {
            builder.superShardingKey(key);
            return this;
        }

        @Override
        public PooledConnection build() throws SQLException {
            return guard(Borrow.physical(source, builder::build));
        }
    }
}
