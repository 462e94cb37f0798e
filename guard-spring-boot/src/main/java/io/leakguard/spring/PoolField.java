package io.leakguard.spring;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/**
 * A {@code HikariDataSource} keeps its pool in a field, which Boot's metrics read directly. A class proxy must have it
 * too. HikariCP sets it once: at construction, or at the first connection.
 */
final class PoolField {

    private static final String HIKARI = "com.zaxxer.hikari.HikariDataSource";

    private PoolField() {}

    static boolean isHikari(Object dataSource) {
        return hikari(dataSource.getClass()) != null;
    }

    private static @Nullable Class<?> hikari(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(HIKARI)) {
                return c;
            }
        }
        return null;
    }

    /** Returns whether the proxy has everything that it needs. */
    static boolean copy(Object from, Object to) {
        Class<?> type = hikari(from.getClass());
        if (type == null || !type.isInstance(to)) {
            return true;
        }
        Field field = ReflectionUtils.findField(type, "pool");
        if (field == null) {
            return true; // another HikariCP: its metrics read another field
        }
        try {
            field.setAccessible(true);
            Object pool = field.get(from);
            field.set(to, pool);
            return pool != null;
        } catch (IllegalAccessException | RuntimeException e) {
            return true; // on the module path, without an opened package: Boot can't read the field either
        }
    }
}
