package io.leakguard.spring;

import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;

/** Data sources that only lead to others: these are guarded, so that one connection is not guarded, and told of, twice. */
final class LeadingOn {

    /** Lazy and transaction-aware proxies, and those that set the user. By name: spring-jdbc may not be there. */
    private static final String DELEGATING = "org.springframework.jdbc.datasource.DelegatingDataSource";

    private LeadingOn() {}

    /** Has what it leads to guarded, if that is no bean and so nobody else has. */
    static void guardTarget(Object dataSource, UnaryOperator<Object> guarding) {
        BeanWrapper wrapper = PropertyAccessorFactory.forBeanPropertyAccess(dataSource);
        Object target = wrapper.getPropertyValue("targetDataSource");
        if (target instanceof DataSource && !isDelegate(target.getClass()) && !GuardedDataSources.isGuarded(target)) {
            wrapper.setPropertyValue("targetDataSource", guarding.apply(target));
        }
    }

    static boolean isDelegate(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(DELEGATING)) {
                return true;
            }
        }
        return false;
    }
}
