package io.leakguard.spring;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

/**
 * Supports {@code spring.datasource.url=jdbc:leakguard:…}. If the data source's bean is under the guard, the prefix is
 * removed, so that Boot, Hibernate and Flyway recognize the database by its URL. If it isn't, the guard's driver is
 * set.
 */
final class LeakGuardUrls implements BeanPostProcessor, EnvironmentAware {

    private static final Set<String> PROPERTIES = Set.of(
            "org.springframework.boot.autoconfigure.jdbc.DataSourceProperties",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceProperties");

    private static final String PREFIX = "jdbc:leakguard:";
    private static final String DRIVER = "io.leakguard.jdbc.LeakGuardDriver";

    private Environment environment = new StandardEnvironment();

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (isProperties(bean.getClass())) {
            rewrite(PropertyAccessorFactory.forBeanPropertyAccess(bean));
        }
        return bean;
    }

    private static boolean isProperties(@Nullable Class<?> type) {
        return type != null && (PROPERTIES.contains(type.getName()) || isProperties(type.getSuperclass()));
    }

    private void rewrite(BeanWrapper properties) {
        if (properties.getPropertyValue("url") instanceof String url && url.startsWith(PREFIX)) {
            if (environment.getProperty("leakguard.spring.jdbc", Boolean.class, true)) {
                properties.setPropertyValue("url", "jdbc:" + url.substring(PREFIX.length()));
                if (DRIVER.equals(properties.getPropertyValue("driverClassName"))) {
                    properties.setPropertyValue("driverClassName", null);
                }
            } else if (properties.getPropertyValue("driverClassName") == null) {
                properties.setPropertyValue("driverClassName", DRIVER);
            }
        }
    }
}
