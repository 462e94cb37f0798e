package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.spring.Sources;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.jdbc.JdbcGuard;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.HikariCheckpointRestoreLifecycle;
import org.springframework.cloud.context.scope.refresh.RefreshScope;
import org.springframework.jdbc.core.JdbcTemplate;

/** What made applications stumble that put another decorator around their data sources. */
class DataSourcesTest {

    private static final ResourceKind CONNECTION = ResourceKind.of("jdbc.connection");

    private static final String NO_JPA = "spring.autoconfigure.exclude="
            + "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration,"
            + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration";

    private @Nullable Application started;

    private Application start(Class<?> type, String... properties) {
        List<String> all = new ArrayList<>(List.of(properties));
        all.add(NO_JPA);
        all.add("spring.data.jpa.repositories.enabled=false");
        started = Application.start(type, WebApplicationType.NONE, all.toArray(String[]::new));
        return started;
    }

    @AfterEach
    void close() {
        if (started != null) {
            started.close();
        }
    }

    private Application application() {
        return Objects.requireNonNull(started);
    }

    private long open() {
        return application().guard().stats().of(CONNECTION).open();
    }

    private void assertGuardedOnce(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(open()).as(() -> application().guard().open().toText()).isEqualTo(1);
        }
        assertThat(open()).isZero();
    }

    private void assertLeakIsOneReportAtItsLine(DataSource dataSource) throws Exception {
        Sources.open(dataSource);
        String line = Application.line(Sources.class, "open");
        LeakReport report = application().awaitReport(line);
        assertThat(report.siteText()).endsWith(line);
        application().settle();
        assertThat(application().reports()).as(application()::text).hasSize(1);
    }

    @Test
    void boots_pool_is_guarded_and_remains_what_it_is() throws Exception {
        start(
                Sources.Plain.class,
                "spring.datasource.url=jdbc:h2:mem:plain",
                "spring.datasource.hikari.maximum-pool-size=3",
                "spring.datasource.hikari.pool-name=plain");
        DataSource dataSource = application().bean(DataSource.class);

        assertThat(dataSource).isInstanceOf(HikariDataSource.class);
        assertThat(((HikariDataSource) dataSource).getMaximumPoolSize()).isEqualTo(3);
        assertThat(((HikariDataSource) dataSource).getPoolName()).isEqualTo("plain");
        assertThat(dataSource.unwrap(HikariDataSource.class).getHikariConfigMXBean())
                .isNotNull();
        assertThat(DataSourceUnwrapper.unwrap(dataSource, HikariConfig.class, HikariDataSource.class))
                .isNotNull();
        assertThat(AopUtils.getTargetClass(dataSource)).isEqualTo(HikariDataSource.class);
        assertThat(AopProxyUtils.getSingletonTarget(dataSource)).isInstanceOf(HikariDataSource.class);
        assertGuardedOnce(dataSource);
        try (Connection connection = dataSource.getConnection()) {
            assertThat(JdbcGuard.holders(dataSource).toText()).contains("1 connection held");
            assertThat(connection.isWrapperFor(org.h2.jdbc.JdbcConnection.class))
                    .isTrue();
        }
        assertLeakIsOneReportAtItsLine(dataSource);
    }

    @Test
    void the_pool_is_closed_with_the_context() {
        start(Sources.Plain.class, "spring.datasource.url=jdbc:h2:mem:closing");
        HikariDataSource dataSource = application().bean(HikariDataSource.class);
        application().close();

        assertThat(dataSource.isClosed()).isTrue();
    }

    @Test
    void two_pools_have_their_metrics_each() throws Exception {
        start(Sources.Two.class);
        assertGuardedOnce(application().context().getBean("orders", DataSource.class));
        assertGuardedOnce(application().context().getBean("audit", DataSource.class));
        MeterRegistry meters = application().bean(MeterRegistry.class);

        for (String name : List.of("orders", "audit")) {
            assertThat(meters.get("jdbc.connections.max")
                            .tag("name", name)
                            .gauge()
                            .value())
                    .isGreaterThanOrEqualTo(1);
        }
        assertThat(meters.find("hikaricp.connections").gauges()).hasSize(2);
    }

    @Test
    void a_bean_that_is_excluded_is_left_as_it_is() throws Exception {
        start(Sources.Two.class, "leakguard.jdbc.exclude-beans=audit");
        DataSource audit = application().context().getBean("audit", DataSource.class);

        assertThat(audit.getClass()).isEqualTo(HikariDataSource.class);
        try (Connection connection = audit.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(open()).isZero();
        }
        assertGuardedOnce(application().context().getBean("orders", DataSource.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bean", "other"})
    void what_is_routed_is_guarded_once(String key) throws Exception {
        Sources.Routing.key = key;
        start(Sources.Routing.class);

        DataSource router = application().bean(Sources.Router.class);
        assertGuardedOnce(router);
        assertLeakIsOneReportAtItsLine(router);
    }

    @Test
    void a_lazy_proxy_is_left_to_borrow_late_and_what_it_borrows_is_guarded() throws Exception {
        start(Sources.LazyProxy.class);
        DataSource lazy = application().bean(DataSource.class);

        try (Connection connection = lazy.getConnection()) {
            assertThat(open()).isZero();
            connection.createStatement().close();
            assertThat(open()).isEqualTo(1);
        }
        assertThat(open()).isZero();
        application().assertQuiet();
    }

    @Test
    void a_scoped_bean_is_guarded_once() throws Exception {
        start(Sources.Scoped.class);
        HikariDataSource dataSource = application().bean(HikariDataSource.class);

        assertGuardedOnce(dataSource);
        assertLeakIsOneReportAtItsLine(dataSource);
    }

    @Test
    void a_refresh_makes_another_pool_that_is_guarded_too() throws Exception {
        start(Sources.Refreshed.class);
        HikariDataSource dataSource = application().bean(HikariDataSource.class);
        assertGuardedOnce(dataSource);
        String before = dataSource.getHikariPoolMXBean().toString();

        application().bean(RefreshScope.class).refreshAll();

        assertGuardedOnce(dataSource);
        assertThat(dataSource.getHikariPoolMXBean().toString()).isNotEqualTo(before);
        application().assertQuiet();
    }

    /** As before a checkpoint of the JVM and after it, where the library of CRaC is. */
    @Test
    void the_life_cycle_of_a_checkpoint_suspends_and_resumes_the_pool_behind_the_proxy() throws Exception {
        start(
                Sources.Plain.class,
                "spring.datasource.url=jdbc:h2:mem:checkpoint;DB_CLOSE_DELAY=-1",
                "spring.datasource.hikari.allow-pool-suspension=true");
        HikariDataSource dataSource = application().bean(HikariDataSource.class);
        HikariCheckpointRestoreLifecycle lifecycle =
                new HikariCheckpointRestoreLifecycle(dataSource, application().context());
        assertGuardedOnce(dataSource);

        lifecycle.stop();
        assertThat(dataSource.getHikariPoolMXBean().getTotalConnections()).isZero();
        lifecycle.start();

        assertThat(lifecycle.isRunning()).isTrue();
        assertGuardedOnce(dataSource);
        application().assertQuiet();
    }

    @Test
    void a_context_that_is_stopped_and_started_again_has_its_pool_and_its_guard() throws Exception {
        start(Sources.Plain.class, "spring.datasource.url=jdbc:h2:mem:stopped");
        DataSource dataSource = application().bean(DataSource.class);
        assertGuardedOnce(dataSource);

        application().context().stop();
        application().context().start();

        assertThat(application().guard().isEnabled()).isTrue();
        assertGuardedOnce(dataSource);
        application().assertQuiet();
    }

    @Test
    void a_rebinding_of_the_pools_settings_reaches_the_pool() throws Exception {
        start(
                Sources.Plain.class,
                "spring.datasource.url=jdbc:h2:mem:rebound",
                "spring.cloud.refresh.never-refreshable=");
        HikariDataSource dataSource = application().bean(HikariDataSource.class);
        assertGuardedOnce(dataSource);

        dataSource.setMaximumPoolSize(7);

        assertThat(dataSource.unwrap(HikariDataSource.class).getMaximumPoolSize())
                .isEqualTo(7);
        application()
                .bean(org.springframework.cloud.context.properties.ConfigurationPropertiesRebinder.class)
                .rebind();
        assertThat(application().bean(HikariDataSource.class).isClosed()).isFalse();
    }

    @Test
    void a_lazy_bean_is_guarded_when_it_is_made() throws Exception {
        start(Sources.LateBean.class);

        assertGuardedOnce(application().bean(HikariDataSource.class));
    }

    @Test
    void a_class_that_cannot_be_extended_is_guarded_by_its_interfaces() throws Exception {
        start(Sources.Closed.class);
        DataSource dataSource = application().bean(DataSource.class);

        assertGuardedOnce(dataSource);
        assertThat(dataSource.unwrap(HikariDataSource.class)).isNotNull();
        assertLeakIsOneReportAtItsLine(dataSource);
    }

    @Test
    void flyway_migrates_with_the_guarded_data_source_and_with_a_user_of_its_own() throws Exception {
        start(
                Sources.Plain.class,
                "spring.datasource.url=jdbc:h2:mem:flyway;DB_CLOSE_DELAY=-1",
                "spring.flyway.enabled=true",
                "spring.flyway.user=sa");

        assertThat(tables("FLOWN")).isEqualTo(1);
        application().assertQuiet();
    }

    @Test
    void liquibase_changes_with_the_guarded_data_source() throws Exception {
        start(
                Sources.Plain.class,
                "spring.datasource.url=jdbc:h2:mem:liquibase;DB_CLOSE_DELAY=-1",
                "spring.liquibase.enabled=true");

        assertThat(tables("CHANGED")).isEqualTo(1);
        assertThat(open()).isZero();
        application().assertQuiet();
    }

    private int tables(String name) {
        return new JdbcTemplate(application().bean(DataSource.class))
                .queryForList("select * from information_schema.tables where table_name = ?", name)
                .size();
    }

    @Test
    void a_url_of_the_guard_works_by_itself() throws Exception {
        start(Sources.Plain.class, "spring.datasource.url=jdbc:leakguard:h2:mem:url");
        HikariDataSource dataSource = application().bean(HikariDataSource.class);

        assertThat(dataSource.getJdbcUrl()).isEqualTo("jdbc:h2:mem:url");
        assertThat(dataSource.getDriverClassName()).isEqualTo("org.h2.Driver");
        assertGuardedOnce(dataSource);
        assertLeakIsOneReportAtItsLine(dataSource);
    }

    @Test
    void a_url_of_the_guard_works_by_its_driver_where_beans_are_left_alone() throws Exception {
        start(Sources.Plain.class, "spring.datasource.url=jdbc:leakguard:h2:mem:driver", "leakguard.spring.jdbc=false");
        HikariDataSource dataSource = application().bean(HikariDataSource.class);

        assertThat(dataSource.getClass()).isEqualTo(HikariDataSource.class);
        try (Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(open()).isPositive();
        }
        application().assertQuiet();
    }

    @Test
    void settings_of_jdbc_are_read_from_the_environment() throws Exception {
        start(Sources.Plain.class, "spring.datasource.url=jdbc:h2:mem:masked", "leakguard.jdbc.sql.mask=true");
        leakStatement(application().bean(DataSource.class));

        LeakReport report = application().awaitReport("select ?");
        assertThat(report.toText()).doesNotContain("4711");
        assertThat(Map.copyOf(report.attributes())).isEmpty();
    }

    private static void leakStatement(DataSource dataSource) throws SQLException {
        dataSource.getConnection().createStatement().executeQuery("select 4711").next();
    }
}
