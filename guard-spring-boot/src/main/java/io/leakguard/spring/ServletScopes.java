package io.leakguard.spring;

import io.leakguard.LeakGuard;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** Names the scope of a request by its method and route, {@code GET /orders/{id}}; and opens it, where no filter has. */
final class ServletScopes implements AsyncHandlerInterceptor {

    private final LeakGuard guard;

    ServletScopes(LeakGuard guard) {
        this.guard = guard;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        RequestScope known = RequestScope.of(request);
        if (known == null) {
            if (!guard.isEnabled()) {
                return true;
            }
            known = RequestScope.open(guard, request, name(request), false);
            known.bind();
        } else if (!known.isOfFilter()) {
            known.bind(); // an asynchronous answer, or a dispatch to an error page or another handler
        }
        known.route(name(request));
        WebAsyncUtils.getAsyncManager(request)
                .registerCallableInterceptor(RequestScope.ATTRIBUTE, CallableScopes.INSTANCE);
        return true;
    }

    private static String name(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        return request.getMethod() + " " + (pattern == null ? "(no route)" : pattern);
    }

    @Override
    public void afterConcurrentHandlingStarted(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        RequestScope scope = RequestScope.of(request);
        if (scope != null && !scope.isOfFilter()) {
            scope.unbind();
            request.getAsyncContext().addListener(new AtCompletion(scope));
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        RequestScope scope = RequestScope.of(request);
        if (scope != null && !scope.isOfFilter()) {
            scope.close(request);
        }
    }
}
