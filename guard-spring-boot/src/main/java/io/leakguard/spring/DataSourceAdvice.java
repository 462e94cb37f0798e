package io.leakguard.spring;

import io.leakguard.LeakGuard;
import java.util.Objects;
import javax.sql.DataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.beans.factory.ObjectProvider;

/** Lets a data source's connections be guarded. All other calls go to the data source itself. */
final class DataSourceAdvice implements MethodInterceptor {

    private final ObjectProvider<LeakGuard> guard;
    private final JdbcSettings settings;

    private volatile @Nullable DataSource guarded;
    private volatile boolean poolKnown;

    DataSourceAdvice(ObjectProvider<LeakGuard> guard, JdbcSettings settings) {
        this.guard = guard;
        this.settings = settings;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = Objects.requireNonNull(invocation.getThis());
        return switch (invocation.getMethod().getName()) {
            case "getConnection" -> {
                @Nullable Object[] arguments = invocation.getArguments();
                DataSource source = guarded((DataSource) target);
                Object connection = arguments.length == 0
                        ? source.getConnection()
                        : source.getConnection((String) arguments[0], (String) arguments[1]);
                if (!poolKnown && invocation instanceof ProxyMethodInvocation proxied) {
                    poolKnown = PoolField.copy(target, proxied.getProxy());
                }
                yield connection;
            }
            case "createConnectionBuilder" -> guarded((DataSource) target).createConnectionBuilder();
            case "unwrap" -> unwrap((DataSource) target, (Class<?>) invocation.getArguments()[0]);
            case "isWrapperFor" ->
                isWrapperFor((DataSource) target, (Class<?>) invocation.getArguments()[0]);
            default -> invocation.proceed();
        };
    }

    /** The data source itself comes first: a caller of unwrap wants the object beneath all proxies. */
    private Object unwrap(DataSource target, Class<?> type) throws Exception {
        if (type.isInstance(target)) {
            return target;
        }
        return target.isWrapperFor(type) ? target.unwrap(type) : guarded(target).unwrap(type);
    }

    private boolean isWrapperFor(DataSource target, Class<?> type) throws Exception {
        return type.isInstance(target) || guarded(target).isWrapperFor(type);
    }

    private DataSource guarded(DataSource target) {
        DataSource made = guarded;
        if (made == null) {
            synchronized (this) {
                made = guarded;
                if (made == null) {
                    made = settings.builder().guard(guard.getObject()).wrap(target);
                    guarded = made;
                }
            }
        }
        return made;
    }
}
