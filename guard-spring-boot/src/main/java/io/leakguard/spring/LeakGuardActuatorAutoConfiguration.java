package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.telemetry.LeakGuardHealth;
import io.leakguard.watch.ResourceWatch;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

/** The endpoint {@code leaks}, and the guard's health for Boot 3 and for Boot 4, which has moved the health classes. */
@AutoConfiguration(after = LeakGuardAutoConfiguration.class)
@ConditionalOnProperty(prefix = "leakguard", name = "enabled", matchIfMissing = true)
@ConditionalOnBean(LeakGuard.class)
class LeakGuardActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class Leaks {

        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint(endpoint = LeaksEndpoint.class)
        LeaksEndpoint leaksEndpoint(LeakGuard guard) {
            return new LeaksEndpoint(guard);
        }
    }

    /** Made at the first request: the watch must not start before the application is ready. */
    private static Supplier<LeakGuardHealth> health(LeakGuard guard, ObjectProvider<ResourceWatch> watch) {
        return SingletonSupplier.of(() -> {
            LeakGuardHealth.Builder builder = LeakGuardHealth.builder(guard);
            watch.ifAvailable(builder::watch);
            return builder.build();
        });
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "org.springframework.boot.actuate.health.HealthIndicator",
                "org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator"
            })
    static class HealthOfBoot3 {

        @Bean
        @ConditionalOnMissingBean(name = "leakguardHealthIndicator")
        @org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator("leakguard")
        Boot3Health leakguardHealthIndicator(LeakGuard guard, ObjectProvider<ResourceWatch> watch) {
            return new Boot3Health(health(guard, watch));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "org.springframework.boot.health.contributor.HealthIndicator",
                "org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator"
            })
    static class HealthOfBoot4 {

        @Bean
        @ConditionalOnMissingBean(name = "leakguardHealthIndicator")
        @org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator("leakguard")
        Boot4Health leakguardHealthIndicator(LeakGuard guard, ObjectProvider<ResourceWatch> watch) {
            return new Boot4Health(health(guard, watch));
        }
    }
}
