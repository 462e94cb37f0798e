package io.leakguard.spring;

import io.leakguard.LeakGuard;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** A scope for each call of a scheduled or asynchronous method, and of a listener. */
@AutoConfiguration(after = LeakGuardAutoConfiguration.class)
@ConditionalOnProperty(
        prefix = "leakguard",
        name = {"enabled", "spring.tasks"},
        matchIfMissing = true)
class LeakGuardTaskAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ScopedMethods leakGuardScopedMethods(ObjectProvider<LeakGuard> guard) {
        return new ScopedMethods(guard);
    }
}
