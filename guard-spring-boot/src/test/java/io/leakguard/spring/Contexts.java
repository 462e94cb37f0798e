package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Applications with hardly a bean. */
final class Contexts {

    private Contexts() {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LeakGuardAutoConfiguration.class,
        LeakGuardJdbcAutoConfiguration.class,
        LeakGuardTaskAutoConfiguration.class
    })
    static class Empty {}

    /** Doesn't start. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LeakGuardAutoConfiguration.class,
        LeakGuardJdbcAutoConfiguration.class,
        LeakGuardTaskAutoConfiguration.class
    })
    static class Failing {
        @Bean
        Object failing(LeakGuard guard) {
            throw new IllegalStateException("on purpose " + guard.name());
        }
    }

    /** Has a guard of its own. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LeakGuardAutoConfiguration.class,
        LeakGuardJdbcAutoConfiguration.class,
        LeakGuardTaskAutoConfiguration.class
    })
    static class Own {
        @Bean
        LeakGuard own() {
            return LeakGuard.builder().name("own").build();
        }
    }

    /** Listens. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LeakGuardAutoConfiguration.class,
        LeakGuardJdbcAutoConfiguration.class,
        LeakGuardTaskAutoConfiguration.class
    })
    static class Listening {
        public static final List<String> AT_SHUTDOWN = new CopyOnWriteArrayList<>();

        @Bean
        LeakListener listener() {
            return new LeakListener() {
                @Override
                public void onLeak(LeakReport report) {}

                @Override
                public void onOpenAtShutdown(OpenResources open) {
                    AT_SHUTDOWN.add(open.toText());
                }
            };
        }
    }
}
