package io.leakguard.spring;

import io.leakguard.LeakGuard;
import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.handler.MappedInterceptor;

/** A scope for each request. */
@AutoConfiguration(after = LeakGuardAutoConfiguration.class)
@ConditionalOnProperty(
        prefix = "leakguard",
        name = {"enabled", "spring.web"},
        matchIfMissing = true)
@ConditionalOnBean(LeakGuard.class)
class LeakGuardWebAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({Filter.class, DispatcherServlet.class})
    static class Servlet {

        /** For all handler mappings, before the application's own interceptors. */
        @Bean
        MappedInterceptor leakGuardScopes(LeakGuard guard) {
            return new MappedInterceptor((String[]) null, new ServletScopes(guard));
        }

        @Bean
        ServletScopeFilter leakGuardScopeFilter(LeakGuard guard) {
            return new ServletScopeFilter(guard);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(WebFilter.class)
    static class Reactive {

        @Bean
        ReactiveScopeFilter leakGuardReactiveScopes(LeakGuard guard) {
            return new ReactiveScopeFilter(guard);
        }
    }
}
