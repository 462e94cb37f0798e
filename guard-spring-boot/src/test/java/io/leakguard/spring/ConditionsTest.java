package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.jdbc.JdbcGuard;
import io.leakguard.micrometer.LeakGuardMetrics;
import io.leakguard.netty.NettyGuard;
import io.leakguard.watch.ResourceWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.web.server.WebFilter;
import org.springframework.web.servlet.DispatcherServlet;

/** What is configured, by what is there and by what the settings say. */
class ConditionsTest {

    private static final AutoConfigurations OURS = AutoConfigurations.of(
            LeakGuardAutoConfiguration.class,
            LeakGuardJdbcAutoConfiguration.class,
            LeakGuardWebAutoConfiguration.class,
            LeakGuardTaskAutoConfiguration.class,
            LeakGuardTelemetryAutoConfiguration.class,
            LeakGuardActuatorAutoConfiguration.class);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(OURS)
            .withPropertyValues("management.endpoints.web.exposure.include=leaks");

    private static String health() {
        return "leakguardHealthIndicator";
    }

    @Test
    void all_of_it_is_there_by_default() {
        runner.run(context -> assertThat(context)
                .hasSingleBean(LeakGuard.class)
                .hasSingleBean(ResourceWatch.class)
                .hasSingleBean(GuardedDataSources.class)
                .hasSingleBean(ScopedMethods.class)
                .hasSingleBean(LeakGuardMetrics.class)
                .hasSingleBean(WatchMeters.class)
                .hasSingleBean(LeaksEndpoint.class)
                .hasBean(health())
                .doesNotHaveBean("leakGuardTelemetry"));
    }

    static List<Arguments> settings() {
        return List.of(
                Arguments.of("leakguard.spring.watch", ResourceWatch.class),
                Arguments.of("leakguard.spring.watch", WatchStart.class),
                Arguments.of("leakguard.spring.watch", WatchMeters.class),
                Arguments.of("leakguard.spring.jdbc", GuardedDataSources.class),
                Arguments.of("leakguard.spring.tasks", ScopedMethods.class),
                Arguments.of("leakguard.spring.metrics", LeakGuardMetrics.class),
                Arguments.of("leakguard.spring.metrics", WatchMeters.class),
                Arguments.of("management.endpoint.leaks.enabled", LeaksEndpoint.class));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void a_setting_switches_one_part_off(String setting, Class<?> part) {
        String value = setting.startsWith("management") ? "management.endpoint.leaks.access=NONE" : setting + "=false";
        runner.withPropertyValues(value)
                .run(context ->
                        assertThat(context).hasSingleBean(LeakGuard.class).doesNotHaveBean(part));
    }

    @Test
    void health_is_switched_off_as_every_indicator_is() {
        runner.withPropertyValues("management.health.leakguard.enabled=false")
                .run(context ->
                        assertThat(context).hasSingleBean(LeakGuard.class).doesNotHaveBean(health()));
    }

    @Test
    void the_endpoint_is_not_there_unless_it_is_exposed() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=health")
                .run(context -> assertThat(context).doesNotHaveBean(LeaksEndpoint.class));
    }

    @Test
    void netty_is_switched_off() {
        runner.withPropertyValues("leakguard.spring.netty=false")
                .run(context -> assertThat(
                                context.getBean(GuardInstallation.class).netty())
                        .isNull());
    }

    static List<Arguments> libraries() {
        return List.of(
                Arguments.of(JdbcGuard.class, GuardedDataSources.class),
                Arguments.of(LeakGuardMetrics.class, LeakGuardMetrics.class),
                Arguments.of(MeterRegistry.class, LeakGuardMetrics.class),
                Arguments.of(MeterRegistry.class, WatchMeters.class),
                Arguments.of(Endpoint.class, LeaksEndpoint.class));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void without_a_library_its_part_is_not_there(Class<?> library, Class<?> part) {
        runner.withClassLoader(new FilteredClassLoader(library))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(LeakGuard.class)
                        .doesNotHaveBean(part));
    }

    @Test
    void without_opentelemetry_or_health_it_starts() {
        runner.withClassLoader(new FilteredClassLoader(OpenTelemetry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("leakGuardTelemetry"));
        runner.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate.health", "org.springframework.boot.health.contributor"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(health()));
    }

    @Test
    void without_guard_netty_it_starts() {
        runner.withClassLoader(new FilteredClassLoader(NettyGuard.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(LeakGuard.class));
    }

    @Test
    void spans_are_there_if_opentelemetry_is() {
        runner.withBean(OpenTelemetry.class, OpenTelemetry::noop)
                .run(context -> assertThat(context).hasBean("leakGuardTelemetry"));
        runner.withBean(OpenTelemetry.class, OpenTelemetry::noop)
                .withPropertyValues("leakguard.spring.telemetry=false")
                .run(context -> assertThat(context).doesNotHaveBean("leakGuardTelemetry"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requests_are_scopes_on_a_servlet_container_unless_switched_off(boolean on) {
        new WebApplicationContextRunner()
                .withConfiguration(OURS)
                .withPropertyValues("leakguard.spring.web=" + on)
                .run(context -> {
                    assertThat(context.containsBean("leakGuardScopes")).isEqualTo(on);
                    assertThat(context).doesNotHaveBean(ReactiveScopeFilter.class);
                });
    }

    @Test
    void requests_are_scopes_of_webflux() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(OURS)
                .run(context -> assertThat(context)
                        .hasSingleBean(ReactiveScopeFilter.class)
                        .doesNotHaveBean(ServletScopeFilter.class));
    }

    @Test
    void without_spring_mvc_or_webflux_there_is_no_scope_of_requests() {
        new WebApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(DispatcherServlet.class, WebFilter.class))
                .withConfiguration(OURS)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ServletScopeFilter.class));
    }
}
