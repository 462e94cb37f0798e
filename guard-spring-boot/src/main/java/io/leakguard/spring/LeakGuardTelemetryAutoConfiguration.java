package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.micrometer.LeakGuardMetrics;
import io.leakguard.micrometer.ResourceWatchMetrics;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The guard's metrics in Micrometer, and its spans in OpenTelemetry. */
@AutoConfiguration(
        after = LeakGuardAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration",
            "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
            "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration"
        })
@ConditionalOnProperty(prefix = "leakguard", name = "enabled", matchIfMissing = true)
@ConditionalOnBean(LeakGuard.class)
class LeakGuardTelemetryAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({LeakGuardMetrics.class, MeterRegistry.class})
    @ConditionalOnProperty(prefix = "leakguard.spring", name = "metrics", matchIfMissing = true)
    static class Metrics {

        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean
        LeakGuardMetrics leakGuardMetrics(LeakGuard guard) {
            return LeakGuardMetrics.of(guard);
        }

        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean(ResourceWatchMetrics.class)
        @ConditionalOnProperty(prefix = "leakguard.spring", name = "watch", matchIfMissing = true)
        WatchMeters leakGuardWatchMeters() {
            return new WatchMeters();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(OpenTelemetry.class)
    @ConditionalOnBean(OpenTelemetry.class)
    @ConditionalOnProperty(prefix = "leakguard.spring", name = "telemetry", matchIfMissing = true)
    static class Spans {

        @Bean(destroyMethod = "close")
        @Lazy(false)
        LeakListener.Registration leakGuardTelemetry(LeakGuard guard, OpenTelemetry openTelemetry) {
            return LeakGuardTelemetry.create(openTelemetry).install(guard);
        }
    }
}
