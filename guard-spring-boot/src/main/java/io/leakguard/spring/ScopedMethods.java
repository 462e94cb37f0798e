package io.leakguard.spring;

import io.leakguard.LeakGuard;
import java.lang.reflect.Method;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;

/**
 * Puts a scope around each call of the methods that {@link ScopedMethodRule} selects. In an existing proxy, it runs
 * before the transaction, and after {@code @Async} has changed threads.
 */
final class ScopedMethods extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    private static final long serialVersionUID = 1;

    ScopedMethods(ObjectProvider<LeakGuard> guard) {
        setOrder(Ordered.LOWEST_PRECEDENCE - 20);
        setProxyTargetClass(true);
        setBeforeExistingAdvisors(true);
        this.advisor = new DefaultPointcutAdvisor(new Annotated(), new ScopedMethodAdvice(guard));
    }

    @Override
    protected boolean isEligible(Object bean, String name) {
        return ScopedMethodRule.mayBeProxied(bean) && super.isEligible(bean, name);
    }

    private static final class Annotated extends StaticMethodMatcherPointcut {

        @Override
        public boolean matches(Method method, Class<?> type) {
            return ScopedMethodRule.isScoped(method, type);
        }
    }
}
