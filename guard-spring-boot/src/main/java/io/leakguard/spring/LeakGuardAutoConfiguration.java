package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.watch.ResourceWatch;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/** The guard of an application, and the watch over the process's limits. */
@AutoConfiguration
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
@ConditionalOnProperty(prefix = "leakguard", name = "enabled", matchIfMissing = true)
@ImportRuntimeHints(LeakGuardHints.class)
class LeakGuardAutoConfiguration {

    /** For a context that no {@code SpringApplication} has started, so that no early listener ran. */
    @Bean(name = EarlyGuard.BEAN, destroyMethod = "close")
    @ConditionalOnMissingBean({ContextGuard.class, LeakGuard.class})
    ContextGuard leakGuardOfContext(ConfigurableEnvironment environment) {
        return ContextGuard.open(environment);
    }

    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    LeakGuard leakGuard(ContextGuard context) {
        return context.guard();
    }

    /** Listeners. An application's own guard replaces the early one. */
    @Bean(destroyMethod = "close")
    @Lazy(false)
    GuardInstallation leakGuardInstallation(
            LeakGuard guard,
            ObjectProvider<ContextGuard> context,
            ObjectProvider<LeakListener> listeners,
            ConfigurableEnvironment environment) {
        return GuardInstallation.of(guard, context.getIfAvailable(), environment)
                .listen(listeners.orderedStream());
    }

    /** Its first look costs more than everything else here, and waits until the application is ready. */
    @Bean(destroyMethod = "close")
    @Lazy
    @ConditionalOnMissingBean
    @ConditionalOnProperty(prefix = "leakguard.spring", name = "watch", matchIfMissing = true)
    ResourceWatch leakGuardWatch(LeakGuard guard, ConfigurableEnvironment environment) {
        return ResourceWatch.start(guard, GuardSettings.watch(environment));
    }

    @Bean
    @ConditionalOnProperty(prefix = "leakguard.spring", name = "watch", matchIfMissing = true)
    WatchStart leakGuardWatchStart(
            ConfigurableEnvironment environment,
            ObjectProvider<ResourceWatch> watch,
            ObjectProvider<WatchStart.Listener> listeners) {
        GuardSettings.watch(environment); // a wrong setting is told at once
        return new WatchStart(watch, listeners);
    }
}
