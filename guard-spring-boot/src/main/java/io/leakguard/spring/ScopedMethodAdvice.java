package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;

/** A scope around each call, named by class and method: {@code OrderJobs.cleanUp}. */
final class ScopedMethodAdvice implements MethodInterceptor {

    private final ObjectProvider<LeakGuard> guard;

    ScopedMethodAdvice(ObjectProvider<LeakGuard> guard) {
        this.guard = guard;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
        LeakGuard g = guard.getIfAvailable();
        if (g == null || !g.isEnabled()) {
            return call.proceed();
        }
        LeakScope scope = g.openDetachedScope(name(call), g.currentScope().orElse(null));
        boolean later = false;
        try (LeakListener.Registration binding = scope.bind()) {
            Object result = call.proceed();
            if (result instanceof CompletionStage<?> stage) {
                later = true;
                stage.whenComplete((value, failure) -> end(scope, value));
            }
            return result;
        } finally {
            if (!later) {
                scope.close();
            }
        }
    }

    /** A call's result belongs to its caller. */
    private static void end(LeakScope scope, @Nullable Object value) {
        if (value != null) {
            scope.release(value);
        }
        scope.close();
    }

    private static String name(MethodInvocation call) {
        Class<?> type = ClassUtils.getUserClass(Objects.requireNonNull(call.getThis()));
        return ClassUtils.getShortName(type) + "." + call.getMethod().getName();
    }
}
