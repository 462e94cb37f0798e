package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.adapter.GuardedResource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools and drivers that keep closed prepared statements for later: neither what they keep nor what they give again is a leak. */
@UsesDatabases({Database.H2, Database.POSTGRESQL, Database.MARIADB, Database.MYSQL})
class StatementCachesTest {

    private static final String QUERY = "select name from item where id > 0";

    /** HikariCP and Agroal have none. */
    enum Cache {
        DRIVER {
            @Override
            DataSource over(DataSource dataSource) {
                return dataSource;
            }
        },
        DBCP2 {
            @Override
            DataSource over(DataSource dataSource) {
                PoolableConnectionFactory factory = new PoolableConnectionFactory(dataSource::getConnection, null);
                factory.setPoolStatements(true);
                factory.setMaxOpenPreparedStatements(20);
                GenericObjectPool<PoolableConnection> pool = new GenericObjectPool<>(factory);
                pool.setMaxTotal(1);
                factory.setPool(pool);
                return new PoolingDataSource<>(pool);
            }
        },
        TOMCAT {
            @Override
            DataSource over(DataSource dataSource) {
                PoolProperties properties = new PoolProperties();
                properties.setDataSource(dataSource);
                properties.setMaxActive(1);
                properties.setInitialSize(0);
                properties.setJdbcInterceptors(
                        "org.apache.tomcat.jdbc.pool.interceptor.StatementCache(prepared=true,callable=true,max=20)");
                return new org.apache.tomcat.jdbc.pool.DataSource(properties);
            }
        };

        abstract DataSource over(DataSource dataSource);
    }

    /** The drivers that have a cache of their own, and one that hasn't. */
    static Stream<Arguments> databasesAndCaches() {
        return Stream.of(Database.H2, Database.POSTGRESQL, Database.MARIADB, Database.MYSQL)
                .filter(d -> d.whyNot() == null)
                .flatMap(d -> Arrays.stream(Cache.values()).map(c -> Arguments.of(d, c)));
    }

    @ParameterizedTest
    @MethodSource("databasesAndCaches")
    void the_legal_idioms_report_nothing_above_it(Database database, Cache cache) throws Exception {
        try (Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            DataSource pooled = cache.over(database.cachingDataSource());
            DataSource guarded = recorder.guard(pooled);
            String table = database.newTable();
            try (LeakScope scope = recorder.guard.openScope("event-8841")) {
                LegalIdiomsTest.all(guarded, table);
                usedAgain(guarded);
                assertThat(scope.openCount()).isZero();
            }
            recorder.assertNothingLeaked();
            close(cache, pooled);
        }
    }

    @ParameterizedTest
    @MethodSource("databasesAndCaches")
    void the_legal_idioms_report_nothing_below_it(Database database, Cache cache) throws Exception {
        try (Recorder recorder = new Recorder(b -> b.scopeGrace(Duration.ZERO))) {
            DataSource pooled = cache.over(recorder.guard(database.cachingDataSource()));
            String table = database.newTable();
            try (LeakScope scope = recorder.guard.openScope("event-8841")) {
                LegalIdiomsTest.all(pooled, table);
                usedAgain(pooled);
                assertThat(scope).isNotNull();
            }
            recorder.assertNothingLeaked();
            close(cache, pooled);
            assertThat(recorder.guard.open().total()).isZero();
        }
    }

    private static void usedAgain(DataSource dataSource) throws SQLException {
        for (int i = 0; i < 3; i++) {
            try (Connection c = dataSource.getConnection()) {
                PreparedStatement closed = c.prepareStatement(QUERY);
                closed.executeQuery().next();
                closed.close();
                try (PreparedStatement again = c.prepareStatement(QUERY);
                        ResultSet r = again.executeQuery()) {
                    assertThat(again).isNotSameAs(closed);
                    assertThat(r.getStatement()).isSameAs(again);
                    assertThat(r.next()).isTrue();
                }
                c.prepareStatement(QUERY).executeQuery().next(); // left to the connection
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databasesAndCaches")
    void a_statement_that_it_has_given_before_and_that_leaks_above_it_is_found(Database database, Cache cache)
            throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = cache.over(database.cachingDataSource());
            try (Connection c = recorder.guard(pooled).getConnection()) {
                c.prepareStatement(QUERY).close(); // it comes out of the cache, then
                leak(c);
                LeakReport report = recorder.await("jdbc.prepared_statement");
                assertThat(recorder.settled()).containsExactly(report);
                assertThat(report.siteText()).startsWith("StatementCachesTest.leak(");
                assertThat(report.description()).isEqualTo(QUERY);
            }
            close(cache, pooled);
        }
    }

    private static void leak(Connection c) throws SQLException {
        c.prepareStatement(QUERY).executeQuery().next();
    }

    @ParameterizedTest
    @EnumSource(Cache.class)
    void a_late_close_of_what_was_given_back_ends_nothing_of_who_has_it_now(Cache cache) throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = cache.over(Database.H2.cachingDataSource());
            try (Connection c = recorder.guard(pooled).getConnection()) {
                PreparedStatement first = c.prepareStatement(QUERY);
                first.close();
                try (PreparedStatement second = c.prepareStatement(QUERY)) {
                    first.close();
                    assertThat(((GuardedResource) second).leakTracker().isOpen())
                            .isTrue();
                    assertThat(((GuardedResource) first).leakTracker().isOpen()).isFalse();
                }
            }
            recorder.assertNothingLeaked();
            close(cache, pooled);
        }
    }

    private static void close(Cache cache, DataSource pooled) throws Exception {
        if (cache != Cache.DRIVER) {
            Pool.close(pooled);
        }
    }
}
