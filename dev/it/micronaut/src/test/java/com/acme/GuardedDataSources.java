package com.acme;

import io.leakguard.jdbc.JdbcGuard;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;
import javax.sql.DataSource;

@Singleton
public class GuardedDataSources implements BeanCreatedEventListener<DataSource> {

    @Override
    public DataSource onCreated(BeanCreatedEvent<DataSource> event) {
        return JdbcGuard.wrap(event.getBean());
    }
}
