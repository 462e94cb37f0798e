package io.leakguard.jdbc;

import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.ShardingKey;
import javax.sql.DataSource;

/**
 * A data source whose connections are guarded. Closing it closes the wrapped one, for containers that look for a close.
 */
class GuardedDataSource extends ForwardingDataSource implements DataSource, AutoCloseable {

    private final JdbcSource source;

    GuardedDataSource(DataSource delegate, JdbcSource source) {
        super(delegate);
        this.source = source;
    }

    JdbcSource source() {
        return source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return Borrow.connection(source, null, delegate::getConnection);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return Borrow.connection(source, null, () -> delegate.getConnection(user, password));
    }

    @Override
    public ConnectionBuilder createConnectionBuilder() throws SQLException {
        return new Builder(super.createConnectionBuilder());
    }

    @Override
    public void close() throws Exception {
        if (delegate instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Override
    public String toString() {
        return delegate.toString();
    }

    private final class Builder implements ConnectionBuilder {
        private final ConnectionBuilder builder;

        Builder(ConnectionBuilder builder) {
            this.builder = builder;
        }

        @Override
        public ConnectionBuilder user(String name) {
            builder.user(name);
            return this;
        }

        @Override
        public ConnectionBuilder password(String password) {
            builder.password(password);
            return this;
        }

        @Override
        public ConnectionBuilder shardingKey(ShardingKey key) {
            builder.shardingKey(key);
            return this;
        }

        @Override
        public ConnectionBuilder superShardingKey(ShardingKey key) {
            builder.superShardingKey(key);
            return this;
        }

        @Override
        public Connection build() throws SQLException {
            return Borrow.connection(source, null, builder::build);
        }
    }
}
