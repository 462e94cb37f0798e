package io.leakguard.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.Ordered;

/**
 * Makes the guard as soon as the environment is known: before anything uses Netty, and before the first bean. Each
 * {@code SpringApplication} has its own listener.
 */
final class EarlyGuard implements SmartApplicationListener {

    static final String BEAN = "leakGuardOfContext";

    /**
     * The property source of Spring Cloud's bootstrap. Its context is the application's parent and opens nothing that
     * lasts.
     */
    private static final String BOOTSTRAP = "bootstrap";

    private @Nullable ContextGuard made;

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 30; // after the environment's files and the log
    }

    @Override
    public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
        return ApplicationEnvironmentPreparedEvent.class.isAssignableFrom(type)
                || ApplicationContextInitializedEvent.class.isAssignableFrom(type)
                || ApplicationReadyEvent.class.isAssignableFrom(type)
                || ApplicationFailedEvent.class.isAssignableFrom(type);
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        ContextGuard guard = made;
        if (event instanceof ApplicationEnvironmentPreparedEvent prepared) {
            prepared(prepared);
        } else if (guard == null) {
            return;
        } else if (event instanceof ApplicationContextInitializedEvent initialized) {
            register(initialized, guard);
        } else if (event instanceof ApplicationReadyEvent) {
            made = null;
            guard.started();
        } else if (event instanceof ApplicationFailedEvent failed) {
            made = null;
            guard.started();
            if (failed.getApplicationContext() == null
                    || !failed.getApplicationContext().isActive()) {
                guard.close(); // closing again does nothing
            }
        }
    }

    private void prepared(ApplicationEnvironmentPreparedEvent event) {
        if (made == null
                && GuardSettings.isEnabled(event.getEnvironment())
                && !event.getEnvironment().getPropertySources().contains(BOOTSTRAP)) {
            ReactorDefault.add(event.getEnvironment());
            ContextGuard guard = ContextGuard.open(event.getEnvironment());
            made = guard;
            guard.startUp();
        }
    }

    private static void register(ApplicationContextInitializedEvent event, ContextGuard guard) {
        var beans = event.getApplicationContext().getBeanFactory();
        beans.registerSingleton(BEAN, guard);
        // The bean that is registered first is closed last.
        if (beans instanceof DefaultSingletonBeanRegistry registry) {
            registry.registerDisposableBean(BEAN, guard::close);
        }
    }
}
