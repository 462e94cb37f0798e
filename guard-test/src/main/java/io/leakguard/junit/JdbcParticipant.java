package io.leakguard.junit;

import io.leakguard.LeakGuard;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Wraps a {@code DataSource} with guard-jdbc if it is on the class path. By name, since this module doesn't depend on
 * it.
 */
final class JdbcParticipant implements LeakParticipant {

    @Override
    public @Nullable Object wrap(LeakGuard guard, Object resource) {
        try {
            Class<?> dataSource = Class.forName("javax.sql.DataSource");
            if (!dataSource.isInstance(resource)) {
                return null;
            }
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            Class<?> guarded = Class.forName("io.leakguard.jdbc.JdbcGuard", true, loader);
            Method wrap = guarded.getMethod("wrap", dataSource, LeakGuard.class);
            return wrap.invoke(null, resource, guard);
        } catch (ClassNotFoundException e) {
            return null; // guard-jdbc or java.sql is absent: the caller reports it
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("guard-jdbc could not wrap the DataSource", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "guard-jdbc and guard-test are of different versions: use the same version of both", e);
        }
    }
}
