package com.acme.servlet;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/** A scope for each request that is answered on its own thread. */
final class ScopeFilter implements Filter {

    private final LeakGuard guard;

    ScopeFilter(LeakGuard guard) {
        this.guard = guard;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        try (LeakScope scope = guard.openScope(http.getMethod() + " " + http.getRequestURI())) {
            chain.doFilter(request, response);
        }
    }
}
