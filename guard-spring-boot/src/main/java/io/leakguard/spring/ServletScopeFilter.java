package io.leakguard.spring;

import io.leakguard.LeakGuard;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A scope for each request of a servlet other than Spring MVC's, named by its method and the servlet's mapping: {@code
 * GET /legacy/*}.
 */
final class ServletScopeFilter implements Filter {

    private static final String MVC = "org.springframework.web.servlet.DispatcherServlet";

    private final LeakGuard guard;
    private final Map<String, Boolean> others = new ConcurrentHashMap<>();

    ServletScopeFilter(LeakGuard guard) {
        this.guard = guard;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http)
                || http.getAttribute(RequestScope.ATTRIBUTE) != null
                || !guard.isEnabled()) {
            chain.doFilter(request, response);
            return;
        }
        HttpServletMapping mapping = http.getHttpServletMapping();
        if (!others.computeIfAbsent(mapping.getServletName(), name -> isOther(http, name))) {
            chain.doFilter(request, response);
            return;
        }
        RequestScope scope = new RequestScope(guard, http.getMethod() + " " + mapping.getPattern());
        http.setAttribute(RequestScope.ATTRIBUTE, scope);
        try {
            chain.doFilter(request, response);
        } finally {
            if (http.isAsyncStarted()) {
                scope.unbind();
                http.getAsyncContext().addListener(new AtCompletion(scope));
            } else {
                http.removeAttribute(RequestScope.ATTRIBUTE);
                scope.close();
            }
        }
    }

    private static boolean isOther(HttpServletRequest request, String servlet) {
        ServletRegistration registration = request.getServletContext().getServletRegistration(servlet);
        return registration != null && !MVC.equals(registration.getClassName());
    }
}
