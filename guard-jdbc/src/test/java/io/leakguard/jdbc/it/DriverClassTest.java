package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alibaba.druid.pool.DruidDataSource;
import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.leakguard.LeakGuard;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.LeakGuardDriver;
import java.sql.Connection;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.ibatis.datasource.unpooled.UnpooledDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;

/**
 * Who is told the driver's class, or guesses it by the URL: the guarded URL works with the guard's driver named, and with
 * another one named it is guarded or refused, never unguarded. {@code docs/jdbc.md} lists the properties.
 */
class DriverClassTest {

    private static final String URL = "jdbc:leakguard:h2:mem:driver-class;DB_CLOSE_DELAY=-1";
    private static final String OURS = LeakGuardDriver.class.getName();
    private static final String H2 = "org.h2.Driver";

    private final Recorder recorder = new Recorder();
    private LeakGuard before;

    @BeforeEach
    void useAsGlobal() {
        before = LeakGuard.setGlobal(recorder.guard);
    }

    @AfterEach
    void restore() {
        LeakGuard.setGlobal(before);
        recorder.close();
    }

    /** Whose property names the driver. */
    enum Framework {
        HIKARI {
            @Override
            DataSource with(String driver) {
                HikariDataSource pool = new HikariDataSource();
                pool.setDriverClassName(driver);
                pool.setJdbcUrl(URL);
                pool.setUsername("sa");
                return pool;
            }
        },
        DBCP2 {
            @Override
            DataSource with(String driver) {
                BasicDataSource pool = new BasicDataSource();
                pool.setDriverClassName(driver);
                pool.setUrl(URL);
                pool.setUsername("sa");
                return pool;
            }
        },
        TOMCAT {
            @Override
            DataSource with(String driver) {
                PoolProperties properties = new PoolProperties();
                properties.setDriverClassName(driver);
                properties.setUrl(URL);
                properties.setUsername("sa");
                return new org.apache.tomcat.jdbc.pool.DataSource(properties);
            }
        },
        AGROAL {
            @Override
            DataSource with(String driver) throws Exception {
                return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(p -> p.maxSize(1)
                                .connectionFactoryConfiguration(f -> f.connectionProviderClassName(driver)
                                        .jdbcUrl(URL)
                                        .principal(new NamePrincipal("sa")))));
            }
        },
        C3P0 {
            @Override
            DataSource with(String driver) throws Exception {
                ComboPooledDataSource pool = new ComboPooledDataSource();
                pool.setDriverClass(driver);
                pool.setJdbcUrl(URL);
                pool.setUser("sa");
                pool.setInitialPoolSize(1);
                pool.setMinPoolSize(1);
                pool.setAcquireRetryAttempts(1);
                pool.setCheckoutTimeout(20_000);
                return pool;
            }
        },
        DRUID {
            @Override
            DataSource with(String driver) {
                DruidDataSource pool = new DruidDataSource();
                pool.setDriverClassName(driver);
                pool.setUrl(URL);
                pool.setUsername("sa");
                pool.setMaxWait(20_000);
                pool.setConnectionErrorRetryAttempts(0);
                pool.setBreakAfterAcquireFailure(true);
                pool.setFailFast(true);
                return pool;
            }
        },
        MYBATIS {
            @Override
            DataSource with(String driver) {
                return new UnpooledDataSource(driver, URL, "sa", "");
            }
        },
        SPRING_BOOT_BUILDER {
            @Override
            DataSource with(String driver) {
                return DataSourceBuilder.create()
                        .type(HikariDataSource.class)
                        .driverClassName(driver)
                        .url(URL)
                        .username("sa")
                        .build();
            }
        },
        SPRING_BOOT_PROPERTIES {
            @Override
            DataSource with(String driver) throws Exception {
                DataSourceProperties properties = new DataSourceProperties();
                properties.setUrl(URL);
                properties.setUsername("sa");
                properties.setDriverClassName(driver);
                properties.afterPropertiesSet();
                return properties
                        .initializeDataSourceBuilder()
                        .type(HikariDataSource.class)
                        .build();
            }
        };

        abstract DataSource with(String driver) throws Exception;
    }

    private static boolean isGuarded(Connection connection) throws Exception {
        return connection.isWrapperFor(GuardedResource.class);
    }

    @ParameterizedTest
    @EnumSource
    void with_the_guard_s_driver_named_connections_are_guarded(Framework framework) throws Exception {
        DataSource dataSource = framework.with(OURS);
        try (Connection c = dataSource.getConnection()) {
            assertThat(c.isValid(5)).isTrue();
            assertThat(isGuarded(c)).isTrue();
        } finally {
            Pool.close(dataSource);
        }
        recorder.assertNothingLeaked();
    }

    /** Without Druid, which tries again for ever and logs each attempt. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DRUID")
    void with_the_database_s_driver_named_connections_are_guarded_or_refused(Framework framework) throws Exception {
        DataSource dataSource = null;
        boolean guarded;
        try {
            dataSource = framework.with(H2);
            try (Connection c = dataSource.getConnection()) {
                guarded = isGuarded(c);
            }
        } catch (Exception refused) {
            guarded = true; // said loudly, by the framework
        } finally {
            if (dataSource != null) {
                Pool.close(dataSource);
            }
        }
        assertThat(guarded).isTrue();
    }

    @Test
    void spring_boot_needs_the_name_since_it_takes_an_embedded_database_s_driver_for_a_url_that_it_does_not_know()
            throws Exception {
        DataSourceProperties properties = new DataSourceProperties();
        properties.setUrl(URL);
        properties.setEmbeddedDatabaseConnection(EmbeddedDatabaseConnection.H2);
        properties.afterPropertiesSet();
        assertThat(properties.determineDriverClassName()).isEqualTo(H2);
        properties.setDriverClassName(OURS);
        assertThat(properties.determineDriverClassName()).isEqualTo(OURS);
        properties.setDriverClassName(null);
        properties.setEmbeddedDatabaseConnection(EmbeddedDatabaseConnection.NONE);
        assertThatThrownBy(properties::determineDriverClassName)
                .hasMessageContaining("Failed to determine a suitable driver class");
    }

    @Test
    void spring_boot_s_builder_alone_needs_no_name() throws Exception {
        HikariDataSource pool = DataSourceBuilder.create()
                .type(HikariDataSource.class)
                .url(URL)
                .username("sa")
                .build();
        try (pool;
                Connection c = pool.getConnection()) {
            assertThat(isGuarded(c)).isTrue();
        }
        recorder.assertNothingLeaked();
    }

    @Test
    void hibernate_takes_the_guard_s_driver_by_its_name_and_without() {
        for (Map<String, String> named :
                java.util.List.of(Map.<String, String>of(), Map.of("hibernate.connection.driver_class", OURS))) {
            org.hibernate.cfg.Configuration configuration = new org.hibernate.cfg.Configuration()
                    .setProperty("hibernate.connection.url", URL)
                    .setProperty("hibernate.connection.username", "sa");
            named.forEach(configuration::setProperty);
            try (SessionFactory factory = configuration.buildSessionFactory()) {
                factory.inTransaction(
                        session -> session.doWork(c -> assertThat(c).isInstanceOf(GuardedResource.class)));
            }
        }
        recorder.assertNothingLeaked();
    }
}
