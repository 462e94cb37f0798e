package io.leakguard.spring;

import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;

/**
 * Data sources that only delegate to others. The others are guarded, so that no connection is guarded and reported
 * twice.
 */
final class LeadingOn {

    /** Lazy and transaction-aware proxies, and proxies that set the user. By name, since spring-jdbc may be absent. */
    private static final String DELEGATING = "org.springframework.jdbc.datasource.DelegatingDataSource";

    private LeadingOn() {}

    /** Guards the target if it is not a bean, since nothing else guards it then. */
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
