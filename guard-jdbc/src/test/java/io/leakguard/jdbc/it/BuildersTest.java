package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.adapter.GuardedResource;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.JDBCType;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKey;
import java.sql.ShardingKeyBuilder;
import java.util.ArrayList;
import java.util.List;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import javax.sql.PooledConnectionBuilder;
import javax.sql.XAConnection;
import javax.sql.XAConnectionBuilder;
import javax.sql.XADataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Builders of connections. None of the drivers of these tests has any, so H2's data source is given some here. */
@UsesDatabases(Database.H2)
class BuildersTest {

    private final Recorder recorder = new Recorder();
    private final List<String> calls = new ArrayList<>();
    private Sharded driver;

    @BeforeEach
    void configure() throws SQLException {
        Database.H2.dataSource();
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL(Database.H2.url());
        h2.setUser("sa");
        driver = new Sharded(h2);
    }

    @AfterEach
    void close() {
        recorder.close();
    }

    private record Key(String name) implements ShardingKey {}

    private final class Sharded extends DelegatingDataSource implements XADataSource, ConnectionPoolDataSource {
        private final JdbcDataSource h2;

        Sharded(JdbcDataSource h2) {
            super(h2);
            this.h2 = h2;
        }

        @Override
        public XAConnection getXAConnection() throws SQLException {
            return h2.getXAConnection();
        }

        @Override
        public XAConnection getXAConnection(String user, String password) throws SQLException {
            return h2.getXAConnection(user, password);
        }

        @Override
        public PooledConnection getPooledConnection() throws SQLException {
            return h2.getPooledConnection();
        }

        @Override
        public PooledConnection getPooledConnection(String user, String password) throws SQLException {
            return h2.getPooledConnection(user, password);
        }

        @Override
        public ConnectionBuilder createConnectionBuilder() {
            return new ConnectionBuilder() {
                @Override
                public ConnectionBuilder user(String name) {
                    calls.add("user " + name);
                    return this;
                }

                @Override
                public ConnectionBuilder password(String password) {
                    calls.add("password " + password);
                    return this;
                }

                @Override
                public ConnectionBuilder shardingKey(ShardingKey key) {
                    calls.add("key " + key);
                    return this;
                }

                @Override
                public ConnectionBuilder superShardingKey(ShardingKey key) {
                    calls.add("super " + key);
                    return this;
                }

                @Override
                public Connection build() throws SQLException {
                    return getConnection();
                }
            };
        }

        @Override
        public XAConnectionBuilder createXAConnectionBuilder() {
            return new XAConnectionBuilder() {
                @Override
                public XAConnectionBuilder user(String name) {
                    calls.add("user " + name);
                    return this;
                }

                @Override
                public XAConnectionBuilder password(String password) {
                    calls.add("password " + password);
                    return this;
                }

                @Override
                public XAConnectionBuilder shardingKey(ShardingKey key) {
                    calls.add("key " + key);
                    return this;
                }

                @Override
                public XAConnectionBuilder superShardingKey(ShardingKey key) {
                    calls.add("super " + key);
                    return this;
                }

                @Override
                public XAConnection build() throws SQLException {
                    return getXAConnection();
                }
            };
        }

        @Override
        public PooledConnectionBuilder createPooledConnectionBuilder() {
            return new PooledConnectionBuilder() {
                @Override
                public PooledConnectionBuilder user(String name) {
                    calls.add("user " + name);
                    return this;
                }

                @Override
                public PooledConnectionBuilder password(String password) {
                    calls.add("password " + password);
                    return this;
                }

                @Override
                public PooledConnectionBuilder shardingKey(ShardingKey key) {
                    calls.add("key " + key);
                    return this;
                }

                @Override
                public PooledConnectionBuilder superShardingKey(ShardingKey key) {
                    calls.add("super " + key);
                    return this;
                }

                @Override
                public PooledConnection build() throws SQLException {
                    return getPooledConnection();
                }
            };
        }

        @Override
        public ShardingKeyBuilder createShardingKeyBuilder() {
            return new ShardingKeyBuilder() {
                private final StringBuilder name = new StringBuilder();

                @Override
                public ShardingKeyBuilder subkey(Object key, java.sql.SQLType type) {
                    name.append(key);
                    return this;
                }

                @Override
                public ShardingKey build() {
                    return new Key(name.toString());
                }
            };
        }
    }

    private static ShardingKey key(DataSource guarded, String name) throws SQLException {
        return guarded.createShardingKeyBuilder().subkey(name, JDBCType.VARCHAR).build();
    }

    private void assertAllWasPassedOn() {
        assertThat(calls).containsExactly("user sa", "password p", "key Key[name=europe]", "super Key[name=world]");
    }

    @Test
    void a_connection_that_was_built_is_guarded() throws SQLException {
        DataSource guarded = recorder.guard(driver);
        try (Connection c = guarded.createConnectionBuilder()
                .user("sa")
                .password("p")
                .shardingKey(key(guarded, "europe"))
                .superShardingKey(key(guarded, "world"))
                .build()) {
            assertThat(c).isInstanceOf(GuardedResource.class);
        }
        assertAllWasPassedOn();
        leak(guarded);
        assertThat(recorder.await("jdbc.connection").siteText()).startsWith("BuildersTest.leak(");
    }

    private static void leak(DataSource guarded) throws SQLException {
        guarded.createConnectionBuilder().build();
    }

    @Test
    void an_xa_connection_that_was_built_is_guarded() throws SQLException {
        XADataSource guarded = recorder.builder().wrapXa(driver);
        DataSource keys = recorder.guard(driver);
        XAConnection xa = guarded.createXAConnectionBuilder()
                .user("sa")
                .password("p")
                .shardingKey(key(keys, "europe"))
                .superShardingKey(key(keys, "world"))
                .build();
        assertThat(xa).isInstanceOf(GuardedResource.class);
        assertThat(xa.getConnection()).isInstanceOf(GuardedResource.class);
        xa.close();
        assertAllWasPassedOn();
        recorder.assertNothingLeaked();
    }

    @Test
    void a_pooled_connection_that_was_built_is_guarded() throws SQLException {
        ConnectionPoolDataSource guarded = recorder.builder().wrapConnectionPool(driver);
        DataSource keys = recorder.guard(driver);
        PooledConnection pooled = guarded.createPooledConnectionBuilder()
                .user("sa")
                .password("p")
                .shardingKey(key(keys, "europe"))
                .superShardingKey(key(keys, "world"))
                .build();
        assertThat(pooled).isInstanceOf(GuardedResource.class);
        pooled.close();
        assertAllWasPassedOn();
        recorder.assertNothingLeaked();
    }

    @Test
    void a_driver_without_builders_says_so_itself() throws SQLException {
        JdbcDataSource plain = new JdbcDataSource();
        assertThatThrownBy(() -> recorder.guard(plain).createConnectionBuilder())
                .isInstanceOf(SQLFeatureNotSupportedException.class)
                .hasMessageContaining("createConnectionBuilder");
        assertThatThrownBy(() -> recorder.builder().wrapXa(plain).createXAConnectionBuilder())
                .isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThatThrownBy(() -> recorder.builder().wrapConnectionPool(plain).createPooledConnectionBuilder())
                .isInstanceOf(SQLFeatureNotSupportedException.class);
    }
}
