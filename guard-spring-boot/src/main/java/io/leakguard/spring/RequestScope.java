package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The scope of a servlet request, over all threads that work on it: from the first filter to the end, or, where the filter is not
 * there, as in a test of Spring MVC alone, from the handler's start to its end.
 */
final class RequestScope {

    static final String ATTRIBUTE = RequestScope.class.getName();

    private final LeakScope scope;
    private final boolean ofFilter;
    private boolean routed;
    private LeakListener.@Nullable Registration binding;

    private RequestScope(LeakScope scope, boolean ofFilter) {
        this.scope = scope;
        this.ofFilter = ofFilter;
    }

    /** Opens one, which its opener must close. */
    static RequestScope open(LeakGuard guard, HttpServletRequest request, String name, boolean ofFilter) {
        RequestScope opened = new RequestScope(RunningTest.openRequest(guard, name), ofFilter);
        request.setAttribute(ATTRIBUTE, opened);
        return opened;
    }

    static @Nullable RequestScope of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof RequestScope scope ? scope : null;
    }

    /** The filter opened it, and closes it. */
    boolean isOfFilter() {
        return ofFilter;
    }

    /** The handler is known: that of the request itself comes first, before those that it is forwarded to. */
    void route(String name) {
        if (!routed) {
            routed = true;
            scope.rename(name);
        }
    }

    /** For a thread that works on the request, until it stops. */
    LeakListener.Registration bindHere() {
        return scope.bind();
    }

    /** Binds until {@link #unbind()}, for those who are told of both by different calls on one thread. */
    void bind() {
        unbind();
        binding = scope.bind();
    }

    void unbind() {
        LeakListener.Registration b = binding;
        if (b != null) {
            binding = null;
            b.close();
        }
    }

    void close(HttpServletRequest request) {
        request.removeAttribute(ATTRIBUTE);
        close();
    }

    void close() {
        unbind();
        scope.close();
    }
}
