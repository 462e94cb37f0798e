package io.leakguard.spring;

import io.leakguard.LeakGuard;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractAutoProxyCreator;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;

/**
 * Puts each {@link DataSource} bean under the guard, by a class proxy. Code that casts it to the pool's class, or looks
 * for the object behind the proxy, then still works.
 */
final class GuardedDataSources extends AbstractAutoProxyCreator {

    private static final long serialVersionUID = 1;

    private final transient ObjectProvider<LeakGuard> guard;
    private final transient JdbcSettings settings;

    GuardedDataSources(ObjectProvider<LeakGuard> guard, JdbcSettings settings) {
        this.guard = guard;
        this.settings = settings;
        setOrder(Ordered.LOWEST_PRECEDENCE - 20);
    }

    @Override
    protected Object @Nullable [] getAdvicesAndAdvisorsForBean(
            Class<?> type, String name, @Nullable TargetSource targetSource) {
        return isGuarded(type, name) ? new Object[] {new DataSourceAdvice(guard, settings)} : DO_NOT_PROXY;
    }

    static boolean isGuarded(Object dataSource) {
        return dataSource instanceof Advised proxy
                && Arrays.stream(proxy.getAdvisors()).anyMatch(a -> a.getAdvice() instanceof DataSourceAdvice);
    }

    private boolean isGuarded(Class<?> type, String name) {
        return DataSource.class.isAssignableFrom(type)
                && !ScopedObject.class.isAssignableFrom(type) // leads to a bean that is guarded itself
                && !LeadingOn.isDelegate(type)
                && !settings.excludes(name);
    }

    @Override
    protected boolean shouldProxyTargetClass(Class<?> type, String name) {
        return !Modifier.isFinal(type.getModifiers());
    }

    /** A class proxy has its own fields, and Boot reads one of them. */
    @Override
    protected Object wrapIfNecessary(Object bean, String name, Object cacheKey) {
        if (LeadingOn.isDelegate(bean.getClass()) && !settings.excludes(name)) {
            LeadingOn.guardTarget(
                    bean,
                    target -> wrapIfNecessary(
                            target, name + "#target", getCacheKey(target.getClass(), name + "#target")));
            return bean;
        }
        if (Modifier.isFinal(bean.getClass().getModifiers()) && isGuarded(bean.getClass(), name)) {
            ProxyFactory byInterfaces = new ProxyFactory(bean);
            byInterfaces.addAdvice(new DataSourceAdvice(guard, settings));
            return byInterfaces.getProxy(getProxyClassLoader());
        }
        Object proxy = super.wrapIfNecessary(bean, name, cacheKey);
        if (proxy != bean) {
            PoolField.copy(bean, proxy);
        }
        return proxy;
    }
}
