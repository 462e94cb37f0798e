package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A scope for each request, around all other filters. Until Spring MVC has found the handler, and for other servlets, its name is
 * that of the method and the servlet's mapping: {@code GET /legacy/*}.
 */
final class ServletScopeFilter extends OncePerRequestFilter implements Ordered {

    private final LeakGuard guard;

    ServletScopeFilter(LeakGuard guard) {
        this.guard = guard;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestScope known = RequestScope.of(request);
        if (known == null && !guard.isEnabled()) {
            chain.doFilter(request, response);
            return;
        }
        RequestScope scope = known != null ? known : RequestScope.open(guard, request, name(request), true);
        LeakListener.Registration binding = scope.bindHere();
        try {
            chain.doFilter(request, response);
        } finally {
            binding.close();
            if (!request.isAsyncStarted()) {
                scope.close(request);
            } else if (known == null) {
                request.getAsyncContext().addListener(new AtCompletion(scope));
            }
        }
    }

    private static String name(HttpServletRequest request) {
        String pattern = request.getHttpServletMapping().getPattern();
        return request.getMethod() + " " + (pattern.isEmpty() ? "(no route)" : pattern);
    }
}
