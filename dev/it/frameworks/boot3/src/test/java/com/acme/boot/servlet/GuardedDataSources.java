package com.acme.boot.servlet;

import io.leakguard.LeakGuard;
import io.leakguard.jdbc.JdbcGuard;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Puts each data source of an application under a guard. */
final class GuardedDataSources implements BeanPostProcessor {

    private final ObjectProvider<LeakGuard> guard;

    GuardedDataSources(ObjectProvider<LeakGuard> guard) {
        this.guard = guard;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource dataSource ? JdbcGuard.wrap(dataSource, guard.getObject()) : bean;
    }
}
