package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A scope for each WebFlux request, around all other filters. Once its handler is found it is named by its method and route: {@code
 * GET /orders/{id}}.
 */
final class ReactiveScopeFilter implements WebFilter, Ordered {

    private final LeakGuard guard;

    ReactiveScopeFilter(LeakGuard guard) {
        this.guard = guard;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!guard.isEnabled()) {
            return chain.filter(exchange);
        }
        return Mono.defer(() -> {
            String method = exchange.getRequest().getMethod().name();
            LeakScope scope = RunningTest.openRequest(guard, method + " (no route)");
            return chain.filter(new Routed(exchange, pattern -> scope.rename(method + " " + pattern)))
                    .contextWrite(context -> context.put(LeakScopeAccessor.KEY, scope))
                    .doFinally(signal -> scope.close());
        });
    }

    /** Sees the route of a request. */
    private static final class Routed extends ServerWebExchangeDecorator {

        private final Map<String, Object> attributes;

        Routed(ServerWebExchange exchange, java.util.function.Consumer<String> route) {
            super(exchange);
            this.attributes = new RouteAttributes(exchange.getAttributes(), route);
        }

        @Override
        public Map<String, Object> getAttributes() {
            return attributes;
        }
    }
}
