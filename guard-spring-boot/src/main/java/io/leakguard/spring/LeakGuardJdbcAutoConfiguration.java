package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.jdbc.JdbcGuard;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/** Data sources under the guard. */
@AutoConfiguration(after = LeakGuardAutoConfiguration.class)
@ConditionalOnClass({JdbcGuard.class, DataSource.class})
@ConditionalOnProperty(prefix = "leakguard", name = "enabled", matchIfMissing = true)
class LeakGuardJdbcAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnProperty(prefix = "leakguard.spring", name = "jdbc", matchIfMissing = true)
    static GuardedDataSources leakGuardDataSources(ObjectProvider<LeakGuard> guard, Environment environment) {
        return new GuardedDataSources(guard, new JdbcSettings(environment));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LeakGuardUrls leakGuardUrls() {
        return new LeakGuardUrls();
    }
}
