package com.acme.spring;

import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** Applications with the data sources that made other decorators stumble. */
public final class Sources {

    private Sources() {}

    static HikariDataSource pool(String name) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl("jdbc:h2:mem:" + name);
        pool.setMaximumPoolSize(2);
        return pool;
    }

    /** The line that everybody blames. */
    public static Connection open(DataSource dataSource) throws SQLException {
        return dataSource.getConnection(); // PLANTED open
    }

    /** Boot's own pool. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Plain {}

    /** Two pools, of which Boot's metrics tell, and one that is left alone. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Two {
        @Bean
        @Primary
        HikariDataSource orders() {
            return pool("orders");
        }

        @Bean
        HikariDataSource audit() {
            return pool("audit");
        }
    }

    /** Routes between beans and one that is no bean. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Routing {
        public static volatile String key = "bean";

        @Bean
        HikariDataSource target() {
            return pool("target");
        }

        @Bean
        @Primary
        Router router(@Qualifier("target") DataSource target) {
            Router router = new Router();
            router.setTargetDataSources(Map.of("bean", target, "other", pool("other")));
            return router;
        }
    }

    /** An application's own class. */
    public static class Router extends AbstractRoutingDataSource {
        @Override
        protected Object determineCurrentLookupKey() {
            return Routing.key;
        }
    }

    /** A proxy that is the only bean. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class LazyProxy {
        @Bean
        DataSource dataSource() {
            return new LazyConnectionDataSourceProxy(pool("lazy"));
        }
    }

    /** A bean of a scope, behind its proxy. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Scoped {
        @Bean
        static CustomScopeConfigurer scopes() {
            CustomScopeConfigurer scopes = new CustomScopeConfigurer();
            scopes.addScope("thread", new SimpleThreadScope());
            return scopes;
        }

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        HikariDataSource dataSource() {
            return pool("scoped");
        }
    }

    /** Spring Cloud's. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Refreshed {
        @Bean
        @RefreshScope
        HikariDataSource dataSource() {
            return DataSourceBuilder.create()
                    .type(HikariDataSource.class)
                    .url("jdbc:h2:mem:refreshed")
                    .build();
        }
    }

    /** Made at its first use. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class LateBean {
        @Bean
        @Lazy
        HikariDataSource dataSource() {
            return pool("late");
        }
    }

    /** A class that can't be extended. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Closed {
        @Bean
        DataSource dataSource() {
            return new Final(pool("final"));
        }
    }

    /** No proxy of its class is possible. */
    public static final class Final implements DataSource, AutoCloseable {
        private final HikariDataSource pool;

        Final(HikariDataSource pool) {
            this.pool = pool;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return pool.getConnection();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return pool.getConnection();
        }

        @Override
        public PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return pool.unwrap(type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) throws SQLException {
            return pool.isWrapperFor(type);
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
