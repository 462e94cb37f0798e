package io.leakguard.jdbc;

import java.sql.SQLException;
import java.sql.ShardingKey;
import javax.sql.XAConnection;
import javax.sql.XAConnectionBuilder;
import javax.sql.XADataSource;

/** A {@link XADataSource} whose connections are guarded. */
class GuardedXaDataSource extends ForwardingXADataSource implements XADataSource {

    private final JdbcSource source;

    GuardedXaDataSource(XADataSource delegate, JdbcSource source) {
        super(delegate);
        this.source = source;
    }

    JdbcSource source() {
        return source;
    }

    private XAConnection guard(XAConnection made) {
        return made == null || made instanceof GuardedPooledConnection || !source.guard.isEnabled()
                ? made
                : new GuardedXaConnection(made, source);
    }

    @Override
    public XAConnection getXAConnection() throws SQLException {
        return guard(Borrow.physical(source, delegate::getXAConnection));
    }

    @Override
    public XAConnection getXAConnection(String user, String password) throws SQLException {
        return guard(Borrow.physical(source, () -> delegate.getXAConnection(user, password)));
    }

    @Override
    public XAConnectionBuilder createXAConnectionBuilder() throws SQLException {
        return new Builder(super.createXAConnectionBuilder());
    }

    @Override
    public String toString() {
        return delegate.toString();
    }

    private final class Builder implements XAConnectionBuilder {
        private final XAConnectionBuilder builder;

        Builder(XAConnectionBuilder builder) {
            this.builder = builder;
        }

        @Override
        public XAConnectionBuilder user(String name) {
            builder.user(name);
            return this;
        }

        @Override
        public XAConnectionBuilder password(String password) {
            builder.password(password);
            return this;
        }

        @Override
        public XAConnectionBuilder shardingKey(ShardingKey key) {
            builder.shardingKey(key);
            return this;
        }

        @Override
        public XAConnectionBuilder superShardingKey(ShardingKey key) {
            builder.superShardingKey(key);
            return this;
        }

        @Override
        public XAConnection build() throws SQLException {
            return guard(Borrow.physical(source, builder::build));
        }
    }
}
