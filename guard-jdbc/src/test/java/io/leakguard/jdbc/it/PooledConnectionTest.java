package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.adapter.GuardedResource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import org.apache.commons.dbcp2.datasources.SharedPoolDataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@UsesDatabases(Database.H2)
class PooledConnectionTest {

    private final Recorder recorder = new Recorder();
    private final JdbcDataSource h2 = new JdbcDataSource();

    @BeforeEach
    void configure() throws SQLException {
        Database.H2.dataSource();
        h2.setURL(Database.H2.url());
        h2.setUser("sa");
    }

    @AfterEach
    void close() {
        recorder.close();
    }

    @Test
    void a_new_handle_ends_the_one_before() throws SQLException {
        PooledConnection pooled = recorder.builder().wrapConnectionPool(h2).getPooledConnection();
        Connection first = pooled.getConnection();
        Connection second = pooled.getConnection();
        assertThat(((GuardedResource) first).leakTracker().isOpen()).isFalse();
        assertThat(((GuardedResource) second).leakTracker().isOpen()).isTrue();
        pooled.close();
        assertThat(((GuardedResource) second).leakTracker().isOpen()).isFalse();
    }

    @Test
    void events_come_from_the_guarded_connection_until_the_listener_is_removed() throws SQLException {
        XAConnection xa = recorder.builder().wrapXa(h2).getXAConnection();
        List<Object> sources = new ArrayList<>();
        ConnectionEventListener listener = new ConnectionEventListener() {
            @Override
            public void connectionClosed(ConnectionEvent event) {
                sources.add(event.getSource());
            }

            @Override
            public void connectionErrorOccurred(ConnectionEvent event) {}
        };
        xa.addConnectionEventListener(listener);
        xa.getConnection().close();
        assertThat(sources).containsExactly(xa);
        xa.removeConnectionEventListener(listener);
        xa.getConnection().close();
        assertThat(sources).hasSize(1);
        assertThat(xa.getXAResource()).isNotNull();
        xa.close();
    }

    @Test
    void a_pool_of_guarded_pooled_connections_works_and_reports_nothing() throws Exception {
        ConnectionPoolDataSource guarded = recorder.builder().wrapConnectionPool(h2);
        try (SharedPoolDataSource pool = new SharedPoolDataSource()) {
            pool.setConnectionPoolDataSource(guarded);
            pool.setMaxTotal(1);
            for (int i = 0; i < 5; i++) {
                try (Connection c = pool.getConnection("sa", "")) {
                    assertThat(c.isValid(1)).isTrue();
                }
            }
        }
        recorder.assertNothingLeaked();
    }
}
