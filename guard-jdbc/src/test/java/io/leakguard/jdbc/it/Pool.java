package io.leakguard.jdbc.it;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.ConnectionFactory;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.awaitility.Awaitility;

/** The pools that programs use, of two connections each, over any data source. */
enum Pool {
    NONE {
        @Override
        DataSource over(DataSource dataSource, Duration patience) {
            return dataSource;
        }
    },
    HIKARI {
        @Override
        DataSource over(DataSource dataSource, Duration patience) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(dataSource);
            config.setMaximumPoolSize(2);
            config.setConnectionTimeout(patience.toMillis());
            return new HikariDataSource(config);
        }
    },
    AGROAL {
        @Override
        DataSource over(DataSource dataSource, Duration patience) throws SQLException {
            Delegating.Target.current = dataSource;
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(p -> p.maxSize(2)
                            .acquisitionTimeout(patience)
                            .connectionFactoryConfiguration(f -> f.connectionProviderClass(Delegating.class))));
        }
    },
    DBCP2 {
        @Override
        DataSource over(DataSource dataSource, Duration patience) {
            ConnectionFactory connections = dataSource::getConnection;
            PoolableConnectionFactory factory = new PoolableConnectionFactory(connections, null);
            GenericObjectPool<PoolableConnection> pool = new GenericObjectPool<>(factory);
            pool.setMaxTotal(2);
            pool.setMaxWait(patience);
            factory.setPool(pool);
            return new PoolingDataSource<>(pool);
        }
    },
    TOMCAT {
        @Override
        DataSource over(DataSource dataSource, Duration patience) {
            PoolProperties properties = new PoolProperties();
            properties.setDataSource(dataSource);
            properties.setMaxActive(2);
            properties.setMaxWait((int) patience.toMillis());
            properties.setInitialSize(0);
            return new org.apache.tomcat.jdbc.pool.DataSource(properties);
        }
    };

    /** Over that data source; whoever borrows waits for so long. */
    abstract DataSource over(DataSource dataSource, Duration patience) throws SQLException;

    DataSource over(DataSource dataSource) throws SQLException {
        return over(dataSource, Duration.ofSeconds(5));
    }

    /** A pool opens connections on a thread of its own, which may take longer than a test is patient. */
    static void fill(DataSource pool) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> {
                    try (Connection a = pool.getConnection();
                            Connection b = pool.getConnection()) {
                        return a != b;
                    }
                });
    }

    static void close(DataSource pool) throws Exception {
        if (pool instanceof org.apache.tomcat.jdbc.pool.DataSource tomcat) {
            tomcat.close(true);
        } else if (pool instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    /** Agroal makes its data source itself, by class. */
    public static final class Delegating implements DataSource {

        /** The next one's. */
        static final class Target {
            static DataSource current;

            private Target() {}
        }

        private final DataSource target = Target.current;

        @Override
        public Connection getConnection() throws SQLException {
            return target.getConnection();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return target.getConnection(user, password);
        }

        @Override
        public java.io.PrintWriter getLogWriter() throws SQLException {
            return target.getLogWriter();
        }

        @Override
        public void setLogWriter(java.io.PrintWriter out) throws SQLException {
            target.setLogWriter(out);
        }

        @Override
        public void setLoginTimeout(int seconds) throws SQLException {
            target.setLoginTimeout(seconds);
        }

        @Override
        public int getLoginTimeout() throws SQLException {
            return target.getLoginTimeout();
        }

        @Override
        public java.util.logging.Logger getParentLogger() throws java.sql.SQLFeatureNotSupportedException {
            return target.getParentLogger();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return target.unwrap(type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) throws SQLException {
            return target.isWrapperFor(type);
        }
    }
}
