package io.leakguard.spring;

import io.leakguard.LeakGuard;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** A scope for each request of Spring MVC, named by its method and route: {@code GET /orders/{id}}. */
final class ServletScopes implements AsyncHandlerInterceptor {

    private final LeakGuard guard;

    ServletScopes(LeakGuard guard) {
        this.guard = guard;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getAttribute(RequestScope.ATTRIBUTE) instanceof RequestScope known) {
            known.bind(); // an asynchronous answer, or a dispatch to an error page or another handler
        } else if (guard.isEnabled()) {
            request.setAttribute(RequestScope.ATTRIBUTE, new RequestScope(guard, name(request)));
            WebAsyncUtils.getAsyncManager(request)
                    .registerCallableInterceptor(RequestScope.ATTRIBUTE, CallableScopes.INSTANCE);
        }
        return true;
    }

    private static String name(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return request.getMethod() + " " + (pattern == null ? "(no route)" : pattern);
    }

    @Override
    public void afterConcurrentHandlingStarted(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getAttribute(RequestScope.ATTRIBUTE) instanceof RequestScope scope) {
            scope.unbind();
            request.getAsyncContext().addListener(new AtCompletion(scope));
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        if (request.getAttribute(RequestScope.ATTRIBUTE) instanceof RequestScope scope) {
            request.removeAttribute(RequestScope.ATTRIBUTE);
            scope.close();
        }
    }
}
